package eus.bakq.server.authentication;

/** How far an interaction is. One password, then at most three codes. */
enum InteractionState {
  /** No password was given. */
  OPEN,
  /**
   * A password was given and judged; a code is awaited, or would be if the password had been right.
   */
  CHALLENGED,
  /** All factors were right. */
  SUCCEEDED,
  /** Rejected, exhausted or superseded. */
  ENDED
}
