package eus.bakq.server.sam;

/** Signature activation data were refused. Stays inside this package, which records it. */
final class SadRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final SadRefusal refusal;

  SadRefusedException(SadRefusal refusal) {
    super(refusal.name());
    this.refusal = refusal;
  }

  SadRefusedException(SadRefusal refusal, Throwable cause) {
    super(refusal.name(), cause);
    this.refusal = refusal;
  }

  SadRefusal refusal() {
    return refusal;
  }
}
