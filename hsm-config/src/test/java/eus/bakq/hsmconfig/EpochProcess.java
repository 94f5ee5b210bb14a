package eus.bakq.hsmconfig;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.SoftHsmCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The program {@link Epoch} in a process of its own, to be killed, with two partitions. */
final class EpochProcess {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

  private EpochProcess() {}

  /**
   * The process.
   *
   * @param words two folders of {@link SoftHsmCopy}, of which the first is what the installed
   *     library has in it; then the arguments of the program
   */
  public static void main(String[] words) {
    SoftHsm first = SoftHsm.start(Path.of(words[0]));
    var _ = SoftHsmCopy.again(first, Path.of(words[1]));
    Epoch.main(Arrays.copyOfRange(words, 2, words.length));
  }

  static Process start(
      Map<String, String> environment, Path first, Path second, List<String> arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EpochProcess.class.getName(),
                first.toString(),
                second.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Waits until {@code holds}; the process must be alive then. */
  static void await(Process process, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (!holds.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new AssertionError("the program has ended, or does not come so far");
      }
      Thread.sleep(Duration.ofMillis(20));
    }
  }
}
