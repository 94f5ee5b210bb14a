package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.util.Optional;

/**
 * A place outside the database that keeps one short value: the anchor of the record's head
 * (docs/sole-control.md section 6). Safe for several threads.
 */
public interface AnchorPlace {
  /** The largest value that is kept. */
  int MOST_BYTES = 256;

  /**
   * What it is called: {@code custody}, {@code record}, {@code file}; with its number if it is in a
   * further partition, as {@code custody-2}.
   */
  String name();

  /**
   * Of what it is one: of several places of a kind, each keeps the same, and one that answers is
   * enough to go on.
   */
  default String kind() {
    return name();
  }

  /** Whether it is known not to answer now, and will be asked again once it does. */
  default boolean isAway() {
    return false;
  }

  /**
   * What was kept last; empty if nothing ever was.
   *
   * @throws UnavailableException if it does not answer, or holds what nobody can have kept
   */
  Optional<Bytes> read();

  /**
   * Keeps {@code value} instead of what is there. Durable when it returns; whatever happens, the
   * old or the new value is there.
   *
   * @param value at most {@value #MOST_BYTES} bytes
   * @throws UnavailableException if it does not answer
   */
  void keep(Bytes value);
}
