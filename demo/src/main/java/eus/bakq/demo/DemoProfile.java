package eus.bakq.demo;

import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.notification.MessageTransport;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.BindableService;
import java.time.Clock;
import java.util.List;

/** The demo profile. */
public final class DemoProfile implements ProfileExtension {
  private final Clock clock;
  private final VisibleMessages messages;

  /** On the system's clock. */
  public DemoProfile() {
    this(Clock.systemUTC());
  }

  /** On a clock that its owner may move. */
  DemoProfile(Clock clock) {
    this.clock = clock;
    this.messages = new VisibleMessages(clock);
  }

  @Override
  public Profile profile() {
    return Profile.DEMO;
  }

  @Override
  public MessageTransport messageTransport() {
    return messages;
  }

  @Override
  public Clock clock(Clock system) {
    return clock;
  }

  @Override
  public List<BindableService> services(AuthorisationParts parts) {
    return List.of(new AuthorisationGrpcService(parts), new MessageGrpcService(messages));
  }
}
