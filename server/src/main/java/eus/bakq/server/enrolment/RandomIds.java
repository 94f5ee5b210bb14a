package eus.bakq.server.enrolment;

import java.security.SecureRandom;
import java.util.UUID;

/** Random ids from the generator that is given. */
final class RandomIds {
  private RandomIds() {}

  /** A UUID of version 4. */
  static UUID next(SecureRandom random) {
    return new UUID(
        (random.nextLong() & ~0xF000L) | 0x4000L,
        (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }
}
