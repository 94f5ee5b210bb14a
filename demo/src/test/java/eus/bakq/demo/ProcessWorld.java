package eus.bakq.demo;

import eus.bakq.demo.v1.Message;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One database and one set of tokens, and servers on them that are processes of their own: nodes.
 * Phones and mailboxes of citizens belong to the world and outlive the nodes that delivered to
 * them, as far as somebody looked before a node died. Safe for several threads.
 */
final class ProcessWorld implements World, AutoCloseable {
  /** Of half a minute each. */
  private static final int MOST_WAITS = 6;

  private static final int MOST_TRIES = 3;

  private final WorldFiles files;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Set<Message>> received = new ConcurrentHashMap<>();
  private final Object starting = new Object();
  private volatile Optional<Node> leader = Optional.empty();

  /** A call that cannot be made, because no node is there. */
  static final class NobodyThereError extends AssertionError {
    private static final long serialVersionUID = 1;

    NobodyThereError() {
      super("no node is open");
    }
  }

  /** One server: where it listens, what it is started on, and its process while it has one. */
  final class Node implements World {
    private final Path configuration;
    private final Path log;
    private final Conformance conformance = new Conformance();
    private final Doors doors;
    private final ServerPorts ports;
    private volatile Optional<ServerProcess> process = Optional.empty();

    /** Of the lease of the process that runs; empty if it began together with others. */
    private volatile String leaseId = "";

    private volatile boolean open;

    private Node(String name, WorldFiles.Settings settings) throws IOException {
      this.ports = settings.ports().orElseThrow();
      this.configuration = files.write(name, settings);
      this.log = files.folder().resolve(name + ".log");
      this.doors = new Doors(files, ports::of, conformance);
    }

    /** Begins to start; nothing runs here now. */
    ServerProcess launch(ServerProcess.Launch launch) throws IOException, InterruptedException {
      ServerTraining.before(launch);
      process.filter(ServerProcess::isAlive).ifPresent(alive -> refuseSecond());
      process.ifPresent(ServerProcess::close);
      open = false;
      leaseId = "";
      ServerProcess started = ServerProcess.start(configuration, log, launch);
      process = Optional.of(started);
      return started;
    }

    /** Starts, and waits until the doors are open. */
    Node start() throws IOException, InterruptedException {
      return start(ServerProcess.Launch.usual());
    }

    /** As {@link #start()}. */
    Node start(ServerProcess.Launch launch) throws IOException, InterruptedException {
      synchronized (ProcessWorld.this.starting) {
        Set<String> before = leases();
        var _ = launch(launch).awaitReady();

        Set<String> own = leases();
        own.removeAll(before);
        leaseId = own.iterator().next();
      }
      return opened();
    }

    private Node opened() {
      doors.connectAnew();
      open = true;
      return this;
    }

    /** Waits until a door answers, of a node that cannot say in its log that it is ready. */
    void awaitDoors() throws Exception {
      for (int wait = 0; wait < MOST_WAITS; wait++) {
        if (Eventually.is(this::answers)) {
          var _ = opened();
          return;
        }
      }
      throw new AssertionError("the node does not open its doors");
    }

    private boolean answers() {
      if (!isAlive()) {
        throw new AssertionError("the node has ended: " + process().said());
      }
      doors.connectAnew();
      try {
        return health(Audience.RELYING_PARTY) == ServingStatus.SERVING;
      } catch (StatusRuntimeException nobodyListens) {
        return false;
      }
    }

    private void refuseSecond() {
      throw new IllegalStateException("this node runs");
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
      open = false;
      process().kill();
    }

    ServerProcess process() {
      return process.orElseThrow();
    }

    boolean isAlive() {
      return process.filter(ServerProcess::isAlive).isPresent();
    }

    /** Whether its doors were opened and it was not killed since. */
    boolean isOpen() {
      return open && isAlive();
    }

    private String lease() {
      if (leaseId.isEmpty()) {
        throw new IllegalStateException("nobody knows which lease is of whom started together");
      }
      return leaseId;
    }

    Path log() {
      return log;
    }

    ServerPorts ports() {
      return ports;
    }

    Conformance conformance() {
      return conformance;
    }

    @Override
    public WorldFiles files() {
      return files;
    }

    @Override
    public Channel channel(Audience audience, String caller) {
      return doors.channel(audience, Optional.of(caller));
    }

    @Override
    public Channel signerChannel() {
      return doors.channel(Audience.SIGNER, Optional.empty());
    }

    @Override
    public List<Message> messages(eus.bakq.demo.v1.Channel channel, String recipient) {
      return ProcessWorld.this.messages(channel, recipient);
    }

    private void close() {
      doors.close();
      process.ifPresent(ServerProcess::close);
    }
  }

