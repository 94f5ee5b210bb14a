package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.time.Duration;
import java.util.Set;

/**
 * The policy of the signature activation module.
 *
 * @param sadLife how long activation data may be used: 10 to 300 seconds (SAD-06,
 *     docs/sole-control.md section 5)
 * @param allowedAlgorithms what may be signed by (KEY-02); at least one
 */
public record SamSettings(Duration sadLife, Set<SignatureAlgorithm> allowedAlgorithms) {
  public SamSettings {
    if (sadLife.compareTo(Duration.ofSeconds(10)) < 0
        || sadLife.compareTo(Duration.ofSeconds(300)) > 0) {
      throw new IllegalArgumentException("sadLife is 10 to 300 seconds");
    }
    allowedAlgorithms = Set.copyOf(allowedAlgorithms);
    if (allowedAlgorithms.isEmpty()) {
      throw new IllegalArgumentException("allowedAlgorithms has at least one");
    }
  }
}
