package eus.bakq.hsmconfig;

import eus.bakq.hsmconfig.CustodyPartition.Place;
import eus.bakq.hsmconfig.EpochActs.Officers;
import eus.bakq.pkcs11.Pkcs11Exception;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The program with which two officers begin and end epochs of citizens' wrapping keys: {@code
 * begin} makes a wrapping key, {@code end} says that nothing opens under one any more, {@code
 * destroy} destroys it. Exit codes: 0 done, or was done already; 1 refused or failed; 2 wrong
 * arguments.
 */
@Command(
    name = "epoch",
    mixinStandardHelpOptions = true,
    description = "Begins and ends epochs of citizens' wrapping keys, for two officers.")
public final class Epoch {
  private static final String OUT = "An empty folder for the new transcript.";

  @Spec private CommandSpec spec;

  /** Runs the program and ends the process with its exit code. */
  public static void main(String[] arguments) {
    OfficersProgram.main(new Epoch(), arguments);
  }

  /**
   * Runs the program in this process.
   *
   * @param account gets what is done, and the reason if it is not; never a secret
   * @return the exit code
   */
  public static int execute(PrintWriter account, String... arguments) {
    return OfficersProgram.execute(new Epoch(), account, arguments);
  }

  @Command(name = "begin", description = "Makes the wrapping key of a new epoch.")
  void begin(
      @Mixin ActOptions officers,
      @Option(names = "--epoch", required = true, description = "Such as wrap-2027-1.") String id,
      @ArgGroup(exclusive = false, multiplicity = "1") PartitionOptions partition,
      @Option(names = "--out", required = true, description = OUT) Path out)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    acts().begin(officers.get(), id, partition.get(), out);
  }

  @Command(name = "end", description = "Ends an epoch that no credential needs any more.")
  void end(
      @Mixin ActOptions officers,
      @Option(names = "--epoch", required = true, description = "The one to end.") String id,
      @Option(
              names = "--statement",
              required = true,
              description = "The file beside a server's anchor: its name and .epochs.")
          Path statement,
      @Option(names = "--out", required = true, description = OUT) Path out)
      throws CeremonyRefusedException, IOException, GeneralSecurityException {
    acts().end(officers.get(), id, statement, out);
  }

  @Command(
      name = "destroy",
      description = "Destroys the wrapping key of an epoch that has ended, in all partitions.")
  void destroy(
      @Mixin ActOptions officers,
      @Option(names = "--epoch", required = true, description = "The one that has ended.")
          String id,
      @ArgGroup(exclusive = false, multiplicity = "1..8") List<PartitionOptions> partitions)
      throws CeremonyRefusedException, IOException, Pkcs11Exception {
    List<Place> places = partitions.stream().map(PartitionOptions::get).toList();
    acts().destroy(officers.get(), id, places);
  }

  /** Of who acts, on which transcript. */
  static final class ActOptions {
    @Option(
        names = "--transcript",
        required = true,
        description = "The transcript.json in use, with its signature beside it.")
    private Path transcript;

    @Mixin private OfficerOptions officers;

    Officers get() {
      return officers.on(transcript);
    }
  }

  /** Of a partition's custody token. */
  static final class PartitionOptions {
    @Option(names = "--module", required = true, description = "The PKCS#11 library.")
    private Path module;

    @Option(
        names = "--pin-file",
        required = true,
        description = "A file with the PIN of the custody token's user. It is tried once.")
    private Path pinFile;

    @Option(
        names = "--serial",
        description = "The token's serial number, if it is not the transcript's.")
    private Optional<String> serial = Optional.empty();

    Place get() {
      return new Place(module, serial, pinFile);
    }
  }

  private EpochActs acts() {
    return new EpochActs(Clock.systemUTC(), new SecureRandom(), spec.commandLine().getOut());
  }
}
