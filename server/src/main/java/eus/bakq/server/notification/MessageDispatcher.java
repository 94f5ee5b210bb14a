package eus.bakq.server.notification;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.Outage;
import eus.bakq.server.failure.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes messages out of the outbox and hands them to the transport, on a few threads of its own.
 * Each attempt is four steps: claim (committed, so a crash is noticed when the lease ends),
 * compose, deliver, mark with the record of it. A crash after deliver and before mark sends the
 * message again; none is lost. A message that could not be sent before it expired is recorded as
 * such.
 */
public final class MessageDispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MessageDispatcher.class);

  private static final Duration LONGEST_STOP = Duration.ofSeconds(10);
  private static final Duration LONGEST_CUT = Duration.ofSeconds(3);
  private static final String ACTOR = "system";

  private final Database database;
  private final Outbox outbox;
  private final Map<MessageKind, MessageComposer> composers;
  private final MessageTransport transport;
  private final AuditLog audit;
  private final DispatcherSettings settings;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final List<Thread> workers = new ArrayList<>();

  /**
   * @param composers of which exactly one composes each kind of message
   */
  MessageDispatcher(
      Database database,
      Outbox outbox,
      List<MessageComposer> composers,
      MessageTransport transport,
      AuditLog audit,
      DispatcherSettings settings) {
    this.database = Objects.requireNonNull(database);
    this.outbox = Objects.requireNonNull(outbox);
    this.composers = byKind(composers);
    this.transport = Objects.requireNonNull(transport);
    this.audit = Objects.requireNonNull(audit);
    this.settings = Objects.requireNonNull(settings);
  }

  /**
   * Starts sending; {@link #close} ends it.
   *
   * @throws IllegalArgumentException unless exactly one composer composes each kind of message
   */
  public static MessageDispatcher start(
      Database database,
      Outbox outbox,
      List<MessageComposer> composers,
      MessageTransport transport,
      AuditLog audit,
      DispatcherSettings settings) {
    MessageDispatcher dispatcher =
        new MessageDispatcher(database, outbox, composers, transport, audit, settings);
    for (int number = 1; number <= settings.workers(); number++) {
      dispatcher.workers.add(
          Thread.ofPlatform().name("message-dispatcher-" + number).start(dispatcher::work));
    }
    return dispatcher;
  }

  /**
   * Takes no further message and waits at most ten seconds for those on their way; what is not
   * marked by then is interrupted, and sent again when its lease ends.
   *
   * @throws IllegalStateException if one is still on its way some seconds later
   */
  @Override
  public void close() {
    close(LONGEST_STOP, LONGEST_CUT);
  }

  void close(Duration longest, Duration longestCut) {
    stopping.set(true);
    try {
      if (!haveEndedWithin(longest)) {
        LOG.atWarn().log("a message was still on its way at the stop");
        workers.forEach(Thread::interrupt);
        if (!haveEndedWithin(longestCut)) {
          throw new IllegalStateException("the sending of a message did not end");
        }
      }
    } catch (InterruptedException e) {
      workers.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while messages are on their way", e);
    }
  }

  private boolean haveEndedWithin(Duration bound) throws InterruptedException {
    long end = System.nanoTime() + bound.toNanos();
    for (Thread worker : workers) {
      outbox.wake();
      if (!worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        return false;
      }
    }
    return true;
  }

  /** The edge of each thread: whatever fails is logged, and tried again after the poll interval. */
  private void work() {
    while (!stopping.get()) {
      try {
        if (!sendNext()) {
          outbox.awaitWake(settings.pollInterval());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RefusedException | RuntimeException e) {
        LOG.atLevel(Outage.level(e)).setCause(e).log("the outbox cannot be worked on");
        try {
          Thread.sleep(settings.pollInterval());
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
    outbox.wake(); // one ring wakes one worker: the next one is to see that it must stop
  }

  /** Makes one attempt at the message that has waited longest; false if none is due. */
  boolean sendNext() throws RefusedException {
    Optional<Outbox.Claimed> next =
        database.inTransaction(handle -> outbox.claim(handle, settings.lease()));
    if (next.isEmpty()) {
      return false;
    }
    Outbox.Claimed claimed = next.get();
    if (claimed.message().signer().isEmpty()) {
      database.transact(handle -> outbox.end(handle, claimed, Outbox.End.VOID));
    } else if (claimed.expired()) {
      end(claimed, Outbox.End.EXPIRED);
    } else {
      attempt(claimed);
    }
    return true;
  }

  private void attempt(Outbox.Claimed claimed) throws RefusedException {
    try {
      Optional<ComposedMessage> composed =
          database.inTransaction(
              handle -> composers.get(claimed.message().kind()).compose(handle, claimed.message()));
      if (composed.isEmpty()) {
        end(claimed, Outbox.End.WITHDRAWN);
        return;
      }
      requireChannel(claimed.message().kind(), composed.get());
      transport.deliver(composed.get());
    } catch (RefusedException | RuntimeException e) {
      // Also a bug of one composer or transport: it must not stop the other messages.
      LOG.atWarn()
          .addKeyValue("kind", claimed.message().kind())
          .addKeyValue("attempt", claimed.attempt())
          .addKeyValue("failure", e.getClass().getName())
          .log("a message could not be sent now");
      Duration pause = settings.pauseAfter(claimed.attempt());
      database.transact(handle -> outbox.retryAfter(handle, claimed, pause));
      return;
    }
    end(claimed, Outbox.End.DELIVERED);
  }

  /**
   * Marks and records in one transaction; nothing if another worker has taken the message since.
   */
  private void end(Outbox.Claimed claimed, Outbox.End end) throws RefusedException {
    database.transact(
        handle -> {
          if (outbox.end(handle, claimed, end)) {
            audit.append(handle, event(claimed, end));
          }
        });
  }

  private static AuditEvent event(Outbox.Claimed claimed, Outbox.End end) {
    OutgoingMessage message = claimed.message();
    Map<String, String> details = new HashMap<>();
    details.put("kind", message.kind().name());
    details.put("channel", message.kind().channel().name());
    details.put("attempts", Integer.toString(claimed.attempt()));
    message.signer().ifPresent(signer -> details.put("signer", signer.toString()));
    return end == Outbox.End.DELIVERED
        ? AuditEvent.succeeded(
            AuditEventType.MESSAGE_DELIVERED, ACTOR, message.reference(), details)
        : AuditEvent.failed(
            AuditEventType.MESSAGE_NOT_DELIVERED, end.name(), ACTOR, message.reference(), details);
  }

  /** A code must not leave by another channel than the one it is meant for (OTP-19). */
  private static void requireChannel(MessageKind kind, ComposedMessage composed) {
    if (composed.channel() != kind.channel()) {
      throw new IllegalStateException("a message was composed for another channel than its kind's");
    }
  }

  private static Map<MessageKind, MessageComposer> byKind(List<MessageComposer> composers) {
    Map<MessageKind, MessageComposer> byKind = new EnumMap<>(MessageKind.class);
    for (MessageKind kind : MessageKind.values()) {
      List<MessageComposer> those = composers.stream().filter(c -> c.composes(kind)).toList();
      if (those.size() != 1) {
        throw new IllegalArgumentException(
            kind + " is composed by " + those.size() + " composers, not by exactly one");
      }
      byKind.put(kind, those.getFirst());
    }
    return byKind;
  }
}
