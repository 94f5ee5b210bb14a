package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.State;
import java.util.Set;

/**
 * What a credential may be used for. A key exists only sealed, with its certificate; with its
 * certificate's end, whichever way it comes, it is erased in the same transaction: REVOKED and
 * EXPIRED are passed through, and the row that stays is KEY_DESTROYED.
 */
public enum CredentialState implements State<CredentialState> {
  /** May sign. */
  ACTIVE,
  /** May not sign for the time being. */
  SUSPENDED,
  /** Never signs again. */
  REVOKED,
  /** The certificate's time is over. */
  EXPIRED,
  /** The sealed key is erased (KEY-10). */
  KEY_DESTROYED;

  @Override
  public boolean isFirst() {
    return this == ACTIVE;
  }

  @Override
  public Set<CredentialState> next() {
    return switch (this) {
      case ACTIVE -> Set.of(SUSPENDED, KEY_DESTROYED);
      case SUSPENDED -> Set.of(ACTIVE, KEY_DESTROYED);
      // In no row: a state whose key is still there is one that a thief could wait in.
      case REVOKED, EXPIRED -> Set.of(KEY_DESTROYED);
      case KEY_DESTROYED -> Set.of();
    };
  }
}
