package eus.bakq.cli;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;

/**
 * What every command works with.
 *
 * @param random for program keys
 */
record Caller(Terminal terminal, Channels channels, Clock clock, SecureRandom random) {
  /** The seconds after which a call is given up, and may be repeated. */
  static final long DEADLINE_SECONDS = 60;

  /** The name of a wish: the one given, to repeat a call, or a new one. */
  static String requestId(String given) {
    return given.isEmpty() ? UUID.randomUUID().toString() : given;
  }
}
