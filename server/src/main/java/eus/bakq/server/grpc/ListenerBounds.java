package eus.bakq.server.grpc;

import java.time.Duration;

/**
 * What one listener takes at most. The memory that inbound messages can hold is {@code
 * maxInboundMessageBytes * (workers + waitingCalls)}, since a message is read only after its call
 * was admitted, as much again for each upload under way, and {@code FLOW_WINDOW_BYTES} for each
 * connection.
 *
 * @param maxInboundMessageBytes of one message; 1 KiB to 64 MiB
 * @param maxConnections open at once, those still in their handshake included; 1 to 10,000
 * @param maxConcurrentCallsPerConnection 1 to 1,000
 * @param maxHeaderBytes of one call; 1 KiB to 64 KiB
 * @param workers threads that do the calls' work; 1 to 256
 * @param waitingCalls admitted calls that wait for a worker; one more is OVERLOADED; 0 to 1,000
 * @param handshakeTimeout until TLS and HTTP/2 are agreed; 1 s to 1 min
 * @param maxConnectionIdle without a call until the connection is closed; 1 s to 1 day
 * @param maxConnectionAge until the client has to connect, and so to prove itself, anew; 1 s to 1
 *     day
 * @param drain how long calls under way may take to end when the listener stops; 0 s to 5 min
 */
public record ListenerBounds(
    int maxInboundMessageBytes,
    int maxConnections,
    int maxConcurrentCallsPerConnection,
    int maxHeaderBytes,
    int workers,
    int waitingCalls,
    Duration handshakeTimeout,
    Duration maxConnectionIdle,
    Duration maxConnectionAge,
    Duration drain) {
  /** What a connection may send ahead of being read. */
  static final int FLOW_WINDOW_BYTES = 1 << 20;

  private static final int KIB = 1024;

  public ListenerBounds {
    requireWithin("maxInboundMessageBytes", maxInboundMessageBytes, KIB, 64 * KIB * KIB);
    requireWithin("maxConnections", maxConnections, 1, 10_000);
    requireWithin("maxConcurrentCallsPerConnection", maxConcurrentCallsPerConnection, 1, 1_000);
    requireWithin("maxHeaderBytes", maxHeaderBytes, KIB, 64 * KIB);
    requireWithin("workers", workers, 1, 256);
    requireWithin("waitingCalls", waitingCalls, 0, 1_000);
    Duration second = Duration.ofSeconds(1);
    requireWithin("handshakeTimeout", handshakeTimeout, second, Duration.ofMinutes(1));
    requireWithin("maxConnectionIdle", maxConnectionIdle, second, Duration.ofDays(1));
    requireWithin("maxConnectionAge", maxConnectionAge, second, Duration.ofDays(1));
    requireWithin("drain", drain, Duration.ZERO, Duration.ofMinutes(5));
  }

  /**
   * Documented defaults: 12 MiB a message for sedes (a PDF of 10 MiB) and 128 calls a connection,
   * 256 KiB and 16 for all others.
   */
  public static ListenerBounds forAudience(Audience audience) {
    int messageBytes =
        switch (audience) {
          case RELYING_PARTY -> 12 * KIB * KIB;
          case REGISTRATION, SIGNER, AUDITOR -> 256 * KIB;
        };
    // A sede watches many requests, each by a call that lasts, beside those that it makes.
    int calls =
        switch (audience) {
          case RELYING_PARTY -> 128;
          case REGISTRATION, SIGNER, AUDITOR -> 16;
        };
    return new ListenerBounds(
        messageBytes,
        256,
        calls,
        8 * KIB,
        16,
        16,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        Duration.ofMinutes(30),
        Duration.ofSeconds(15));
  }

  /** Calls that are worked on or wait, at once. */
  int maxAdmittedCalls() {
    return workers + waitingCalls;
  }

  /**
   * More tasks than all calls of all connections together can have in a queue: a call has one for
   * its messages, one for its end and one for its cancellation at most.
   */
  int maxTasks() {
    return Math.toIntExact(4L * maxConnections * maxConcurrentCallsPerConnection);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }

  private static void requireWithin(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }
}
