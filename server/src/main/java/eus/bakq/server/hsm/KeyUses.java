package eus.bakq.server.hsm;

/**
 * How often the two keys of passwords were used; a difference of two such counts may be negative.
 *
 * @param verify uses of {@link MacKey#VERIFY}
 * @param activate uses of {@link MacKey#ACTIVATE}
 */
public record KeyUses(long verify, long activate) {
  /** No use of either. */
  public static final KeyUses NONE = new KeyUses(0, 0);

  /**
   * Both together.
   *
   * @throws ArithmeticException if that is no long: a bug, since counts are bounded where they are
   *     read
   */
  public KeyUses plus(KeyUses other) {
    return new KeyUses(
        Math.addExact(verify, other.verify), Math.addExact(activate, other.activate));
  }

  /** Without {@code other}. */
  public KeyUses minus(KeyUses other) {
    return plus(other.times(-1));
  }

  /** So many times. */
  public KeyUses times(long number) {
    return new KeyUses(Math.multiplyExact(verify, number), Math.multiplyExact(activate, number));
  }

  /** Without a tenth of each, which is rounded towards zero. */
  public KeyUses withoutATenth() {
    return new KeyUses(verify - verify / 10, activate - activate / 10);
  }

  /** Whether one of them is more than {@code most}. */
  public boolean exceed(long most) {
    return verify > most || activate > most;
  }
}
