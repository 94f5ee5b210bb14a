package eus.bakq.server.credential;

/**
 * Why a certificate was revoked, in our words; with what RFC 5280 section 5.3.1 says of it. Fewer
 * there than here: the public is told no more of a person than it needs.
 */
public enum RevocationReason {
  /** The person wants it no more. */
  SIGNER_ASKED(5),
  /** Somebody else uses the key, or may do so, or knows what activates it. */
  KEY_COMPROMISED(1),
  /** What the certificate says of the person is not so any more. */
  DATA_CHANGED(3),
  /** The person has died. */
  SIGNER_DIED(5),
  /** The person was registered on evidence that was not true. */
  EVIDENCE_FALSE(9),
  /** A court or an authority has ordered it. */
  ORDERED(9),
  /** A suspension ended, and nobody had lifted it (CRT-10). */
  SUSPENSION_ENDED(5),
  /** The person has changed the password, and has another key and certificate from then on. */
  PASSWORD_CHANGED(4),
  /** It was issued and never came to a signer: what it was made for was begun anew meanwhile. */
  NEVER_LINKED(5);

  private final int code;

  RevocationReason(int code) {
    this.code = code;
  }

  /**
   * The CRLReason of RFC 5280: keyCompromise (1), affiliationChanged (3), superseded (4),
   * cessationOfOperation (5) or privilegeWithdrawn (9).
   */
  public int code() {
    return code;
  }
}
