package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The HSM's HMAC keys in software, fixed, for tests of what is not the HSM. Can fail on order, as
 * an HSM that does not answer.
 */
public final class SoftwareInfrastructureKeys implements InfrastructureKeys {
  private static final int MOST_INPUT = 64 << 10;
  private static final int MOST_RANDOM = 1024;

  private final SecureRandom random = new SecureRandom();
  private volatile boolean answering = true;

  /** From now on every call fails, or none. */
  public void setAnswering(boolean answering) {
    this.answering = answering;
  }

  @Override
  public byte[] mac(MacKey key, byte[] input) {
    requireAnswering();
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
    if (size > MOST_RANDOM) {
      throw new IllegalArgumentException("at most 1024 bytes");
    }
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private void requireAnswering() {
    if (!answering) {
      throw UnavailableException.temporarily("the test's HSM does not answer", null);
    }
  }
}
