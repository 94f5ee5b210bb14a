package eus.bakq.server.notification;

/**
 * What carries messages away: an SMS centre, a mail server; in the demo, a visible phone and
 * mailbox.
 */
public interface MessageTransport {
  /**
   * Hands {@code message} over; when it returns, the other side has it. May be called again for one
   * message, after a crash.
   *
   * @throws eus.bakq.server.failure.UnavailableException if it could not be handed over; it is
   *     tried again until it expires
   */
  void deliver(ComposedMessage message);
}
