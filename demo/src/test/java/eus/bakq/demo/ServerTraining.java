package eus.bakq.demo;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureLevel;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.List;

/**
 * What a server loads in its life is loaded from a cache by those that come after it: they start,
 * and do everything for the first time, at a fraction of the cost. A test that kills servers has
 * hardly anything but first times.
 */
final class ServerTraining {
  private ServerTraining() {}

  /** Sees to it that there is a cache for {@code launch}, unless it is to make it. */
  static void before(ServerProcess.Launch launch) {
    if (launch.flags().stream().anyMatch(ServerProgram::makesCache)) {
      return;
    }
    try {
      ServerProgram.shared().train(ServerTraining::live);
    } catch (Exception e) {
      throw new IllegalStateException("the cache of the server's classes cannot be made", e);
    }
  }

  private static void live(List<String> flags) throws Exception {
    try (ProcessWorld world = ProcessWorld.on(WorldFiles.make())) {
      ProcessWorld.Node node =
          world.add(WorldFiles.Settings.usual()).start(ServerProcess.Launch.with(flags));
      Citizen citizen = world.activeCitizen();
      Sede sede = world.sede(WorldFiles.SEDE_A);
      SignatureRequest request =
          sede.ask(
              Sede.wish(Documents.form(), Documents.pdfA1b())
                  .setLevel(SignatureLevel.SIGNATURE_LEVEL_B_LTA));
      citizen.sign(request);
      var _ = sede.fetchCompleted(request.getId(), 0);
      var _ = world.officer().suspend(citizen, Duration.ofDays(1));
      var _ = world.officer().lift(citizen);
      node.process().terminate();
      if (node.process().exitCode() != 0) {
        throw new IllegalStateException(node.process().said());
      }
    }
  }
}
