package eus.bakq.demo;

import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.notification.Channel;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageTransport;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.BindableService;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The demo, with an SMS centre that is away when a test says so. Safe for several threads. */
final class UnreliableSms implements ProfileExtension {
  private final DemoProfile demo = new DemoProfile();
  private final AtomicInteger refused = new AtomicInteger();
  private final MessageTransport transport = this::deliver;
  private volatile boolean away;

  /** From here on no SMS can be handed over. */
  void goAway() {
    away = true;
  }

  /** From here on every SMS can. */
  void comeBack() {
    away = false;
  }

  /** How many could not be handed over, each time that it was tried. */
  int refused() {
    return refused.get();
  }

  private void deliver(ComposedMessage message) {
    if (away && message.channel() == Channel.SMS) {
      refused.incrementAndGet();
      throw UnavailableException.temporarily("the SMS centre is away", null);
    }
    demo.messageTransport().deliver(message);
  }

  @Override
  public Profile profile() {
    return demo.profile();
  }

  @Override
  public MessageTransport messageTransport() {
    return transport;
  }

  @Override
  public List<BindableService> services(AuthorisationParts parts) {
    return demo.services(parts);
  }
}
