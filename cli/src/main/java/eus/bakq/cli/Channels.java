package eus.bakq.cli;

import io.grpc.Channel;

/** Connections to the doors of a server. */
interface Channels extends AutoCloseable {
  /**
   * A channel to {@code door}; the same one each time. Does not connect yet.
   *
   * @throws FailedException if the connection file does not say how
   */
  Channel to(Door door);

  /** Ends all connections. */
  @Override
  void close();
}
