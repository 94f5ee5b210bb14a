package eus.bakq.hsmconfig;

/** The ceremony does not begin, or stops: the message says which rule is not met. */
public final class CeremonyRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  CeremonyRefusedException(String message) {
    super(message);
  }
}
