package eus.bakq.server.signing;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BiPredicate;

/**
 * What forms of signatures a sede may ask for, so that what cannot be made is refused before a
 * citizen is troubled with it.
 */
public final class OfferedForms {
  private final BiPredicate<SignatureFormat, SignatureLevel> forms;
  private final AlgorithmPolicy algorithms;

  /**
   * Those of {@code forms} whose hash some key may still be used with.
   *
   * @param forms which formats are made at which levels
   */
  public OfferedForms(
      BiPredicate<SignatureFormat, SignatureLevel> forms, AlgorithmPolicy algorithms) {
    this.forms = Objects.requireNonNull(forms);
    this.algorithms = Objects.requireNonNull(algorithms);
  }

  /**
   * Says that a form is offered at {@code now}.
   *
   * @throws RefusedException SIGNATURE_FORM_NOT_OFFERED
   */
  void require(SignatureFormat format, SignatureLevel level, DigestAlgorithm digest, Instant now)
      throws RefusedException {
    boolean hashed =
        Arrays.stream(SignatureAlgorithm.values())
            .anyMatch(
                algorithm -> algorithm.digest() == digest && algorithms.allows(algorithm, now));
    if (!hashed || !forms.test(format, level)) {
      throw new RefusedException(Refusal.SIGNATURE_FORM_NOT_OFFERED);
    }
  }
}
