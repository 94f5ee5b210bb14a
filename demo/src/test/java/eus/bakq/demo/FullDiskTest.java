package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.FullDisk;
import eus.bakq.fixtures.FullDisk.Extent;
import eus.bakq.fixtures.Postgres;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL's disk is full, or the server's own, and is emptied. */
class FullDiskTest {
  /** Enough to fill the pages that its tables have. */
  private static final int MOST_REQUESTS = 60;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  @DisplayName("API-08, AUD-06: a full disk refuses, loses nothing, and is forgotten when emptied")
  void losesNothing(Extent extent) throws Exception {
    FullDisk disk = FullDisk.in(folder.resolve("disk"));
    Postgres postgres = Postgres.start(folder.resolve("postgres"), 0, disk);
    try (DemoWorld world =
        DemoWorld.start(
            WorldFiles.make(postgres),
            WorldFiles.Settings.usual().further(CutConnectionTest.PATIENT))) {
      Sede sede = world.sede(WorldFiles.SEDE_A);
      Citizen citizen = world.activeCitizen();
      SignatureRequest before = sede.ask(Documents.form());
      Authorising authorising = citizen.challenged(before);
      String code = citizen.nextCode();

      disk.fill(extent);
      int asked = 0;
      while (asked < MOST_REQUESTS && isDone(() -> sede.ask(Documents.form()))) {
        asked++;
      }
      assertThat(asked).as("requests that found room").isLessThan(MOST_REQUESTS);
      boolean signed = isDone(() -> authorising.submitCode(code));
      isDone(() -> world.officer().register(world.newCitizen()));
      disk.empty();
      // Where its log could not be written it has ended itself, as it must.
      Postgres.start(folder.resolve("postgres"), postgres.port(), disk);

      assertThat(Eventually.is(() -> isDone(() -> sede.get(before.getId())))).isTrue();
      SignatureRequestState state = sede.get(before.getId()).getState();
      if (signed) {
        sede.fetchCompleted(before.getId(), 0);
        assertThat(world.audit().count(before.getId(), "SIGNATURE_CREATED")).isOne();
      } else {
        assertThat(state).isNotEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED);
      }
      SignatureRequest after = sede.ask(Documents.form());
      WalkTraces.anHourPasses(world, citizen);
      // One that was sent when the disk was full is sent again: that could not be written down.
      assertThat(Eventually.is(() -> WalkTraces.allSent(world, citizen))).isTrue();
      citizen.forgetSms();
      assertThat(citizen.sign(after)).isEqualTo(1);
      sede.fetchCompleted(after.getId(), 0);
      assertThat(world.audit().count(after.getId(), "SIGNATURE_CREATED")).isOne();
      assertThat(world.audit().verify().getFirstBadSequence()).isZero();
      new WorldInvariants(world).require();
      world.conformance().requireNoViolation();
    } finally {
      disk.empty();
      postgres.stop();
    }
  }

  /**
   * The server writes two files: its log, which may be lost, and the anchor, which is on another
   * disk; what it does is in the database.
   */
  @Test
  @DisplayName("a server whose log and temporary folder have no room starts, signs and stops")
  void servesWithoutRoomOfItsOwn() throws Exception {
    FullDisk disk = FullDisk.in(folder.resolve("disk"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    WorldFiles files = WorldFiles.make();
    Map<String, String> environment = disk.environmentBeside(files.anchors());
    try (ProcessWorld world = ProcessWorld.on(files)) {
      ProcessWorld.Node node =
          world
              .add(WorldFiles.Settings.usual())
              .start(
                  new ServerProcess.Launch(List.of("-Djava.io.tmpdir=" + temporary), environment));
      Sede sede = node.sede(WorldFiles.SEDE_A);
      assertThat(logged(node)).as("a refused call is told in the log").isPositive();

      disk.fill(Extent.ANYTHING);
      Citizen citizen = world.activeCitizen();
      SignatureRequest request = sede.ask(Documents.form());
      assertThat(citizen.sign(request)).isEqualTo(1);
      assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
      assertThat(logged(node)).as("nothing gets into a full log").isZero();

      disk.empty();
      assertThat(logged(node)).as("the log goes on").isPositive();
      assertThat(world.audit().count(request.getId(), "SIGNATURE_CREATED")).isOne();
      new WorldInvariants(world).requireAtRest();
      node.conformance().requireNoViolation();

      disk.fill(Extent.ANYTHING);
      node.process().terminate();
      assertThat(node.process().exitCode()).isZero();
      var _ = node.launch(new ServerProcess.Launch(List.of(), environment));
      node.awaitDoors();
      assertThat(sede.fetch(request.getId(), 0)).isNotEmpty();
      try (Stream<Path> left = Files.walk(temporary)) {
        assertThat(left.filter(Files::isRegularFile)).as("temporary files").isEmpty();
      }
    } finally {
      disk.empty();
    }
  }

  /** By how much the log has grown when a call was refused. */
  private static long logged(ProcessWorld.Node node) throws IOException {
    long before = Files.size(node.log());
    var _ = Refused.by(() -> node.sede(WorldFiles.SEDE_A).ask(Sede.wish()));
    return Files.size(node.log()) - before;
  }

  private static boolean isDone(Callable<?> call) throws Exception {
    try {
      var _ = call.call();
      return true;
    } catch (StatusRuntimeException e) {
      assertThat(Refused.of(e).reason()).isEqualTo("TEMPORARILY_UNAVAILABLE");
      return false;
    }
  }
}
