package eus.bakq.demo;

import eus.bakq.server.grpc.Audience;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this process holds when it has nothing to do: the server, and the callers of the tests.
 *
 * @param heapBytes in use after a collection
 * @param threads that live, by name, but for those of the doors' workers, whose number is fixed and
 *     who come as they are needed, and those of the tests
 * @param files that are open, sockets included
 * @param sessions with the database
 */
record ServerLoad(long heapBytes, List<String> threads, long files, long sessions) {
  private static final Pattern CALLERS =
      Pattern.compile("grpc-default-|grpc-nio-|grpc-timer|HttpClient-|ForkJoinPool|pool-[0-9]+-");

  private static final Pattern WORKERS =
      Pattern.compile(
          "grpc-(front-)?("
              + Stream.of(Audience.values())
                  .map(Audience::name)
                  .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                  .collect(Collectors.joining("|"))
              + ")-[0-9]+");

  static ServerLoad of(DemoWorld world) throws Exception {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) { // what a collection leaves to be finalised goes with the next
      System.gc();
      heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return new ServerLoad(
        heap,
        liveThreads(),
        openFiles(),
        world.count(
            "select count(*) from pg_stat_activity where datname = current_database()"
                + " and usename <> current_user"));
  }

  private static List<String> liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !CALLERS.matcher(name).lookingAt())
        .filter(name -> !WORKERS.matcher(name).matches())
        .sorted()
        .toList();
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
