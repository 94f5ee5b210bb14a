package eus.bakq.demo;

import java.util.List;

/**
 * What the first server loads until it is ready comes from a cache for those after it, which start
 * at a fraction of the cost. One that has signed as well made none of them quicker.
 */
final class ServerTraining {
  private ServerTraining() {}

  /** Sees to it that there is a cache for {@code launch}, unless it is to make it. */
  static void before(ServerProcess.Launch launch) {
    if (launch.flags().stream().anyMatch(ServerProgram::makesCache)) {
      return;
    }
    try {
      ServerProgram.shared().train(ServerTraining::start);
    } catch (Exception e) {
      throw new IllegalStateException("the cache of the server's classes cannot be made", e);
    }
  }

  private static void start(List<String> flags) throws Exception {
    try (ProcessWorld world = ProcessWorld.on(WorldFiles.make())) {
      ProcessWorld.Node node =
          world.add(WorldFiles.Settings.usual()).start(ServerProcess.Launch.with(flags));
      node.process().terminate();
      if (node.process().exitCode() != 0) {
        throw new IllegalStateException(node.process().said());
      }
    }
  }
}