  private ProcessWorld(WorldFiles files) {
    this.files = files;
  }

  /** A world in which no node is yet. */
  static ProcessWorld on(WorldFiles files) {
    return new ProcessWorld(files);
  }

  /**
   * Adds a node, which does not run yet.
   *
   * @param settings without ports it gets free ones, which it keeps
   */
  synchronized Node add(WorldFiles.Settings settings) throws IOException {
    WorldFiles.Settings own =
        settings.ports().isPresent() ? settings : settings.ports(ServerPorts.choose());
    Node node = new Node("node-" + nodes.size(), own);
    nodes.add(node);
    return node;
  }

  /** Starts every node at the same moment, and waits until the doors of all are open. */
  void startTogether() throws IOException, InterruptedException {
    for (Node node : nodes()) {
      var _ = node.launch(ServerProcess.Launch.usual());
    }
    for (Node node : nodes()) {
      var _ = node.process().awaitReady();
      var _ = node.opened();
    }
  }

  synchronized List<Node> nodes() {
    return List.copyOf(nodes);
  }

  Node node(int index) {
    return nodes().get(index);
  }

  /** The node that leads, or if its doors are not open, the first whose doors are. */
  Node anybody() {
    return Stream.concat(leader.stream(), nodes().stream())
        .filter(Node::isOpen)
        .findFirst()
        .orElseThrow(NobodyThereError::new);
  }

  /** From now on calls that may go to any node go to {@code node} while its doors are open. */
  void lead(Node node) {
    leader = Optional.of(node);
  }

  @Override
  public WorldFiles files() {
    return files;
  }

  /** Leads to {@link #anybody} when it is used. */
  @Override
  public Channel channel(Audience audience, String caller) {
    return new LateChannel(() -> anybody().channel(audience, caller));
  }

  /** As {@link #channel}. */
  @Override
  public Channel signerChannel() {
    return new LateChannel(() -> anybody().signerChannel());
  }

  /** What any node has delivered, those included that are dead now. */
  @Override
  public List<Message> messages(eus.bakq.demo.v1.Channel channel, String recipient) {
    Set<Message> all =
        received.computeIfAbsent(channel + " " + recipient, key -> new LinkedHashSet<>());
    for (Node node : nodes()) {
      if (node.isOpen()) {
        List<Message> now = ofOne(node, channel, recipient);
        synchronized (all) {
          all.addAll(now);
        }
      }
    }
    synchronized (all) {
      return all.stream()
          .sorted(
              Comparator.comparing(
                      (Message message) ->
                          Instant.ofEpochSecond(
                              message.getDeliveredAt().getSeconds(),
                              message.getDeliveredAt().getNanos()))
                  .reversed())
          .toList();
    }
  }

  /**
   * Nothing from one who dies while it is asked. Where a machine is so slow that the connection
   * cannot be made in time, once more.
   */
  private static List<Message> ofOne(
      Node node, eus.bakq.demo.v1.Channel channel, String recipient) {
    for (int tries = 1; node.isOpen(); tries++) {
      try {
        return World.messages(node.signerChannel(), channel, recipient);
      } catch (StatusRuntimeException e) {
        if (node.isOpen()
            && (tries == MOST_TRIES || e.getStatus().getCode() != Status.Code.UNAVAILABLE)) {
          throw e;
        }
      }
    }
    return List.of();
  }

  /**
   * Ends the leases of nodes that are dead at once, instead of within twenty seconds. A node that
   * is starting meanwhile counts as dead until it gives its next sign of life.
   */
  void endLeasesOfTheDead() throws SQLException {
    String alive =
        nodes().stream()
            .filter(Node::isOpen)
            .map(node -> "'" + node.lease() + "'")
            .collect(Collectors.joining(", "));
    var _ =
        tamper(
            "update node set lease_until = now() - interval '1 second'"
                + (alive.isEmpty() ? "" : " where id::text not in (" + alive + ")"));
  }

  /** The ids of all leases; none before the first start has made the table. */
  private Set<String> leases() {
    Set<String> ids = new HashSet<>();
    try (Connection connection = superuser();
        Statement statement = connection.createStatement();
        ResultSet exists = statement.executeQuery("select to_regclass('bakq.node') is not null")) {
      exists.next();
      if (exists.getBoolean(1)) {
        try (ResultSet row = statement.executeQuery("select id::text from node")) {
          while (row.next()) {
            ids.add(row.getString(1));
          }
        }
      }
      return ids;
    } catch (SQLException e) {
      throw new IllegalStateException("the leases cannot be read", e);
    }
  }

  @Override
  public void close() {
    nodes().forEach(Node::close);
  }
}
