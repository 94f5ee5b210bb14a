package eus.bakq.server.enrolment;

/**
 * Why a password is not changed though all factors were right: words of the record. Outside it is
 * one PASSWORD_NOT_CHANGED, but for SAME_PASSWORD.
 */
enum PasswordChangeRefusal {
  /** Suspended, revoked or changed elsewhere, meanwhile. */
  ACCOUNT_CHANGED,
  /** The certificate is over, or the register does not say that it is good. */
  CERTIFICATE_NOT_GOOD,
  /**
   * The record says that the key is destroyed or on hold: the rows were put back. Else a key that
   * has ended would come back as a new one (KEY-10).
   */
  SET_BACK,
  /**
   * The officers have ended the epoch of the key: the rows were put back. No signature is made with
   * it, and no new key in its place.
   */
  EPOCH_ENDED,
  /**
   * The password does not open the seal of the key. Its row was put back: who knew an older
   * password would else get a key under one of his choice.
   */
  ANOTHER_PASSWORD,
  /** The new password is the old one: then an old backup would open with the new one. */
  SAME_PASSWORD,
  /** The account is not any more the one that the new certificates name (ENR-13). */
  NAMES_DIFFER
}
