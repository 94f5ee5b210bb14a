package eus.bakq.server.hsm;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The HSM's own keys in software, those of HMAC fixed, for tests of what is not the HSM. Can fail
 * on order, as an HSM that does not answer.
 */
public final class SoftwareInfrastructureKeys implements InfrastructureKeys {
  private static final int MOST_INPUT = 64 << 10;
  private static final int MOST_RANDOM = 1024;

  private final SecureRandom random = new SecureRandom();
  private final Map<SigningKey, KeyPair> signingKeys = new ConcurrentHashMap<>();
  private volatile boolean answering = true;
  private volatile Runnable beforeEachMac = () -> {};

  /** From now on every call fails, or none. */
  public void setAnswering(boolean answering) {
    this.answering = answering;
  }

  /** From now on {@code act} is done before each MAC, in the thread that wants it. */
  public void setBeforeEachMac(Runnable act) {
    beforeEachMac = act;
  }

  @Override
  public byte[] mac(MacKey key, byte[] input) {
    requireAnswering();
    beforeEachMac.run();
    if (input.length > MOST_INPUT) {
      throw new IllegalArgumentException("at most 64 KiB");
    }
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(
              ("test key " + key.name()).getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
      return mac.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  @Override
  public byte[] random(int size) {
    requireAnswering();
    if (size < 1 || size > MOST_RANDOM) {
      throw new IllegalArgumentException("1 to 1024 bytes");
    }
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  @Override
  public Bytes sign(SigningKey key, Bytes hash) {
    requireAnswering();
    if (hash.size() != 32) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes");
    }
    try {
      Signature signature = Signature.getInstance("NONEwithECDSA");
      signature.initSign(keys(key).getPrivate(), random);
      signature.update(hash.toByteArray());
      return Bytes.copyOf(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has ECDSA", e);
    }
  }

  @Override
  public PublicKey publicKey(SigningKey key) {
    return keys(key).getPublic();
  }

  private KeyPair keys(SigningKey key) {
    return signingKeys.computeIfAbsent(key, any -> Pki.ecKeys(random, "secp256r1"));
  }

  private void requireAnswering() {
    if (!answering) {
      throw UnavailableException.temporarily("the test's HSM does not answer", null);
    }
  }
}
