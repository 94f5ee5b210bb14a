package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where the tokens are and how they are used.
 *
 * @param module the PKCS#11 library. Whoever writes it runs code in the server
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
    Path module,
    Profile profile,
    TokenSettings custody,
    TokenSettings authority,
    TokenSettings record,
    Path transcript,
    String transcriptPublicKey,
    int maximumSessions,
    Duration sessionWait) {
  /** Sessions with each token where nothing else is said. */
  public static final int DEFAULT_MAXIMUM_SESSIONS = 16;

  /** The wait for a session where nothing else is said. */
  public static final Duration DEFAULT_SESSION_WAIT = Duration.ofSeconds(2);

  private static final Pattern PUBLIC_KEY = Pattern.compile("[0-9a-f]{64}");

  /**
   * One token.
   *
   * @param label by which it is looked for, and nothing more is believed of it
   * @param pinFile holds the user PIN, and nobody but the server may read it. Whoever does, and
   *     reaches the HSM, can use every key in the token
   */
  public record TokenSettings(String label, Path pinFile) {
    public TokenSettings {
      Objects.requireNonNull(pinFile);
      if (label.isBlank() || label.length() > 32) {
        throw new IllegalArgumentException("label has 1 to 32 characters");
      }
    }
  }

  public HsmSettings {
    Objects.requireNonNull(module);
    Objects.requireNonNull(profile);
    Objects.requireNonNull(custody);
    Objects.requireNonNull(authority);
    Objects.requireNonNull(record);
    Objects.requireNonNull(transcript);
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
}
