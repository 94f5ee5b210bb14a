package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.Bytes;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** X.509 certificates to and from the bytes in which they are stored. */
final class Certificates {
  private static final int MOST = 8;

  private Certificates() {}

  /** The first second of its validity. */
  static Instant notBefore(X509Certificate certificate) {
    return certificate.getNotBefore().toInstant();
  }

  /** The last second of its validity. */
  static Instant notAfter(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  static Bytes encode(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  static X509Certificate decode(byte[] encoded) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(encoded));
    } catch (CertificateException e) {
      throw new IllegalStateException("a stored certificate does not parse", e);
    }
  }

  static byte[] encodeAll(List<X509Certificate> certificates) {
    List<byte[]> encoded = certificates.stream().map(c -> encode(c).toByteArray()).toList();
    ByteBuffer out = ByteBuffer.allocate(encoded.stream().mapToInt(c -> 4 + c.length).sum());
    encoded.forEach(c -> out.putInt(c.length).put(c));
    return out.array();
  }

  static List<X509Certificate> decodeAll(byte[] encoded) {
    ByteBuffer in = ByteBuffer.wrap(encoded);
    List<X509Certificate> certificates = new ArrayList<>();
    while (in.hasRemaining()) {
      int length = in.getInt();
      if (length < 1 || length > in.remaining() || certificates.size() >= MOST) {
        throw new IllegalStateException("a stored chain is not well formed");
      }
      byte[] one = new byte[length];
      in.get(one);
      certificates.add(decode(one));
    }
    return List.copyOf(certificates);
  }

  static List<X509Certificate> withoutRoot(
      X509Certificate certificate, List<X509Certificate> issuers) {
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(certificate);
    for (X509Certificate issuer : issuers) {
      if (!issuer.getSubjectX500Principal().equals(issuer.getIssuerX500Principal())) {
        chain.add(issuer);
      }
    }
    return List.copyOf(chain);
  }
}
