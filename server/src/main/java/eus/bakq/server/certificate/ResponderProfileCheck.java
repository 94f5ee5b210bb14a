package eus.bakq.server.certificate;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads a certificate and says in what it departs from that of an OCSP responder. Whoever has the
 * key of such a certificate says of every other one what he likes: so it is for that and nothing
 * else, not for long, and for no other key.
 */
final class ResponderProfileCheck {
  private static final Set<String> CRITICAL = Set.of("2.5.29.15", "2.5.29.19", "2.5.29.37");
  private static final Set<String> OTHERS =
      Set.of("2.5.29.14", "2.5.29.35", "1.3.6.1.5.5.7.48.1.5");
  private static final String OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
  private static final Duration LONGEST = Duration.ofDays(30);

  private ResponderProfileCheck() {}

  /** What is wrong with {@code certificate}; empty if nothing. Does not verify its signature. */
  static List<String> findings(X509Certificate certificate, PublicKey key, X509Certificate issuer) {
    List<String> findings = new ArrayList<>();
    require(
        findings,
        Arrays.equals(certificate.getPublicKey().getEncoded(), key.getEncoded()),
        "the key is another");
    require(
        findings,
        certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())
            && !certificate.getSubjectX500Principal().equals(issuer.getSubjectX500Principal()),
        "it is not the authority's for another");
    require(
        findings,
        certificate.getSubjectX500Principal().getName().contains("TEST")
            == issuer.getSubjectX500Principal().getName().contains("TEST"),
        "its name says TEST where the authority's does not, or the other way round (CRT-11)");
    require(
        findings,
        Duration.between(
                    certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant())
                .compareTo(LONGEST)
            < 0,
        "it is valid for more than 30 days");
    require(
        findings,
        new HashSet<>(certificate.getCriticalExtensionOIDs()).equals(CRITICAL)
            && new HashSet<>(certificate.getNonCriticalExtensionOIDs()).equals(OTHERS),
        "the extensions are not those of a responder");
    boolean[] usage = certificate.getKeyUsage();
    for (int bit = 0; usage != null && bit < usage.length; bit++) {
      require(findings, usage[bit] == (bit == 0), "the key usage at " + bit);
    }
    require(
        findings,
        usage != null
            && certificate.getBasicConstraints() == -1
            && List.of(OCSP_SIGNING).equals(extendedUsage(certificate)),
        "it is not for OCSP alone");
    return List.copyOf(findings);
  }

  private static List<String> extendedUsage(X509Certificate certificate) {
    try {
      List<String> purposes = certificate.getExtendedKeyUsage();
      return purposes == null ? List.of() : purposes;
    } catch (GeneralSecurityException e) {
      return List.of("unreadable: " + e.getMessage());
    }
  }

  private static void require(List<String> findings, boolean condition, String otherwise) {
    if (!condition) {
      findings.add(otherwise);
    }
  }
}
