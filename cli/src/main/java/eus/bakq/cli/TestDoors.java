package eus.bakq.cli;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The doors of the attacked server, each as anybody reaches it. For one thread. */
final class TestDoors implements AutoCloseable {
  private record Way(Door door, Identity identity) {}

  private final ConnectionFile own;
  private final ConnectionFile other;
  private final Map<Way, ManagedChannel> open = new HashMap<>();

  /**
   * @param own the doors, a sede's identity and an auditor's
   * @param other of which only the sede's identity is used
   */
  TestDoors(ConnectionFile own, ConnectionFile other) {
    this.own = own;
    this.other = other;
  }

  /**
   * A channel; the same one each time. Does not connect yet.
   *
   * @throws FailedException if a connection file does not say how
   */
  Channel at(Door door, Identity identity) {
    return open.computeIfAbsent(
        new Way(door, identity), way -> TlsChannels.open(own, door, certificate(identity)));
  }

  private Optional<ConnectionFile.ClientIdentity> certificate(Identity identity) {
    return switch (identity) {
      case SEDE -> own.identity(Door.SEDE);
      case OTHER_SEDE -> other.identity(Door.SEDE);
      case AUDITOR -> own.identity(Door.AUDITOR);
      case NOBODY -> Optional.empty();
    };
  }

  /** Where the doors are, and whose server certificates are believed. */
  ConnectionFile file() {
    return own;
  }

  @Override
  public void close() {
    open.values().forEach(ManagedChannel::shutdownNow);
  }
}
