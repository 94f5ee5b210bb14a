package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;

/**
 * What the embedded authority puts into citizens' certificates. Whoever can write this can make
 * certificates say more than is true; what is not true of keys in software control cannot be said
 * at all (CRT-05, CRT-07), so such a setting does not start.
 *
 * @param environment must fit the authority's name (CRT-11)
 * @param validity a day to 1826 days, which are five years (CRT-03); default three years
 * @param backdating how long before its making a certificate begins, 0 to 60 s, so that a clock
 *     that is a little behind accepts a signature made at once; default 30 s
 * @param policy the certificate policy of those that sign: QCP-n, {@code 0.4.0.194112.1.0}, and no
 *     other. Those that authenticate have NCP of EN 319 411-1
 * @param practiceStatement where the certification practice statement is
 * @param disclosureEnglish where the PKI disclosure statement is, in English (CRT-06)
 * @param disclosureSpanish the same in Spanish
 * @param statusAddresses where the public asks for their status
 */
public record CertificateProfile(
    Profile environment,
    Duration validity,
    Duration backdating,
    String policy,
    URI practiceStatement,
    URI disclosureEnglish,
    URI disclosureSpanish,
    StatusAddresses statusAddresses) {
  /** Five years of which one is a leap year. */
  public static final Duration LONGEST_VALIDITY = Duration.ofDays(1826);

  /** QCP-n of EN 319 411-2: a qualified certificate of a natural person, key not in a QSCD. */
  public static final String QCP_N = "0.4.0.194112.1.0";

  static final String QCP_N_QSCD = "0.4.0.194112.1.2";
  private static final Duration LONGEST_BACKDATING = Duration.ofSeconds(60);
  private static final int LONGEST_ADDRESS = 200;

  public CertificateProfile {
    Objects.requireNonNull(environment);
    Objects.requireNonNull(statusAddresses);
    if (validity.compareTo(Duration.ofDays(1)) < 0 || validity.compareTo(LONGEST_VALIDITY) > 0) {
      throw new IllegalArgumentException("validity is 1 to 1826 days (CRT-03)");
    }
    if (backdating.isNegative() || backdating.compareTo(LONGEST_BACKDATING) > 0) {
      throw new IllegalArgumentException("backdating is 0 to 60 s");
    }
    if (policy.equals(QCP_N_QSCD)) {
      throw new IllegalArgumentException(
          "policy is not QCP-n-qscd: the keys are not in a certified QSCD (CRT-05, CRT-07)");
    }
    if (!policy.equals(QCP_N)) {
      throw new IllegalArgumentException("policy is " + QCP_N + " (CRT-05)");
    }
    requireAddress("practiceStatement", practiceStatement);
    requireAddress("disclosureEnglish", disclosureEnglish);
    requireAddress("disclosureSpanish", disclosureSpanish);
  }

  private static void requireAddress(String name, URI address) {
    String text = address.toASCIIString();
    if (!"https".equals(address.getScheme())
        || address.getHost() == null
        || text.length() > LONGEST_ADDRESS) {
      throw new IllegalArgumentException(name + " is an https address of at most 200 characters");
    }
  }
}
