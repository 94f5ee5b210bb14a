package eus.bakq.server.authentication;

/** What an interaction is for. A code of one purpose is worth nothing for another (OTP-09). */
public enum InteractionPurpose {
  /** Activating BakQ; the subject is the activation. */
  ACTIVATION,
  /** Authorising a sede's signature request, which is the subject. */
  SIGNATURE,
  /** Changing the password; the subject is the change, an id that nothing else has. */
  PASSWORD_CHANGE
}
