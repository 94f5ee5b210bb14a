package eus.bakq.server.document;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Runs both phases on an empty page with a software key that exists for this moment only, so that
 * the first citizen does not wait for classes to be loaded, and a part that is missing from the
 * installation shows at the start.
 */
public final class PadesWarmUp {
  private static final int ROUNDS = 10;
  private static final SignatureForm FORM =
      new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_B, "warm-up.pdf");

  private final SignatureDocuments documents;
  private final SecureRandom random;
  private final Clock clock;

  public PadesWarmUp(SignatureDocuments documents, SecureRandom random, Clock clock) {
    this.documents = documents;
    this.random = random;
    this.clock = clock;
  }

  /**
   * Takes about a second in a new process.
   *
   * @throws IllegalStateException if documents cannot be signed in this installation
   */
  public void run() {
    try {
      Bytes page = emptyPage();
      Instant now = clock.instant();
      KeyPair keys = keys();
      List<X509Certificate> chain = List.of(certificate(keys, now));
      for (int round = 0; round < ROUNDS; round++) {
        sign(page, keys, chain, now);
      }
    } catch (RefusedException
        | IOException
        | GeneralSecurityException
        | OperatorCreationException e) {
      throw new IllegalStateException("documents cannot be signed in this installation", e);
    }
  }

  private void sign(Bytes page, KeyPair keys, List<X509Certificate> chain, Instant now)
      throws RefusedException, GeneralSecurityException {
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    PreparedDocument prepared = documents.prepare(page, FORM, chain, algorithm, now);
    Signature signature = Signature.getInstance("NONEwithECDSA");
    signature.initSign(keys.getPrivate(), random);
    signature.update(prepared.dtbs().digest().toByteArray());
    documents.complete(
        page, prepared, FORM, chain, new SignatureValue(algorithm, Bytes.copyOf(signature.sign())));
  }

  private KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private X509Certificate certificate(KeyPair keys, Instant now)
      throws GeneralSecurityException, OperatorCreationException {
    X500Name nobody = new X500Name("CN=TEST warm-up");
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    nobody,
                    BigInteger.ONE,
                    Date.from(now.minus(Duration.ofMinutes(1))),
                    Date.from(now.plus(Duration.ofHours(1))),
                    nobody,
                    keys.getPublic())
                .build(
                    new JcaContentSignerBuilder("SHA256withECDSA")
                        .setSecureRandom(random)
                        .build(keys.getPrivate())));
  }

  /** A PDF of one empty page: the smallest document that can be signed. */
  public static Bytes emptyPage() throws IOException {
    try (PDDocument document = new PDDocument();
        ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      document.addPage(new PDPage());
      document.save(out);
      return Bytes.copyOf(out.toByteArray());
    }
  }
}
