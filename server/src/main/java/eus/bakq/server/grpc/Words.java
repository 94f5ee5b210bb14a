package eus.bakq.server.grpc;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The words of an enum of the contract and of ours, both ways. Each of ours has the name of theirs
 * behind a prefix; made when the class that has it is loaded, so that a word that one side lacks is
 * found when the server starts, and by every test.
 *
 * @param <P> theirs
 * @param <E> ours
 */
final class Words<P extends Enum<P>, E extends Enum<E>> {
  private static final String UNSPECIFIED = "UNSPECIFIED";

  private final Map<P, E> ours;
  private final Map<E, P> theirs;

  private Words(Map<P, E> ours, Map<E, P> theirs) {
    this.ours = ours;
    this.theirs = theirs;
  }

  /**
   * Every word of both; theirs has UNSPECIFIED besides, which is none of ours.
   *
   * @param prefix of theirs, with its last {@code _}
   * @throws IllegalArgumentException if one side has a word that the other has not
   */
  static <P extends Enum<P>, E extends Enum<E>> Words<P, E> of(
      Class<P> contract, String prefix, Class<E> own) {
    Words<P, E> words = new Words<>(new EnumMap<>(contract), new EnumMap<>(own));
    for (P their : contract.getEnumConstants()) {
      // UNRECOGNIZED is protobuf's own, for what this release does not know.
      if (!their.name().equals(prefix + UNSPECIFIED) && !their.name().equals("UNRECOGNIZED")) {
        words.pair(their, Enum.valueOf(own, their.name().substring(prefix.length())));
      }
    }
    for (E our : own.getEnumConstants()) {
      if (!words.theirs.containsKey(our)) {
        throw new IllegalArgumentException("the contract has no " + prefix + our);
      }
    }
    return words;
  }

  /** As above, where UNSPECIFIED is {@code none} of ours. */
  static <P extends Enum<P>, E extends Enum<E>> Words<P, E> of(
      Class<P> contract, String prefix, Class<E> own, E none) {
    Words<P, E> words = new Words<>(new EnumMap<>(contract), new EnumMap<>(own));
    for (E our : own.getEnumConstants()) {
      words.pair(Enum.valueOf(contract, prefix + (our == none ? UNSPECIFIED : our.name())), our);
    }
    return words;
  }

  private void pair(P their, E our) {
    ours.put(their, our);
    theirs.put(our, their);
  }

  /** Takes {@code their} for {@code our} too; ours is still told by its own name. */
  Words<P, E> withDefault(P their, E our) {
    Map<P, E> wider = new EnumMap<>(ours);
    wider.put(their, our);
    return new Words<>(wider, theirs);
  }

  /** Ours by theirs; not to be changed. */
  Map<P, E> ours() {
    return Collections.unmodifiableMap(ours);
  }

  /** Theirs for one of ours: there always is one. */
  P theirs(E our) {
    return theirs.get(our);
  }
}
