package eus.bakq.server.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** A file that holds one password, and that only this server's user may read. */
final class PasswordFile {
  private static final int MOST_BYTES = 256;
  private static final Set<PosixFilePermission> TOO_OPEN =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private PasswordFile() {}

  /**
   * The password, without a line end; the caller wipes it.
   *
   * @throws IOException if the file cannot be read, is open to others, or holds no password of 1 to
   *     256 bytes of UTF-8
   */
  static char[] read(Path file) throws IOException {
    for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
      if (TOO_OPEN.contains(permission)) {
        throw new IOException("the password file " + file + " is open to others: chmod 0600");
      }
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new IOException("the password file " + file + " is larger than a password");
    }
    byte[] bytes = Files.readAllBytes(file);
    try {
      int size = bytes.length;
      while (size > 0 && (bytes[size - 1] == '\n' || bytes[size - 1] == '\r')) {
        size--;
      }
      if (size == 0) {
        throw new IOException("the password file " + file + " is empty");
      }
      return decode(file, ByteBuffer.wrap(bytes, 0, size));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static char[] decode(Path file, ByteBuffer bytes) throws IOException {
    CharBuffer characters;
    try {
      characters = StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw new IOException("the password file " + file + " is not UTF-8", e);
    }
    char[] password = new char[characters.remaining()];
    characters.get(password);
    Arrays.fill(characters.array(), '\0');
    return password;
  }
}
