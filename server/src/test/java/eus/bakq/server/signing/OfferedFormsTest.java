package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OfferedFormsTest {
  private static final Instant END = AlgorithmPolicy.end("2029-01-01");

  private final OfferedForms forms = new OfferedForms(OfferedFormsTest::isMade, policy());

  @Test
  void offersWhatIsMadeWithAHashThatHasNotEnded() throws Exception {
    forms.require(
        SignatureFormat.PADES, SignatureLevel.B_B, DigestAlgorithm.SHA512, END.minusNanos(1000));
    forms.require(SignatureFormat.PADES, SignatureLevel.B_B, DigestAlgorithm.SHA256, END);
  }

  @Test
  void refusesAFormThatIsNotMade() {
    refuses(SignatureFormat.PADES, SignatureLevel.B_T, DigestAlgorithm.SHA256);
    refuses(SignatureFormat.XADES_DETACHED, SignatureLevel.B_B, DigestAlgorithm.SHA256);
  }

  @Test
  void refusesAHashFromItsLastDayOn() {
    refuses(SignatureFormat.PADES, SignatureLevel.B_B, DigestAlgorithm.SHA512);
  }

  private void refuses(SignatureFormat format, SignatureLevel level, DigestAlgorithm digest) {
    assertThatThrownBy(() -> forms.require(format, level, digest, END))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.SIGNATURE_FORM_NOT_OFFERED));
  }

  private static boolean isMade(SignatureFormat format, SignatureLevel level) {
    return format == SignatureFormat.PADES && level == SignatureLevel.B_B;
  }

  private static AlgorithmPolicy policy() {
    AlgorithmPolicy all = AlgorithmPolicy.everything();
    Map<DigestAlgorithm, Instant> digests = new EnumMap<>(all.digests());
    digests.put(DigestAlgorithm.SHA512, END);
    return new AlgorithmPolicy(all.schemes(), digests);
  }
}
