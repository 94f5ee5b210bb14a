package eus.bakq.server.authentication;

import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * What lets a program be known as a device of one signer, and nothing else: it opens nothing, and
 * replaces neither password nor code (docs/sole-control.md section 4, Locks). Given with each
 * complete success, presented with the password. All of a signer end together, when the generation
 * of the signer's counter grows. Nothing of a cookie is stored here.
 *
 * <pre>
 * cookie  id (16 random bytes) ‖ issued (8, seconds since 1970) ‖ generation (8) ‖ MAC (32)
 * MAC     HMAC(device, enc("bakq/device/v1", signer, id, issued, generation))
 * </pre>
 *
 * <p>Safe for several threads.
 */
public final class DeviceCookies {
  /** The size of each, in bytes. */
  public static final int SIZE = 64;

  private static final int ID_SIZE = 16;
  private static final int CONTENT_SIZE = ID_SIZE + 8 + 8;

  private final InfrastructureKeys keys;
  private final SecureRandom random;
  private final LockRule locks;
  private final Duration life;

  DeviceCookies(InfrastructureKeys keys, SecureRandom random, AuthenticationSettings settings) {
    this.keys = Objects.requireNonNull(keys);
    this.random = Objects.requireNonNull(random);
    this.locks = settings.locks();
    this.life = settings.deviceLife();
  }

  /**
   * What a program presented, or did not.
   *
   * @param genuine whether this server made it for whom the password is judged as; what follows
   *     counts only then
   */
  record Presented(boolean genuine, long issuedSeconds, long generation) {}

  /**
   * Has the HSM look at a cookie: one MAC, whether there is one or not, and whoever is asked about.
   *
   * @param judgedAs the signer, or who stands in for nobody
   * @param cookie of {@link #SIZE} bytes; stays the caller's
   */
  Presented examine(UUID judgedAs, Optional<SecretBytes> cookie) {
    byte[] presented =
        cookie.map(given -> given.use(byte[]::clone)).orElseGet(() -> new byte[SIZE]);
    byte[] content = Arrays.copyOf(presented, CONTENT_SIZE);
    byte[] mac = Arrays.copyOfRange(presented, CONTENT_SIZE, presented.length);
    try {
      ByteBuffer numbers = ByteBuffer.wrap(content, ID_SIZE, CONTENT_SIZE - ID_SIZE);
      return new Presented(
          MessageDigest.isEqual(mac(judgedAs, content), mac), numbers.getLong(), numbers.getLong());
    } finally {
      Arrays.fill(presented, (byte) 0);
      Arrays.fill(mac, (byte) 0);
    }
  }

  /**
   * Whether {@code presented} is a cookie that is still good.
   *
   * @param counter of whom it was examined for, held
   */
  Device device(Presented presented, FailureCounters.Counter counter) {
    boolean good =
        presented.genuine()
            && presented.generation() == counter.deviceGeneration()
            && isAlive(presented.issuedSeconds(), counter.now().getEpochSecond());
    return good && locks == LockRule.TWO ? Device.KNOWN : Device.UNKNOWN;
  }

  private boolean isAlive(long issuedSeconds, long nowSeconds) {
    return issuedSeconds <= nowSeconds && nowSeconds - issuedSeconds < life.toSeconds();
  }

  /**
   * A new cookie for the program of {@code signer}, who has proven all factors. It is of the
   * generation that was then: if all have ended since, it is not known any more. The caller closes
   * it.
   */
  public SecretBytes give(AuthenticatedSigner signer) {
    return give(signer, signer.deviceGeneration());
  }

  /**
   * As {@link #give}, of the next generation: good once {@link FailureCounters#endDevices} has
   * ended all others, and never if they ended for another reason meanwhile.
   */
  public SecretBytes giveForNext(AuthenticatedSigner signer) {
    return give(signer, signer.deviceGeneration() + 1);
  }

  private SecretBytes give(AuthenticatedSigner signer, long generation) {
    byte[] id = new byte[ID_SIZE];
    random.nextBytes(id);
    byte[] content =
        ByteBuffer.allocate(CONTENT_SIZE)
            .put(id)
            .putLong(signer.authenticatedAt().getEpochSecond())
            .putLong(generation)
            .array();
    SignerId of = signer.signer();
    return SecretBytes.takeOver(
        ByteBuffer.allocate(SIZE).put(content).put(mac(of.value(), content)).array());
  }

  private byte[] mac(UUID signer, byte[] content) {
    ByteBuffer parts = ByteBuffer.wrap(content);
    byte[] id = new byte[ID_SIZE];
    parts.get(id);
    return keys.mac(
        MacKey.DEVICE,
        Encoding.of("bakq/device/v1")
            .id(signer)
            .bytes(id)
            .number(parts.getLong())
            .number(parts.getLong())
            .toByteArray());
  }
}
