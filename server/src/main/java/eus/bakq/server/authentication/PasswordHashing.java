package eus.bakq.server.authentication;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From a password to P of docs/sole-control.md section 3: Argon2id over its NFKC form, in fixed
 * memory (AUT-02, AUT-05, AUT-07). P alone is not kept anywhere: the verifier and the seal are
 * HMACs over it.
 *
 * <p>A turn is asked for <em>before</em> the DNI is looked at, so that a refusal for want of room
 * tells nothing about an account:
 *
 * <pre>{@code
 * try (PasswordHashing.Turn turn = hashing.awaitTurn()) {
 *   // find the account, or salt and parameters for an unknown one
 *   try (SecretBytes p = turn.hash(password, salt, parameters)) { … }
 * }
 * }</pre>
 *
 * <p>Safe for several threads.
 */
public final class PasswordHashing {
  /** The size of a salt, in bytes. */
  public static final int SALT_SIZE = SodiumArgon2.SALT_SIZE;

  /** The size of P, in bytes. */
  public static final int RESULT_SIZE = SodiumArgon2.RESULT_SIZE;

  /** Of the reference implementation, for the input in {@link #open}. */
  private static final Bytes KNOWN_ANSWER =
      Bytes.fromHex("2b5dc4054886ec957ef59c73b661c54dd6fb274590b278f657c6d96aac8fa6d1");

  private final PasswordHashingSettings settings;
  private final SodiumArgon2 argon2;
  private final Semaphore turns;
  private final AtomicInteger waiting = new AtomicInteger();

  private PasswordHashing(PasswordHashingSettings settings, SodiumArgon2 argon2) {
    this.settings = Objects.requireNonNull(settings);
    this.argon2 = Objects.requireNonNull(argon2);
    this.turns = new Semaphore(settings.concurrent(), true);
  }

  /**
   * Loads libsodium and tries it on a known answer.
   *
   * @throws IllegalStateException if libsodium is not installed (Debian: libsodium23) or computes
   *     something else
   */
  public static PasswordHashing open(PasswordHashingSettings settings) {
    SodiumArgon2 argon2 = SodiumArgon2.load();
    byte[] answer =
        argon2.hash(
            "password".getBytes(StandardCharsets.US_ASCII),
            "somesaltsomesalt".getBytes(StandardCharsets.US_ASCII),
            19_456,
            2);
    if (!Bytes.copyOf(answer).equals(KNOWN_ANSWER)) {
      throw new IllegalStateException("libsodium's Argon2id does not give the known answer");
    }
    return new PasswordHashing(settings, argon2);
  }

  /** The parameters of new passwords. */
  public Argon2Parameters parameters() {
    return settings.parameters();
  }

  /**
   * Waits for a turn, at most as long as the settings say.
   *
   * @throws UnavailableException OVERLOADED if too many wait already or the wait was too long;
   *     TEMPORARILY_UNAVAILABLE if the thread was interrupted
   */
  public Turn awaitTurn() {
    if (turns.tryAcquire()) {
      return new Turn();
    }
    if (waiting.incrementAndGet() > settings.waiting()) {
      waiting.decrementAndGet();
      throw overloaded();
    }
    try {
      if (turns.tryAcquire(settings.longestWait().toMillis(), TimeUnit.MILLISECONDS)) {
        return new Turn();
      }
      throw overloaded();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting to hash a password", e);
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** How many wait for their turn just now. */
  int waiting() {
    return waiting.get();
  }

  private UnavailableException overloaded() {
    return UnavailableException.overloaded(
        settings.longestWait(), "too many passwords are being hashed");
  }

  /** The right to hash, given back on close. For one thread. */
  public final class Turn implements AutoCloseable {
    private boolean closed;

    private Turn() {}

    /**
     * Computes P: 32 bytes, which the caller closes.
     *
     * @param password in UTF-8; not closed here
     * @param salt 16 bytes
     * @throws IllegalArgumentException if the password is longer than 512 bytes or not UTF-8, or
     *     the parameters ask for more memory than the settings let
     */
    public SecretBytes hash(SecretBytes password, Bytes salt, Argon2Parameters parameters) {
      if (closed) {
        throw new IllegalStateException("this turn was given back");
      }
      if (parameters.memoryKibibytes() > settings.maximumMemoryKibibytes()) {
        throw new IllegalArgumentException("these parameters ask for too much memory");
      }
      try (PasswordText text = PasswordText.normalised(password)) {
        byte[] utf8 = text.toUtf8();
        try {
          return SecretBytes.takeOver(
              argon2.hash(
                  utf8, salt.toByteArray(), parameters.memoryKibibytes(), parameters.iterations()));
        } finally {
          Arrays.fill(utf8, (byte) 0);
        }
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        turns.release();
      }
    }
  }
}
