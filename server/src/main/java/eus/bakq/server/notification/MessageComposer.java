package eus.bakq.server.notification;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Makes the text of the kinds of message it knows, at the moment of sending. One for each
 * capability that sends.
 */
public interface MessageComposer {
  /** Whether it makes messages of {@code kind}; exactly one composer does. */
  boolean composes(MessageKind kind);

  /**
   * The message, or empty if it is no longer to be sent (ended, superseded). Reads through {@code
   * handle}, writes nothing.
   */
  Optional<ComposedMessage> compose(Handle handle, OutgoingMessage message);
}
