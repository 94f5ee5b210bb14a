package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What a server found wrong with its database, in the very bytes that it wrote. What the officers
 * sign is {@code bakq/reconciliation/v1}, a line end, and these bytes; no transcript begins so.
 */
final class RefusedDatabase {
  private static final byte[] DOMAIN =
      "bakq/reconciliation/v1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int MAXIMUM_SIZE = 16 * 1024;

  private final Path file;
  private final byte[] bytes;
  private final Found found;

  private RefusedDatabase(Path file, byte[] bytes, Found found) {
    this.file = file;
    this.bytes = bytes;
    this.found = found;
  }

  record Anchored(String database, long sequence, String hash) {
    Anchored {
      Objects.requireNonNull(database);
      Objects.requireNonNull(hash);
    }
  }

  record Found(int version, List<Anchored> anchors, Anchored head, long missing) {
    Found {
      anchors = List.copyOf(anchors);
      Objects.requireNonNull(head);
      if (version != 1 || anchors.isEmpty()) {
        throw new IllegalArgumentException("version 1, with an anchor, is expected");
      }
    }
  }

  /**
   * Reads {@code file}.
   *
   * @throws CeremonyRefusedException if no server wrote such a file
   */
  static RefusedDatabase read(Path file) throws IOException, CeremonyRefusedException {
    byte[] bytes = SignedTranscript.bounded(file, MAXIMUM_SIZE);
    try {
      Found found =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
              .build()
              .readValue(bytes, Found.class);
      return new RefusedDatabase(file, bytes, found);
    } catch (JsonProcessingException e) {
      throw new CeremonyRefusedException("this is not what a server found: " + e.getMessage());
    }
  }

  /** Says what was found, for people. */
  void show(PrintWriter account) {
    account.println("The server found that its database lacks what was anchored.");
    for (Anchored anchor : found.anchors()) {
      account.printf("  anchored: record %d, hash %s%n", anchor.sequence(), anchor.hash());
      if (!anchor.database().equals(found.head().database())) {
        account.println("            of ANOTHER database than the one that was found");
      }
    }
    account.printf(
        "  found:    record %d is the last, hash %s%n",
        found.head().sequence(), found.head().hash());
    if (found.missing() > 0) {
      account.printf("  missing:  %d records, and all that they tell of%n", found.missing());
    } else {
      account.println("  missing:  none by number: the records there are OTHERS");
    }
    account.println(
        "What is missing is lost for good once you agree: signatures, revocations, locks.");
  }

  /** The number of the last record that the server found. */
  long lastThatStays() {
    return found.head().sequence();
  }

  /**
   * Signs, beside the file; durable when it returns.
   *
   * @param agreed what the officers named
   * @return where the signature is
   * @throws CeremonyRefusedException if that is not what was found
   */
  Path sign(OfficerSecrets secrets, long agreed) throws IOException, CeremonyRefusedException {
    if (agreed != lastThatStays()) {
      throw new CeremonyRefusedException(
          "the last record that was found is " + lastThatStays() + ", not " + agreed);
    }
    byte[] message = Arrays.copyOf(DOMAIN, DOMAIN.length + bytes.length);
    System.arraycopy(bytes, 0, message, DOMAIN.length, bytes.length);
    byte[] seed = secrets.transcriptSeed();
    try {
      Path signature = file.resolveSibling(file.getFileName() + ".sig");
      Files.writeString(signature, HexFormat.of().formatHex(Transcript.sign(message, seed)) + "\n");
      return signature;
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }
}
