package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.KeyUses;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Citizens' passwords: Argon2id, then an HMAC inside the HSM, so that the database alone gives
 * nothing to guess with (docs/sole-control.md section 3). Safe for several threads.
 */
public final class Passwords {
  /** What {@link #prepare} asks of the HSM. */
  public static final KeyUses KEY_USES_OF_PREPARED = new KeyUses(1, 0);

  /** What {@link #replace} asks of the HSM, if it is another password. */
  public static final KeyUses KEY_USES_OF_REPLACED = new KeyUses(2, 2);

  /** What {@link #judge} asks of the HSM, and {@link #replace} for the same password. */
  public static final KeyUses KEY_USES_OF_JUDGED = new KeyUses(1, 1);

  /** What is kept of a password. */
  public record Kept(Bytes salt, Argon2Parameters parameters, Bytes verifier, int generation) {}

  /**
   * A password that was hashed and is to be kept.
   *
   * @param salt fresh, 16 bytes
   */
  public record Prepared(
      SignerId signer, Bytes salt, Argon2Parameters parameters, Bytes verifier) {}

  private final PasswordHashing hashing;
  private final InfrastructureKeys keys;
  private final SecureRandom random;
  private final UnrecordedKeyUses unrecorded;

  /**
   * A new password in place of one that was right, hashed; close it.
   *
   * @param generation that it will have
   * @param activationSecret {@code S}: what seals under it are made with, and opened by
   */
  public record Replacement(Prepared prepared, int generation, SecretBytes activationSecret)
      implements AutoCloseable {
    @Override
    public void close() {
      activationSecret.close();
    }
  }

  /**
   * @param unrecorded where uses of {@code keys} go that no record tells of
   */
  public Passwords(
      PasswordHashing hashing,
      InfrastructureKeys keys,
      SecureRandom random,
      UnrecordedKeyUses unrecorded) {
    this.hashing = hashing;
    this.keys = keys;
    this.random = random;
    this.unrecorded = unrecorded;
  }

  /** Begins a step that asks the HSM; close it, after it was recorded or not. */
  public UnrecordedKeyUses.Step beginStep() {
    return unrecorded.begin();
  }

  /** Hashes a new password, outside any transaction: it takes a tenth of a second. */
  public Prepared prepare(SignerId signer, SecretBytes password) {
    byte[] salt = new byte[PasswordHashing.SALT_SIZE];
    random.nextBytes(salt);
    Bytes fresh = Bytes.copyOf(salt);
    Argon2Parameters parameters = hashing.parameters();
    try (PasswordHashing.Turn turn = hashing.awaitTurn();
        SecretBytes hashed = turn.hash(password, fresh, parameters)) {
      return new Prepared(signer, fresh, parameters, verifier(signer.value(), fresh, hashed));
    }
  }

  /**
   * Hashes a new password for somebody who has proven all factors; outside any transaction: it
   * takes two tenths of a second.
   *
   * @param replaced what is kept of the password that was right
   * @return empty if it is the same password
   */
  public Optional<Replacement> replace(SignerId signer, Kept replaced, SecretBytes password) {
    byte[] salt = new byte[PasswordHashing.SALT_SIZE];
    random.nextBytes(salt);
    Bytes fresh = Bytes.copyOf(salt);
    Argon2Parameters parameters = hashing.parameters();
    try (PasswordHashing.Turn turn = hashing.awaitTurn()) {
      try (Judged again = judge(turn, signer.value(), replaced, password)) {
        if (again.right()) {
          return Optional.empty();
        }
      }
      try (SecretBytes hashed = turn.hash(password, fresh, parameters)) {
        return Optional.of(
            new Replacement(
                new Prepared(signer, fresh, parameters, verifier(signer.value(), fresh, hashed)),
                replaced.generation() + 1,
                activationSecret(signer.value(), fresh, hashed)));
      }
    }
  }

