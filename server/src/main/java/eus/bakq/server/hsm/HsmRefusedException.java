package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;

/**
 * A token, or the transcript that vouches for it, is not what it must be: the server does not
 * start, or does not use the token again. Names which check failed; never a value.
 */
public final class HsmRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String UNANSWERED = "answers";

  private final String token;
  private final String key;
  private final String check;

  HsmRefusedException(String token, String key, String check, Throwable cause) {
    super(
        "token " + token + (key.isEmpty() ? "" : ", key " + key) + ": " + check + answer(cause),
        cause);
    this.token = token;
    this.key = key;
    this.check = check;
  }

  HsmRefusedException(String token, String key, String check) {
    this(token, key, check, null);
  }

  /** Of a token that does not answer, or fails while it is asked. */
  static HsmRefusedException unanswered(String token, String key, Throwable cause) {
    return new HsmRefusedException(token, key, UNANSWERED, cause);
  }

  /** The function that failed, and how: what an officer asks the maker of the HSM about. */
  private static String answer(Throwable cause) {
    return cause instanceof Pkcs11Exception failed ? " (" + failed.getMessage() + ")" : "";
  }

  /** Whether nothing is wrong that is known of, but that the token does not answer. */
  boolean isUnanswered() {
    return check.equals(UNANSWERED);
  }

  /** Custody, authority or record; {@code transcript} if that itself is at fault. */
  public String token() {
    return token;
  }

  /** The id of the key; empty if it is the token as a whole. */
  public String key() {
    return key;
  }

  /** What was checked and is not so. */
  public String check() {
    return check;
  }
}
