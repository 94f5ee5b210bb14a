package eus.bakq.cli;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** A citizen's certificate as its owner is shown it. */
final class ShownCertificate {
  /** RFC 2253 knows no names for these. */
  private static final Map<String, String> SUBJECT_NAMES =
      Map.of("2.5.4.42", "GN", "2.5.4.4", "SN", "2.5.4.5", "serialNumber");

  private ShownCertificate() {}

  /**
   * Whose it is, its serial number, and until when it lasts.
   *
   * @param der as the server sent it
   * @throws IllegalStateException if it is none
   */
  static String of(ByteString der) {
    X509Certificate certificate;
    try {
      certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der.toByteArray()));
    } catch (CertificateException e) {
      throw new IllegalStateException("the server sent a certificate that is none", e);
    }
    return Text.table(
            List.of(
                List.of(
                    "certificate of",
                    Text.printable(
                        certificate.getSubjectX500Principal().getName("RFC2253", SUBJECT_NAMES))),
                List.of("serial number", certificate.getSerialNumber().toString(16)),
                List.of("until", certificate.getNotAfter().toInstant().toString())))
        .stripTrailing();
  }
}
