package eus.bakq.server.vocabulary;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Until when what may be signed by (KEY-02). A signature algorithm ends when its scheme or its hash
 * does, whichever is first.
 *
 * @param schemes when each scheme ends; each is named
 * @param digests when each hash ends; each is named
 */
public record AlgorithmPolicy(
    Map<SignatureScheme, Instant> schemes, Map<DigestAlgorithm, Instant> digests) {
  /** The end of what has none. */
  public static final Instant NO_END = Instant.MAX;

  private static final String NONE = "none";

  public AlgorithmPolicy {
    schemes = Map.copyOf(schemes);
    digests = Map.copyOf(digests);
    if (schemes.size() != SignatureScheme.values().length
        || digests.size() != DigestAlgorithm.values().length) {
      throw new IllegalArgumentException("each scheme and each hash has an end, or none");
    }
  }

  /** Everything, without an end. */
  public static AlgorithmPolicy everything() {
    Map<SignatureScheme, Instant> schemes = new EnumMap<>(SignatureScheme.class);
    Arrays.stream(SignatureScheme.values()).forEach(scheme -> schemes.put(scheme, NO_END));
    Map<DigestAlgorithm, Instant> digests = new EnumMap<>(DigestAlgorithm.class);
    Arrays.stream(DigestAlgorithm.values()).forEach(digest -> digests.put(digest, NO_END));
    return new AlgorithmPolicy(schemes, digests);
  }

  /**
   * Reads an end.
   *
   * @param text {@code none}, or the first day on which it is not used any more, in UTC, such as
   *     {@code 2029-01-01}
   * @throws IllegalArgumentException if it is neither
   */
  public static Instant end(String text) {
    if (text.equals(NONE)) {
      return NO_END;
    }
    try {
      return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("is a day such as 2029-01-01, or none", e);
    }
  }

  /** Whether {@code algorithm} may be signed by at {@code time}. */
  public boolean allows(SignatureAlgorithm algorithm, Instant time) {
    return time.isBefore(end(algorithm));
  }

  /**
   * The end of the last algorithm of {@code key}: no certificate of such a key lasts longer
   * (KEY-03). Empty if one has no end.
   */
  public Optional<Instant> lastEnd(KeyAlgorithm key) {
    return Arrays.stream(SignatureAlgorithm.values())
        .filter(algorithm -> algorithm.keyAlgorithm() == key)
        .map(this::end)
        .max(Instant::compareTo)
        .filter(end -> !end.equals(NO_END));
  }

  private Instant end(SignatureAlgorithm algorithm) {
    Instant scheme = schemes.get(algorithm.scheme());
    Instant digest = digests.get(algorithm.digest());
    return scheme.isBefore(digest) ? scheme : digest;
  }
}
