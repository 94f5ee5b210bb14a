package eus.bakq.hsmconfig;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that an officer names: a secret, a plan, a transcript. */
final class InputFile {
  private InputFile() {}

  /**
   * What is in {@code file}.
   *
   * @param most bytes
   * @param tooLarge why it is refused if it has more
   * @throws FileSystemException if there is no such file, or it is a folder; names it
   */
  static byte[] read(Path file, long most, String tooLarge)
      throws IOException, CeremonyRefusedException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a folder");
    }
    if (Files.size(file) > most) {
      throw new CeremonyRefusedException(tooLarge);
    }
    return Files.readAllBytes(file);
  }
}
