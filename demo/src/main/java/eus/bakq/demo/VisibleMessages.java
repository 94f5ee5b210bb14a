package eus.bakq.demo;

import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageTransport;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The demo's phones and mailboxes: the newest 1,000 messages, in memory, for anybody to read. Safe
 * for several threads.
 */
final class VisibleMessages implements MessageTransport {
  private static final int MOST = 1000;

  /** A message, and when it was delivered. */
  record Delivered(Instant at, ComposedMessage message) {}

  private final Clock clock;
  private final Deque<Delivered> newestFirst = new ArrayDeque<>();

  VisibleMessages(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void deliver(ComposedMessage message) {
    newestFirst.addFirst(new Delivered(clock.instant(), message));
    if (newestFirst.size() > MOST) {
      newestFirst.removeLast();
    }
  }

  /** The newest {@code most} messages to {@code recipient}, newest first. */
  synchronized List<Delivered> to(Channel channel, String recipient, int most) {
    return newestFirst.stream()
        .filter(
            delivered ->
                delivered.message().channel() == channel
                    && delivered.message().recipient().equalsIgnoreCase(recipient))
        .limit(most)
        .toList();
  }
}
