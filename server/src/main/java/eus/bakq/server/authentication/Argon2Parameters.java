package eus.bakq.server.authentication;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one Argon2id (version 1.3) costs (AUT-05). Kept with each password, so that the default can
 * grow while older passwords are still verified with theirs.
 *
 * <p>Not below the OWASP minimum: 47104 KiB with one pass, 19456 with two, 12288 with three, 9216
 * with four, 7168 with five or more. The number of lanes is always 1.
 *
 * @param memoryKibibytes at most 1 GiB
 * @param iterations passes over the memory; 1 to 16
 */
public record Argon2Parameters(int memoryKibibytes, int iterations) {
  /** 64 MiB, five passes: with libsodium about 0.15 s of one core (docs/adr/0014). */
  public static final Argon2Parameters STANDARD = new Argon2Parameters(65_536, 5);

  private static final int MAXIMUM_MEMORY_KIBIBYTES = 1 << 20;
  private static final int MAXIMUM_ITERATIONS = 16;
  private static final Pattern TEXT =
      Pattern.compile("\\$argon2id\\$v=19\\$m=([0-9]{1,8}),t=([0-9]{1,3}),p=1");

  public Argon2Parameters {
    if (iterations < 1 || iterations > MAXIMUM_ITERATIONS) {
      throw new IllegalArgumentException("iterations is 1 to 16");
    }
    if (memoryKibibytes < minimumMemory(iterations) || memoryKibibytes > MAXIMUM_MEMORY_KIBIBYTES) {
      throw new IllegalArgumentException(
          "with iterations of %d, memoryKibibytes is %d to %d"
              .formatted(iterations, minimumMemory(iterations), MAXIMUM_MEMORY_KIBIBYTES));
    }
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if it is not that form, or out of bounds
   */
  public static Argon2Parameters parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not the parameters of Argon2id version 19 with one lane");
    }
    return new Argon2Parameters(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /** The beginning of a PHC string: {@code $argon2id$v=19$m=65536,t=3,p=1}. */
  public String text() {
    return "$argon2id$v=19$m=" + memoryKibibytes + ",t=" + iterations + ",p=1";
  }

  private static int minimumMemory(int iterations) {
    return switch (iterations) {
      case 1 -> 47_104;
      case 2 -> 19_456;
      case 3 -> 12_288;
      case 4 -> 9_216;
      default -> 7_168;
    };
  }
}
