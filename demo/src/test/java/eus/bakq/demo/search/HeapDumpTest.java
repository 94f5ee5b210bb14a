package eus.bakq.demo.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a heap is found in its dump, with those who hold it. */
class HeapDumpTest {
  /** Holds a secret as programs do that should not. */
  private static final class Keeper {
    private final List<Object> kept = new ArrayList<>();
  }

  private static final Keeper KEEPER = new Keeper();

  @Test
  void findsStringsAndArraysAndTellsWhoHoldsThem(@TempDir Path folder) throws Exception {
    byte[] drawn = new byte[12];
    new Random(7).nextBytes(drawn);
    String text = HexFormat.of().formatHex(drawn);
    KEEPER.kept.add(text + "!");
    KEEPER.kept.add("€" + text); // UTF-16 in the heap
    KEEPER.kept.add(text.toCharArray());
    KEEPER.kept.add(drawn);
    Path dump = folder.resolve("heap.hprof");

    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpHeap(dump.toString(), true);

    SecretForms forms = new SecretForms();
    forms.bytes("drawn", drawn);
    List<Found> found = new FormSearch(forms.forms()).in(dump);
    assertThat(found)
        .extracting(one -> one.form().way())
        .contains("bytes", "bytes, hex", "bytes, hex in UTF-16LE", "bytes, hex in UTF-16BE");
    try (HeapDump heap = HeapDump.open(dump)) {
      Map<Found, List<String>> holders = heap.holders(found);
      assertThat(holders.values())
          .anySatisfy(way -> assertThat(way).startsWith("byte[]", "String.value"))
          .anySatisfy(way -> assertThat(way).startsWith("array of kind 5"))
          .filteredOn(way -> way.contains("HeapDumpTest$Keeper.kept"))
          .hasSizeGreaterThanOrEqualTo(4);
      assertThat(holders.keySet()).containsExactlyInAnyOrderElementsOf(found);
    }
  }
}
