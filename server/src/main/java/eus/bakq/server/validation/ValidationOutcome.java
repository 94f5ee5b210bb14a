package eus.bakq.server.validation;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What validation says of one signature, in the words of EN 319 102-1.
 *
 * @param indication {@code TOTAL_PASSED}, {@code TOTAL_FAILED} or {@code INDETERMINATE}
 * @param subIndication why not passed, such as {@code HASH_FAILURE}
 * @param form as ETSI calls format and level, such as {@code PAdES-BASELINE-LT}; what the signature
 *     has, valid or not
 * @param signerCertificate as found in the signature; trusted only if the indication is passed
 * @param errors for an operator, in English
 */
public record ValidationOutcome(
    String indication,
    Optional<String> subIndication,
    String form,
    Optional<X509Certificate> signerCertificate,
    List<String> errors) {
  public ValidationOutcome {
    Objects.requireNonNull(indication);
    Objects.requireNonNull(subIndication);
    Objects.requireNonNull(form);
    Objects.requireNonNull(signerCertificate);
    errors = List.copyOf(errors);
  }

  /** Whether the signature is valid by the policy and the anchors given. */
  public boolean passed() {
    return indication.equals("TOTAL_PASSED");
  }
}
