package eus.bakq.server.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The wire between server and PostgreSQL, which can be cut on order: before a message arrives, or
 * after it was carried out and before the answer comes back.
 */
final class Wire implements AutoCloseable {
  /** Where it is cut. */
  enum Cut {
    BEFORE_IT_ARRIVES,
    BEFORE_THE_ANSWER
  }

  private final ServerSocket door;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger messagesLeft = new AtomicInteger(Integer.MAX_VALUE);
  private volatile Cut cut = Cut.BEFORE_IT_ARRIVES;
  private volatile boolean answersLost;

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

  /** Cuts at message {@code number} from now (1: the next), and works again for new connections. */
  void cutAt(int number, Cut where) {
    cut = where;
    messagesLeft.set(number);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().start(() -> carry(client, server, true));
        Thread.ofVirtual().start(() -> carry(server, client, false));
      } catch (IOException e) {
        if (!door.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void carry(Socket from, Socket to, boolean towardsServer) {
    byte[] buffer = new byte[64 << 10];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int size = in.read(buffer); size >= 0; size = in.read(buffer)) {
        if (!towardsServer && answersLost) {
          answersLost = false;
          return; // the server has answered: it has done it
        }
        if (towardsServer && messagesLeft.decrementAndGet() == 0) {
          messagesLeft.set(Integer.MAX_VALUE);
          if (cut == Cut.BEFORE_IT_ARRIVES) {
            return;
          }
          answersLost = true;
        }
        out.write(buffer, 0, size);
        out.flush();
      }
    } catch (IOException e) {
      // The other direction was cut: closing both ends is all that is left to do.
      return;
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
