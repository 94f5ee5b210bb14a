package eus.bakq.server.certificate;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.SigningKey;
import eus.bakq.server.vocabulary.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** The OCSP responder's key as Bouncy Castle uses one: ECDSA with SHA-256. For one answer. */
final class RecordTokenSigner implements ContentSigner {
  private final InfrastructureKeys keys;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  RecordTokenSigner(InfrastructureKeys keys) {
    this.keys = keys;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    return keys.sign(SigningKey.OCSP, Bytes.copyOf(Bytes.sha256(content.toByteArray())))
        .toByteArray();
  }
}
