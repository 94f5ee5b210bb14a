package eus.bakq.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process holds when it has nothing to do: the server, and the callers of the tests.
 *
 * @param heapBytes in use after a collection
 * @param threads that live
 * @param files that are open, sockets included
 * @param sessions with the database
 */
record ServerLoad(long heapBytes, int threads, long files, long sessions) {
  static ServerLoad of(DemoWorld world) throws Exception {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) { // what a collection leaves to be finalised goes with the next
      System.gc();
      heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return new ServerLoad(
        heap,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        openFiles(),
        world.count(
            "select count(*) from pg_stat_activity where datname = current_database()"
                + " and usename <> current_user"));
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
