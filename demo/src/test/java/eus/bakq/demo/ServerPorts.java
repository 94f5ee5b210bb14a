package eus.bakq.demo;

import eus.bakq.server.grpc.Audience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where one server listens, chosen before it starts, because it keeps its ports over its deaths.
 */
record ServerPorts(int relyingParty, int registration, int signer, int auditor, int publicPort) {
  /** Below the ports that the system gives to connections: those could take one between deaths. */
  private static final int LOWEST = 20_000;

  private static final int HIGHEST = 32_000;
  private static final int MOST_TRIES = 1000;

  static ServerPorts choose() {
    return new ServerPorts(free(), free(), free(), free(), free());
  }

  /** A port of 127.0.0.1 on which nobody listens now. */
  static int free() {
    for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException taken) {
        // Somebody else listens there: the next one.
      } catch (IOException e) {
        throw new UncheckedIOException("no port can be tried", e);
      }
    }
    throw new IllegalStateException("no port is free");
  }

  int of(Audience audience) {
    return switch (audience) {
      case RELYING_PARTY -> relyingParty;
      case REGISTRATION -> registration;
      case SIGNER -> signer;
      case AUDITOR -> auditor;
    };
  }
}
