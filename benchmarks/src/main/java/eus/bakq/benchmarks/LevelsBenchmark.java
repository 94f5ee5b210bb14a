package eus.bakq.benchmarks;

import eus.bakq.fixtures.PrivateFiles;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * {@code LevelsBenchmark ROUNDS}: signs a PDF and an XML at each level, and by plain DSS at B-B,
 * one after the other in each round, so that noise on the machine hits all alike. A quarter as many
 * rounds come before and do not count. Prints medians, by one thread.
 */
public final class LevelsBenchmark {
  private static final int MOST_ROUNDS = 100_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<String, List<Split>> measured = new LinkedHashMap<>();

  /** Ends with 2 when used wrongly. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1 || !arguments[0].matches("[1-9][0-9]{0,5}")) {
      System.err.println("usage: LevelsBenchmark ROUNDS");
      System.exit(2);
    }
    Path folder = Files.createTempDirectory("bakq-benchmark-");
    try {
      run(Math.min(Integer.parseInt(arguments[0]), MOST_ROUNDS), folder, System.out);
    } finally {
      PrivateFiles.deleteTree(folder);
    }
    System.exit(0);
  }

  static void run(int rounds, Path folder, PrintStream out) throws IOException {
    LevelsBenchmark benchmark = new LevelsBenchmark();
    try (SigningPlace place = SigningPlace.open(folder)) {
      PlainDss plain = new PlainDss(place);
      for (int round = -rounds / 4; round < rounds; round++) {
        if (round == 0) {
          benchmark.measured.clear();
        }
        benchmark.round(place, plain);
      }
    }
    benchmark.print(out);
  }

  private void round(SigningPlace place, PlainDss plain) {
    for (SignatureFormat format : List.of(SignatureFormat.PADES, SignatureFormat.XADES_ENVELOPED)) {
      Bytes original = format == SignatureFormat.PADES ? Samples.pdf() : Samples.xml();
      for (SignatureLevel level : SignatureLevel.values()) {
        note(
            format + " " + level,
            place.sign(original, new SignatureForm(format, level, "document")));
      }
      note(format + " B_B by plain DSS", plain.sign(original, format));
    }
  }

  private void note(String what, Split split) {
    measured.computeIfAbsent(what, name -> new ArrayList<>()).add(split);
  }

  private void print(PrintStream out) {
    out.println(
        "| what | prepare | key | complete | whole | of this thread's CPU | documents/s | bytes |");
    out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
    measured.forEach(
        (what, splits) -> {
          long whole = median(splits, split -> split.whole().wallNanos());
          out.printf(
              "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.0f | %d |%n",
              what,
              wall(splits, Split::preparing),
              wall(splits, Split::key),
              wall(splits, Split::completing),
              whole / NANOS_PER_MILLI,
              median(splits, split -> split.whole().cpuNanos()) / NANOS_PER_MILLI,
              NANOS_PER_SECOND / whole,
              splits.getLast().size());
        });
  }

  private static double wall(List<Split> splits, Function<Split, Took> part) {
    return median(splits, split -> part.apply(split).wallNanos()) / NANOS_PER_MILLI;
  }

  private static long median(List<Split> splits, ToLongFunction<Split> value) {
    long[] sorted = splits.stream().mapToLong(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
