package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the tokens are and how they are used.
 *
 * @param partitions 1 to {@value #MOST_PARTITIONS}, each with the same keys; the first is the one
 *     of the ceremony, the others are copies of it
 * @param profile must be the one of the ceremony. Whoever writes it can start production on keys of
 *     a demo
 * @param transcript {@code transcript.json}; its signature is beside it, with {@code .sig} added
 * @param transcriptPublicKey the Ed25519 key of the two officers, 64 hexadecimal digits. Whoever
 *     writes it together with the transcript decides which keys are accepted
 * @param maximumSessions with each token at once: 1 to 256; {@value #DEFAULT_MAXIMUM_SESSIONS} is
 *     good for two to eight cores
 * @param sessionWait how long a call waits for a session: up to 30 s; 2 s is good
 */
public record HsmSettings(
    List<PartitionSettings> partitions,
    Profile profile,
    Path transcript,
    String transcriptPublicKey,
    int maximumSessions,
    Duration sessionWait) {
  /** How many partitions there may be. */
  public static final int MOST_PARTITIONS = 8;

  /** Sessions with each token where nothing else is said. */
  public static final int DEFAULT_MAXIMUM_SESSIONS = 16;

  /** The wait for a session where nothing else is said. */
  public static final Duration DEFAULT_SESSION_WAIT = Duration.ofSeconds(2);

  private static final Pattern PUBLIC_KEY = Pattern.compile("[0-9a-f]{64}");

  /**
   * One partition: three tokens behind one library.
   *
   * @param module the PKCS#11 library. Whoever writes it runs code in the server
   * @param keyUses the file in which the HSM's monitoring says how often the keys of passwords were
   *     used ({@link KeyUseReading}). Whoever writes it, or the file, hides guessing at the token
   */
  public record PartitionSettings(
      Path module,
      TokenSettings custody,
      TokenSettings authority,
      TokenSettings record,
      Optional<Path> keyUses) {
    public PartitionSettings {
      Objects.requireNonNull(module);
      Objects.requireNonNull(custody);
      Objects.requireNonNull(authority);
      Objects.requireNonNull(record);
      Objects.requireNonNull(keyUses);
    }

    /** A partition of which nobody tells how often its keys are used. */
    public PartitionSettings(
        Path module, TokenSettings custody, TokenSettings authority, TokenSettings record) {
      this(module, custody, authority, record, Optional.empty());
    }
  }

  /**
   * One token.
   *
   * @param label by which it is looked for, and nothing more is believed of it
   * @param serial the number that it gave itself, where it is a copy with another one than the
   *     transcript's; nothing more is believed of that either
   * @param pinFile holds the user PIN, and nobody but the server may read it. Whoever does, and
   *     reaches the HSM, can use every key in the token
   */
  public record TokenSettings(String label, Optional<String> serial, Path pinFile) {
    public TokenSettings {
      Objects.requireNonNull(pinFile);
      if (label.isBlank() || label.length() > 32) {
        throw new IllegalArgumentException("label has 1 to 32 characters");
      }
      if (serial.isPresent() && (serial.get().isBlank() || serial.get().length() > 16)) {
        throw new IllegalArgumentException("serial has 1 to 16 characters");
      }
    }

    /** A token with the serial of the transcript. */
    public TokenSettings(String label, Path pinFile) {
      this(label, Optional.empty(), pinFile);
    }
  }

  public HsmSettings {
    partitions = List.copyOf(partitions);
    Objects.requireNonNull(profile);
    Objects.requireNonNull(transcript);
    if (partitions.isEmpty() || partitions.size() > MOST_PARTITIONS) {
      throw new IllegalArgumentException("there are 1 to 8 partitions");
    }
    if (partitions.stream().map(each -> each.keyUses().isPresent()).distinct().count() > 1) {
      throw new IllegalArgumentException("keyUses is said of all partitions or of none");
    }
    if (!PUBLIC_KEY.matcher(transcriptPublicKey).matches()) {
      throw new IllegalArgumentException(
          "transcriptPublicKey has 64 lower-case hexadecimal digits");
    }
    if (maximumSessions < 1 || maximumSessions > 256) {
      throw new IllegalArgumentException("maximumSessions is 1 to 256, with each token");
    }
    if (sessionWait.isNegative() || sessionWait.compareTo(Duration.ofSeconds(30)) > 0) {
      throw new IllegalArgumentException("sessionWait is 0 to 30 s");
    }
  }

  /** The files with the counts of all partitions, in their order; none if none has one. */
  public List<Path> keyUseFiles() {
    return partitions.stream().flatMap(each -> each.keyUses().stream()).toList();
  }
}
