package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.FullDisk;
import eus.bakq.fixtures.FullDisk.Extent;
import eus.bakq.fixtures.Postgres;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL's disk is full, and is emptied. */
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
