package eus.bakq.server.hsm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one partition of the HSM has counted, as the HSM's monitoring wrote it into a file: how
 * often each key of passwords was used by anybody.
 *
 * @param beginning since when the partition counts; another one means that it began anew
 * @param taken when the counts were read from the partition
 * @param uses from {@code beginning} to {@code taken}, each 0 to 10^12 - 1
 */
public record KeyUseReading(Instant beginning, Instant taken, KeyUses uses) {
  /** The largest file. */
  static final int MOST_BYTES = 512;

  private static final String TIME =
      "([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?Z)";
  private static final String COUNT = "(0|[1-9][0-9]{0,11})";
  private static final Pattern FORM =
      Pattern.compile(
          "bakq-key-uses 1\nbeginning %s\ntaken %s\nverify %s\nactivate %s\n"
              .formatted(TIME, TIME, COUNT, COUNT));

  public KeyUseReading {
    Objects.requireNonNull(uses);
    if (taken.isBefore(beginning)) {
      throw new IllegalArgumentException("counts are taken after their beginning");
    }
  }

  /**
   * Reads the file of one partition.
   *
   * @throws UnusableKeyUseFileException if it cannot be read, is too large, or not of the form
   */
  public static KeyUseReading read(Path file) throws UnusableKeyUseFileException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw new UnusableKeyUseFileException("cannot be read", e);
    }
    if (bytes.length > MOST_BYTES) {
      throw new UnusableKeyUseFileException("has more than 512 bytes");
    }
    // Each byte becomes one character; none above 127 is of the form.
    return parse(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  static KeyUseReading parse(String text) throws UnusableKeyUseFileException {
    Matcher lines = FORM.matcher(text);
    if (!lines.matches()) {
      throw new UnusableKeyUseFileException("is not of the form");
    }
    try {
      return new KeyUseReading(
          Instant.parse(lines.group(1)),
          Instant.parse(lines.group(2)),
          new KeyUses(Long.parseLong(lines.group(3)), Long.parseLong(lines.group(4))));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new UnusableKeyUseFileException("has a time that cannot be", e);
    }
  }

  /**
   * Whether it can come after {@code earlier} of the same partition, counted from the same time.
   */
  public boolean canFollow(KeyUseReading earlier) {
    return !taken.isBefore(earlier.taken)
        && uses.verify() >= earlier.uses.verify()
        && uses.activate() >= earlier.uses.activate()
        && (taken.isAfter(earlier.taken) || uses.equals(earlier.uses));
  }
}
