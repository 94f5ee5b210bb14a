package eus.bakq.cli;

/** The command ends without success: one sentence for the person, one code for the script. */
final class FailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Understood, and refused. */
  static final int REFUSED = 1;

  /** The arguments, files or values given are not right. */
  static final int USAGE = 2;

  /** Not now; the same may work later. */
  static final int UNAVAILABLE = 3;

  private final int exitCode;

  private FailedException(int exitCode, String sentence, Throwable cause) {
    super(sentence, cause);
    this.exitCode = exitCode;
  }

  static FailedException refused(String sentence) {
    return new FailedException(REFUSED, sentence, null);
  }

  static FailedException usage(String sentence) {
    return new FailedException(USAGE, sentence, null);
  }

  static FailedException usage(String sentence, Throwable cause) {
    return new FailedException(USAGE, sentence, cause);
  }

  static FailedException unavailable(String sentence) {
    return new FailedException(UNAVAILABLE, sentence, null);
  }

  int exitCode() {
    return exitCode;
  }
}
