package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.State;
import java.util.Optional;
import java.util.Set;

/**
 * How far an occurrence of an authorised hash is in the ledger, which keeps each step as a row of
 * its own: the primary key lets none be taken twice, and a foreign key none before the one that it
 * follows.
 */
public enum LedgerState implements State<LedgerState> {
  /** The factors were right; nothing was signed. */
  AUTHORISED("AUTHORISED", Optional.empty()),
  /** The intent is recorded; the key may have been used. */
  RESERVED("RESERVED", Optional.empty()),
  /** The value is kept, with its record. */
  CONSUMED("ENDED", Optional.of("CONSUMED")),
  /** Burnt: nothing was released, and nothing ever will be. */
  INTERRUPTED("ENDED", Optional.of("INTERRUPTED"));

  private final String step;
  private final Optional<String> outcome;

  LedgerState(String step, Optional<String> outcome) {
    this.step = step;
    this.outcome = outcome;
  }

  /** The column {@code step} of the row that leads to this state. */
  String step() {
    return step;
  }

  /** The column {@code outcome} of that row. */
  Optional<String> outcome() {
    return outcome;
  }

  @Override
  public boolean isFirst() {
    return this == AUTHORISED;
  }

  @Override
  public Set<LedgerState> next() {
    return switch (this) {
      case AUTHORISED -> Set.of(RESERVED);
      case RESERVED -> Set.of(CONSUMED, INTERRUPTED);
      case CONSUMED, INTERRUPTED -> Set.of();
    };
  }
}
