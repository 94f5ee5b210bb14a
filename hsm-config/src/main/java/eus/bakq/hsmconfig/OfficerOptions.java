package eus.bakq.hsmconfig;

import eus.bakq.hsmconfig.EpochActs.Officers;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Who acts: the two officers of a ceremony that was held. */
final class OfficerOptions {
  @Option(
      names = "--officer-a",
      required = true,
      description = "A file with the first officer's secret, of the ceremony.")
  private Path officerA;

  @Option(
      names = "--officer-b",
      required = true,
      description = "A file with the second officer's secret.")
  private Path officerB;

  /** The secrets; the caller closes them. */
  OfficerSecrets secrets() throws IOException, CeremonyRefusedException {
    return OfficerSecrets.read(officerA, officerB);
  }

  /** Both, who act on {@code transcript}. */
  Officers on(Path transcript) {
    return new Officers(transcript, officerA, officerB);
  }
}
