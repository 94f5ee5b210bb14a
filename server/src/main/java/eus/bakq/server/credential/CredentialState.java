package eus.bakq.server.credential;

/**
 * What a credential may be used for. A key exists only sealed, with its certificate; with its
 * certificate's end, whichever way it comes, it is erased in the same transaction: REVOKED and
 * EXPIRED are passed through, and the row that stays is KEY_DESTROYED.
 */
public enum CredentialState {
  /** May sign. */
  ACTIVE,
  /** May not sign for the time being. */
  SUSPENDED,
  /** Never signs again. */
  REVOKED,
  /** The certificate's time is over. */
  EXPIRED,
  /** The sealed key is erased (KEY-10). */
  KEY_DESTROYED
}
