package eus.bakq.server.web;

import java.time.Duration;

/**
 * Where the public asks, and how much it may. Whoever can write this can shut the door, or open it
 * so wide that strangers take memory and database from citizens.
 *
 * @param address of this machine to listen on
 * @param port 0 to 65535; 0 is any free one
 * @param workers threads, 8 to 256; three of them are Jetty's own
 * @param maxConnections open at once, 1 to 10000; further ones wait in the system's queue of 64
 * @param maxStatusQueries that may use the database at once, 1 to 32 and fewer than the pool has;
 *     one more waits a second at most and is then put off
 * @param idleTimeout after which a connection that says nothing is closed, 1 s to 60 s
 * @param drain how long requests under way may take when the server stops, 0 s to 60 s
 */
public record PublicListenerSettings(
    String address,
    int port,
    int workers,
    int maxConnections,
    int maxStatusQueries,
    Duration idleTimeout,
    Duration drain) {
  /** Threads, if nothing else is said. */
  public static final int DEFAULT_WORKERS = 16;

  /** Connections, if nothing else is said. */
  public static final int DEFAULT_MAX_CONNECTIONS = 256;

  /** Queries at once, if nothing else is said: a quarter of the pool's connections. */
  public static final int DEFAULT_MAX_QUERIES = 4;

  /** How long a connection may be silent, if nothing else is said. */
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(10);

  /** How long a stop waits, if nothing else is said. */
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(5);

  private static final Duration LONGEST = Duration.ofMinutes(1);

  public PublicListenerSettings {
    if (address.isBlank()) {
      throw new IllegalArgumentException("address is one of this machine");
    }
    requireBetween("port", port, 0, 65_535);
    requireBetween("workers", workers, 8, 256);
    requireBetween("maxConnections", maxConnections, 1, 10_000);
    requireBetween("maxStatusQueries", maxStatusQueries, 1, 32);
    if (idleTimeout.compareTo(Duration.ofSeconds(1)) < 0 || idleTimeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("idleTimeout is 1 to 60 s");
    }
    if (drain.isNegative() || drain.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("drain is 0 to 60 s");
    }
  }

  /** The defaults on a port of 127.0.0.1. */
  public static PublicListenerSettings onPort(int port) {
    return new PublicListenerSettings(
        "127.0.0.1",
        port,
        DEFAULT_WORKERS,
        DEFAULT_MAX_CONNECTIONS,
        DEFAULT_MAX_QUERIES,
        DEFAULT_IDLE_TIMEOUT,
        DEFAULT_DRAIN);
  }

  private static void requireBetween(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }
}
