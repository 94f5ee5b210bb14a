package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.search.FormSearch;
import eus.bakq.demo.search.Found;
import eus.bakq.demo.search.HeapDump;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** DRAFT */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeapTest {
  private ProcessWorld world;
  private SecretWalk walk;
  private Path dump;

  @BeforeAll
  void walk() throws Exception {
    world = ProcessWorld.on(WorldFiles.make());
    ProcessWorld.Node node = world.add(WorldFiles.Settings.usual().codeDigits(8)).start();
    walk = SecretWalk.through(world);
    dump = world.files().folder().resolve("heap.hprof");
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(node.process().pid()),
                "GC.heap_dump",
                dump.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes());
    assertThat(jcmd.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(dump).as(said).exists();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  @DisplayName("KEY-18, SAD-10: draft")
  void nothing() throws Exception {
    List<Found> found = new FormSearch(walk.secrets().forms()).in(dump);
    System.err.println("dump " + Files.size(dump) + " found " + found.size());
    try (HeapDump heap = HeapDump.open(dump)) {
      Map<String, Integer> counts = new TreeMap<>();
      heap.holders(found).forEach((f, way) -> counts.merge(f.secret() + " (" + f.form().way() + ") " + way, 1, Integer::sum));
      counts.forEach((k, v) -> System.err.println(v + " " + k));
      assertThat(counts).isEmpty();
    }
  }
}
