package eus.bakq.benchmarks;

import eus.bakq.fixtures.PrivateFiles;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.DocumentWarmUp;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@code FirstDocuments cold|warmed}: what the first document after the start takes, and the
 * hundredth, without the server's warm-up or with it. For one process each, because only the first
 * documents of a process are the first.
 */
public final class FirstDocuments {
  private static final Set<Integer> SHOWN = Set.of(1, 2, 10, 100);
  private static final int LAST = 100;

  private FirstDocuments() {}

  /** Ends with 2 when used wrongly. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1 || !Set.of("cold", "warmed").contains(arguments[0])) {
      System.err.println("usage: FirstDocuments cold|warmed");
      System.exit(2);
    }
    Path folder = Files.createTempDirectory("bakq-benchmark-");
    try {
      run(arguments[0].equals("warmed"), LAST, folder, System.out);
    } finally {
      PrivateFiles.deleteTree(folder);
    }
    System.exit(0);
  }

  static void run(boolean warmed, int last, Path folder, PrintStream out) throws IOException {
    try (SigningPlace place = SigningPlace.open(folder)) {
      Stopwatch watch = new Stopwatch();
      if (warmed) {
        new DocumentWarmUp(
                DocumentSettings.defaults(),
                EnumSet.allOf(SignatureLevel.class),
                new SecureRandom(),
                Clock.systemUTC())
            .run();
        out.printf("warm-up %.0f ms%n", watch.lap().wallNanos() / 1e6);
      }
      Bytes original = Samples.pdf();
      for (SignatureLevel level : EnumSet.of(SignatureLevel.B_B, SignatureLevel.B_LTA)) {
        SignatureForm form = new SignatureForm(SignatureFormat.PADES, level, "document");
        for (int number = 1; number <= last; number++) {
          Took took = place.sign(original, form).whole();
          if (SHOWN.contains(number)) {
            out.printf(
                "%s document %d: %.1f ms, CPU %.1f ms%n",
                level, number, took.wallNanos() / 1e6, took.cpuNanos() / 1e6);
          }
        }
      }
    }
  }
}