  /** Keeps a new password in place of an older one. Returns its generation, from 1. */
  public int keep(Handle handle, Prepared prepared) {
    return handle
        .createQuery(
            """
            insert into bakq.password
              (signer_id, salt, parameters, verifier, generation, set_at)
            values (:signer, :salt, :parameters, :verifier, 1, :now)
            on conflict (signer_id) do update set salt = excluded.salt, parameters = excluded.parameters,
              verifier = excluded.verifier, generation = bakq.password.generation + 1, set_at = excluded.set_at
            returning generation""")
        .bind("signer", prepared.signer().value())
        .bind("salt", prepared.salt().toByteArray())
        .bind("parameters", prepared.parameters().text())
        .bind("verifier", prepared.verifier().toByteArray())
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .mapTo(Integer.class)
        .one();
  }

  /** The generation of the password that {@code signer} has now. */
  public Optional<Integer> generation(Handle handle, SignerId signer) {
    return find(handle, signer).map(Kept::generation);
  }

  /**
   * What is kept of the password of {@code signer}.
   *
   * @throws AlteredRowException if its parameters are none
   */
  public Optional<Kept> find(Handle handle, SignerId signer) {
    return handle
        .createQuery(
            """
            select salt, parameters, verifier, generation
            from bakq.password where signer_id = :signer""")
        .bind("signer", signer.value())
        .map(
            (row, context) ->
                new Kept(
                    Bytes.copyOf(row.getBytes("salt")),
                    parameters(signer, row.getString("parameters")),
                    Bytes.copyOf(row.getBytes("verifier")),
                    row.getInt("generation")))
        .findOne();
  }

  private static Argon2Parameters parameters(SignerId signer, String text) {
    try {
      return Argon2Parameters.parse(text);
    } catch (IllegalArgumentException e) {
      throw new AlteredRowException("password", signer.toString(), e);
    }
  }

  /**
   * What stands in for the row of somebody who has none: a salt that is the same at every try, as a
   * real one would be.
   *
   * @param standIn 32 bytes that only the HSM can compute from the DNI
   */
  Kept standIn(byte[] standIn) {
    return new Kept(
        Bytes.copyOf(Arrays.copyOf(standIn, PasswordHashing.SALT_SIZE)),
        hashing.parameters(),
        Bytes.copyOf(standIn),
        0);
  }

  /** Waits for the right to hash: asked for before anything is known of the person (AUT-07). */
  PasswordHashing.Turn awaitTurn() {
    return hashing.awaitTurn();
  }

  /**
   * Judges a password and computes what opens the seal, always both.
   *
   * @param signer or the id that stands in
   */
  Judged judge(PasswordHashing.Turn turn, UUID signer, Kept kept, SecretBytes password) {
    try (SecretBytes hashed = turn.hash(password, kept.salt(), kept.parameters())) {
      boolean right = verifier(signer, kept.salt(), hashed).equals(kept.verifier());
      return new Judged(right, activationSecret(signer, kept.salt(), hashed));
    }
  }

  /**
   * A judged password.
   *
   * @param activationSecret {@code S}: opens the seal if the password was right, and nothing if not
   */
  record Judged(boolean right, SecretBytes activationSecret) implements AutoCloseable {
    @Override
    public void close() {
      activationSecret.close();
    }
  }

  private Bytes verifier(UUID signer, Bytes salt, SecretBytes hashed) {
    return Bytes.copyOf(mac(MacKey.VERIFY, "bakq/verify/v1", signer, salt, hashed));
  }

  private SecretBytes activationSecret(UUID signer, Bytes salt, SecretBytes hashed) {
    return SecretBytes.takeOver(mac(MacKey.ACTIVATE, "bakq/activate/v1", signer, salt, hashed));
  }

  private byte[] mac(MacKey key, String domain, UUID signer, Bytes salt, SecretBytes hashed) {
    byte[] input =
        hashed.use(value -> Encoding.of(domain).id(signer).bytes(salt).bytes(value).toByteArray());
    try {
      return keys.mac(key, input);
    } finally {
      Arrays.fill(input, (byte) 0);
    }
  }
}
