package eus.bakq.server.audit;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AnchorPlace;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file as a place of the anchor: one line of hexadecimal, written whole beside it, forced to disk
 * and renamed. For one thread at a time.
 */
final class AnchorFile implements AnchorPlace {
  static final String NAME = "file";

  private final Path file;

  AnchorFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Bytes> read() {
    Optional<String> line = text(file, 2 * MOST_BYTES + 1).map(String::strip);
    try {
      return line.map(Bytes::fromHex);
    } catch (IllegalArgumentException e) {
      throw UnavailableException.temporarily("the anchor's file has another form", e);
    }
  }

  @Override
  public void keep(Bytes value) {
    write(file, value.toHex() + "\n");
  }

  /** A file beside the anchor's, with {@code suffix} added to its name. */
  Path beside(String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /** What {@code path} holds; empty if there is no such file. */
  static Optional<String> text(Path path, int mostBytes) {
    try {
      if (Files.notExists(path)) {
        return Optional.empty();
      }
      if (Files.size(path) > mostBytes) {
        throw new IOException("larger than anything that was written here");
      }
      return Optional.of(Files.readString(path, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw UnavailableException.temporarily("a file of the anchor cannot be read", e);
    }
  }

  /** Writes {@code path} whole; durable when it returns. */
  static void write(Path path, String text) {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer content = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (content.hasRemaining()) {
          channel.write(content);
        }
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ)) {
        folder.force(true); // or the new name may be lost
      }
    } catch (IOException e) {
      throw UnavailableException.temporarily("a file of the anchor cannot be written", e);
    }
  }
}
