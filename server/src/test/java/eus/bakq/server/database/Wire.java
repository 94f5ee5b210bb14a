package eus.bakq.server.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The wire between server and PostgreSQL, which can be cut on order: before a COMMIT arrives, or
 * after it was carried out and before the answer comes back.
 */
final class Wire implements AutoCloseable {
  /** Where it is cut. */
  enum Cut {
    BEFORE_IT_ARRIVES,
    BEFORE_THE_ANSWER
  }

  /** What {@link Database} asks right before it commits. */
  private static final String QUESTION = "pg_current_xact_id_if_assigned";

  private final ServerSocket door;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicReference<Cut> ordered = new AtomicReference<>();

  private Wire(ServerSocket door, int target) {
    this.door = door;
    this.target = target;
  }

  static Wire to(int port) throws IOException {
    Wire wire = new Wire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    Thread.ofVirtual().start(wire::accept);
    return wire;
  }

  int port() {
    return door.getLocalPort();
  }

  /** Cuts the connection that commits next, at its COMMIT; new connections work again. */
  void cutNextCommit(Cut where) {
    ordered.set(where);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        AtomicBoolean answerLost = new AtomicBoolean();
        Thread.ofVirtual().start(() -> carryCalls(client, server, answerLost));
        Thread.ofVirtual().start(() -> carryAnswers(server, client, answerLost));
      } catch (IOException e) {
        if (!door.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** One read is one message: client and server wait for each other. */
  private void carryCalls(Socket client, Socket server, AtomicBoolean answerLost) {
    byte[] buffer = new byte[64 << 10];
    boolean commitComes = false;
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
        Cut cut = commitComes ? ordered.getAndSet(null) : null;
        if (cut == Cut.BEFORE_IT_ARRIVES) {
          return;
        }
        answerLost.set(cut == Cut.BEFORE_THE_ANSWER);
        out.write(buffer, 0, size);
        out.flush();
        commitComes = new String(buffer, 0, size, StandardCharsets.ISO_8859_1).contains(QUESTION);
      }
    } catch (IOException e) {
      return; // the other direction was cut
    }
  }

  private void carryAnswers(Socket server, Socket client, AtomicBoolean answerLost) {
    byte[] buffer = new byte[64 << 10];
    try (server;
        client) {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
        if (answerLost.get()) {
          return; // the server has answered: it has done it
        }
        out.write(buffer, 0, size);
        out.flush();
      }
    } catch (IOException e) {
      return; // the other direction was cut
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
