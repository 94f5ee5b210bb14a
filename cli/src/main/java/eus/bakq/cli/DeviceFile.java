package eus.bakq.cli;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where a citizen keeps what this device is known by: the cookie of the last success, for one
 * person at one server. The file is for its owner alone (0600). Whoever has it can use up the tries
 * of this citizen's devices, and no more.
 */
final class DeviceFile {
  static final String OPTION = "--device";
  static final String DESCRIPTION =
      "A file that keeps what this device is known by, so that failures of strangers elsewhere do "
          + "not lock it out. It is made after the first success.";

  private static final int SIZE = 64;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Optional<Path> file;

  private DeviceFile(Optional<Path> file) {
    this.file = file;
  }

  /** Nothing is kept if {@code file} is empty. */
  static DeviceFile at(Optional<Path> file) {
    return new DeviceFile(file);
  }

  /**
   * What is kept; empty if there is nothing yet.
   *
   * @throws FailedException if the file is no such file, or others can read it
   */
  ByteString read() {
    if (file.isEmpty() || Files.notExists(file.get())) {
      return ByteString.EMPTY;
    }
    Path kept = file.get();
    try {
      if (Files.size(kept) != SIZE) {
        throw FailedException.usage("The file " + kept + " is not one that keeps a device.");
      }
      if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(kept))) {
        throw FailedException.usage(
            "The file " + kept + " is open to others: close it (chmod 600), or begin a new one.");
      }
      return ByteString.copyFrom(Files.readAllBytes(kept));
    } catch (IOException e) {
      throw FailedException.usage("The file " + kept + " cannot be read.", e);
    }
  }

  /**
   * Keeps {@code cookie} in place of an older one; whole, or not at all.
   *
   * @throws FailedException if it cannot be kept: what was done is done all the same
   */
  void write(ByteString cookie) {
    if (file.isEmpty() || cookie.isEmpty()) {
      return;
    }
    Path kept = file.get().toAbsolutePath();
    try {
      Path fresh =
          Files.createTempFile(
              kept.getParent(),
              kept.getFileName() + ".",
              ".new",
              PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      Files.write(fresh, cookie.toByteArray());
      Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw FailedException.usage(
          "All that was asked for is done, but the file " + kept + " could not be written.", e);
    }
  }
}
