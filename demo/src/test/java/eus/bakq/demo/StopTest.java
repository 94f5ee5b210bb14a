package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.grpc.Audience;
import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SIGTERM: what is told, what is lost, how it ends (docs/signing-cycle.md, 11). */
@ExtendWith(TwoNodes.class)
class StopTest {
  private static final String LAST_RECORD =
      "select count(*) from audit_record where type = 'SYSTEM_STOPPED' and sequence ="
          + " (select max(sequence) from audit_record)";

  private static final String LEASES_OF_STOPPED =
      "select count(*) from node where id::text in"
          + " (select details->>'node' from audit_record where type = 'SYSTEM_STOPPED')";

  private final ProcessWorld world;
  private final ProcessWorld.Node first;
  private final ProcessWorld.Node second;

  StopTest(ProcessWorld world) {
    this.world = world;
    this.first = world.node(0);
    this.second = world.node(1);
  }

  @Test
  @DisplayName("a node that stops under load loses no request and makes none twice")
  void losesNothingUnderLoad() throws Exception {
    List<Citizen> citizens = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      citizens.add(world.activeCitizen());
    }
    List<SignatureRequest> completed = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(citizens.size())) {
      List<Future<List<SignatureRequest>>> running = new ArrayList<>();
      for (int number = 0; number < citizens.size(); number++) {
        int at = number;
        running.add(threads.submit(() -> signTwo(citizens.get(at), at)));
      }
      assertThat(Eventually.is(() -> world.count(created()) > 0)).isTrue();

      second.process().terminate();

      assertThat(second.process().exitCode()).isZero();
      for (Future<List<SignatureRequest>> one : running) {
        completed.addAll(one.get());
      }
    }
    assertThat(completed).hasSize(2 * citizens.size()).doesNotHaveDuplicates();
    for (SignatureRequest request : completed) {
      assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isOne();
      assertThat(world.audit().count(request.getId(), "SIGNATURE_INTERRUPTED")).isZero();
      assertThat(first.sede(WorldFiles.SEDE_A).fetch(request.getId(), 0)).isNotEmpty();
    }
  }

  private List<SignatureRequest> signTwo(Citizen citizen, int node) throws Exception {
    List<SignatureRequest> completed = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      completed.add(new Signing(world, citizen, node).call());
    }
    return completed;
  }

  private static String created() {
    return "select count(*) from activation_ledger where outcome = 'CONSUMED'"
        + " and written_at > now() - interval '2 seconds'";
  }

  @Test
  @DisplayName("health says so first, whoever waits is told why, and the lease is given back")
  void tellsEverybody() throws Exception {
    Sede sede = second.sede(WorldFiles.SEDE_A);
    SignatureRequest request = sede.ask(BadDocuments.sound());
    List<Iterator<HealthCheckResponse>> health = new ArrayList<>();
    for (Channel door : doors(second)) {
      health.add(HealthGrpc.newBlockingStub(door).watch(HealthCheckRequest.getDefaultInstance()));
      assertThat(health.getLast().next().getStatus()).isEqualTo(ServingStatus.SERVING);
    }
    Watching watching = sede.watch(request.getId());
    assertThat(watching.next()).isEqualTo(request);
    Uploading stalled = sede.uploading().header(BadDocuments.sound());

    second.process().terminate();
    second.process().terminate();

    for (Iterator<HealthCheckResponse> door : health) {
      assertThat(door.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    }
    Refused refused = Refused.by(watching::next);
    assertThat(refused.reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
    assertThat(refused.text()).contains("RetryInfo");
    // The door is open until the upload has had its time.
    assertThat(Refused.by(() -> sede.get(request.getId())).reason())
        .isEqualTo("TEMPORARILY_UNAVAILABLE");
    assertThat(Refused.by(stalled::await).reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
    assertThat(second.process().exitCode()).isZero();
    assertThat(world.count(LEASES_OF_STOPPED)).isZero();
    assertThat(first.sede(WorldFiles.SEDE_A).cancel(request.getId()).getId())
        .isEqualTo(request.getId());
  }

  @Test
  @DisplayName("SYSTEM_STOPPED is the last record; a start that is called off ends the same way")
  void recordsItsStopLast() throws Exception {
    Citizen citizen = world.activeCitizen();
    assertThat(citizen.sign(second.sede(WorldFiles.SEDE_A).ask(BadDocuments.sound()))).isOne();
    second.process().terminate();
    assertThat(second.process().exitCode()).isZero();
    first.process().terminate(); // with the notice of the signature on its way
    assertThat(first.process().exitCode()).isZero();
    assertThat(world.count(LAST_RECORD)).isOne();
    assertThat(world.count(LEASES_OF_STOPPED)).isZero();

    ServerProcess starting = second.launch(ServerProcess.Launch.usual());
    assertThat(begins(starting)).isTrue();
    starting.terminate();

    assertThat(starting.exitCode()).isZero();
    assertThat(starting.said()).doesNotContain("The server does not start");
    assertThat(world.count(LAST_RECORD)).isOne();
    assertThat(world.count(LEASES_OF_STOPPED)).isZero();
  }

  /** Whether it writes its first line, which it does half-way, within three minutes. */
  private static boolean begins(ServerProcess starting) throws Exception {
    for (int look = 0; look < 6; look++) {
      if (Eventually.is(() -> starting.said().contains("INFO"))) {
        return true;
      }
    }
    return false;
  }

  @Test
  @DisplayName(
      "while the database is gone a stop is bounded, and its exit code says that it was not in order")
  void stopsWithoutTheDatabase() throws Exception {
    String database = world.files().place().jdbcUrl().replaceAll(".*/", "");
    try (Connection administrator = world.files().postgres().connectAsSuperuser("postgres")) {
      run(administrator, "alter database " + database + " allow_connections false");
      run(
          administrator,
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"
              + database
              + "'");

      second.process().terminate();

      assertThat(second.process().exitCode()).isEqualTo(3);
      run(administrator, "alter database " + database + " allow_connections true");
    }
    second.start();
    for (ProcessWorld.Node node : world.nodes()) {
      Sede sede = node.sede(WorldFiles.SEDE_A);
      assertThat(AtOnce.outcome(() -> sede.get(UUID.randomUUID().toString())).reason())
          .isEqualTo("SIGNATURE_REQUEST_NOT_FOUND");
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<Channel> doors(ProcessWorld.Node node) {
    return List.of(
        node.channel(Audience.RELYING_PARTY, WorldFiles.SEDE_A),
        node.channel(Audience.REGISTRATION, WorldFiles.OFFICER),
        node.channel(Audience.AUDITOR, WorldFiles.AUDITOR),
        node.signerChannel());
  }
}
