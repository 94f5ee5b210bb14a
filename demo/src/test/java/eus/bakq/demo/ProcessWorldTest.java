package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Servers as processes, as the tests start, end and kill them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessWorldTest {
  /** The exit code of a JVM that SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private ProcessWorld world;

  @BeforeAll
  void start() throws Exception {
    world = ProcessWorld.on(WorldFiles.make());
    world.add(WorldFiles.Settings.usual()).start();
    world.add(WorldFiles.Settings.usual()).start();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName("a walk begun at one node is ended at another, when the first was killed")
  void goesOnAtAnotherNode() throws Exception {
    ProcessWorld.Node first = world.node(0);
    ProcessWorld.Node second = world.node(1);
    Citizen citizen = first.activeCitizen();
    SignatureRequest request = first.sede(WorldFiles.SEDE_A).ask(Documents.form());

    first.kill();
    assertThat(first.process().exitCode()).isEqualTo(KILLED);
    assertThat(Authorising.open(world.signerChannel(), request.getAuthorisationAddress()))
        .satisfies(
            authorising -> {
              authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
              assertThat(authorising.submitCode(citizen.nextCode())).isOne();
            });
    assertThat(second.sede(WorldFiles.SEDE_A).get(request.getId()).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_COMPLETED);

    first.start();
    assertThat(first.sede(WorldFiles.SEDE_A).fetch(request.getId(), 0)).isNotEmpty();
    first.process().terminate();
    assertThat(first.process().exitCode()).isZero();
    first.start();
    assertThat(Set.of(first.process().pid(), second.process().pid())).hasSize(2);
  }
}
