package eus.bakq.demo;

import eus.bakq.fixtures.SoftHsm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks for documents and keys in clear in the files of a world: its folder, in which its servers'
 * folders for temporary files are, and that of its tokens. A file that is as it was at the look
 * before is not read again. For one thread.
 */
final class UnsealedFiles {
  /** What a document begins with that nobody has encrypted. */
  private static final List<byte[]> IN_CLEAR = List.of(ascii("%PDF-"), ascii("<?xml"));

  private static final byte[] KEY_IN_CLEAR = ascii("PRIVATE KEY-----");

  /** Of the doors; the only private key of a world that is on disk, and not of a citizen. */
  private static final Set<String> DOOR_KEY = Set.of("door.key");

  /** A library that is unpacked to be loaded speaks of what it can read. */
  private static final String LIBRARY = ".so";

  private static final int LARGEST_KEY = 8192;

  private final World world;
  private final Map<Path, List<Object>> seen = new HashMap<>();

  UnsealedFiles(World world) {
    this.world = world;
  }

  /** The files in which there is something in clear, of those that are new or have changed. */
  List<String> look() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path folder : List.of(world.files().folder(), SoftHsm.shared().tokenFolder())) {
      Files.walkFileTree(folder, new Changed(files));
    }
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      if (isUnsealed(file)) {
        found.add(file.toString());
      }
    }
    return found;
  }

  /** Collects what is new or has changed. What goes away meanwhile is not there. */
  private final class Changed extends SimpleFileVisitor<Path> {
    private final List<Path> files;

    private Changed(List<Path> files) {
      this.files = files;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes now) {
      List<Object> state = List.of(now.lastModifiedTime(), now.size());
      if (now.isRegularFile() && !state.equals(seen.put(file, state))) {
        files.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }

  private static boolean isUnsealed(Path file) throws IOException {
    String name = file.getFileName().toString();
    try {
      byte[] content = Files.readAllBytes(file);
      boolean key = isKey(content) || (contains(content, KEY_IN_CLEAR) && !name.endsWith(LIBRARY));
      return isDocument(content) || (key && !DOOR_KEY.contains(name));
    } catch (NoSuchFileException gone) {
      return false; // such as a token's file that is being replaced: the new one is looked at too
    }
  }

  /** Whether there is a document or a key in {@code content} that nobody has encrypted. */
  static boolean isUnsealed(byte[] content) {
    return isDocument(content) || isKey(content);
  }

  private static boolean isDocument(byte[] content) {
    return IN_CLEAR.stream().anyMatch(start -> contains(content, start));
  }

  private static boolean isKey(byte[] content) {
    return content.length <= LARGEST_KEY
        && Stream.of("EC", "RSA").anyMatch(algorithm -> isKey(content, algorithm));
  }

  private static boolean isKey(byte[] content, String algorithm) {
    try {
      var _ = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(content));
      return true;
    } catch (InvalidKeySpecException none) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean contains(byte[] content, byte[] wanted) {
    for (int start = 0; start <= content.length - wanted.length; start++) {
      int same = 0;
      while (same < wanted.length && content[start + same] == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return true;
      }
    }
    return false;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
