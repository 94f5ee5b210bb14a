package eus.bakq.hsmconfig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** A folder for what an act of the officers makes. Only its owner reads what is written there. */
final class CeremonyFolder {
  private static final Set<PosixFilePermission> OWNER_READS =
      PosixFilePermissions.fromString("r--------");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;

  private CeremonyFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The folder {@code out}, which is made if it is missing.
   *
   * @throws CeremonyRefusedException if there is something in it
   */
  static CeremonyFolder empty(Path out) throws IOException, CeremonyRefusedException {
    Files.createDirectories(out);
    try (var entries = Files.list(out)) {
      if (entries.findAny().isPresent()) {
        throw new CeremonyRefusedException("the folder for what the ceremony makes must be empty");
      }
    }
    Files.setPosixFilePermissions(out, OWNER_ONLY);
    return new CeremonyFolder(out);
  }

  /**
   * Writes the file {@code name}, which is not there; durable when it returns.
   *
   * @return the file
   */
  Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.write(file, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    Files.setPosixFilePermissions(file, OWNER_READS);
    return file;
  }

  /**
   * Writes a transcript, its signature by both officers, and the public key to pin.
   *
   * @return the public key in hexadecimal
   */
  String writeTranscript(byte[] body, OfficerSecrets secrets) throws IOException {
    byte[] seed = secrets.transcriptSeed();
    try {
      String publicKey = HexFormat.of().formatHex(Transcript.publicKey(seed));
      write("transcript.json", body);
      write("transcript.json.sig", line(HexFormat.of().formatHex(Transcript.sign(body, seed))));
      write("transcript.pub", line(publicKey));
      return publicKey;
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  private static byte[] line(String text) {
    return (text + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}
