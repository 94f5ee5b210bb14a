package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.AlgorithmPolicy;
import java.time.Duration;
import java.util.Objects;

/**
 * The policy of the signature activation module.
 *
 * @param sadLife how long activation data may be used: 10 to 300 seconds (SAD-06,
 *     docs/sole-control.md section 5)
 * @param algorithms what may be signed by, and until when (KEY-02)
 */
public record SamSettings(Duration sadLife, AlgorithmPolicy algorithms) {
  public SamSettings {
    if (sadLife.compareTo(Duration.ofSeconds(10)) < 0
        || sadLife.compareTo(Duration.ofSeconds(300)) > 0) {
      throw new IllegalArgumentException("sadLife is 10 to 300 seconds");
    }
    Objects.requireNonNull(algorithms);
  }
}
