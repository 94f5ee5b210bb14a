package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import java.util.Locale;

/** {@link InfrastructureKeys} in the tokens custody and record. */
final class TokenInfrastructureKeys implements InfrastructureKeys {
  private static final int MAXIMUM_INPUT = 65_536;
  private static final int MAXIMUM_RANDOM = 1024;
  private static final int MAC_SIZE = 32;

  private final SessionPool custody;
  private final SessionPool record;
  private final HsmCounters counters;

  TokenInfrastructureKeys(SessionPool custody, SessionPool record, HsmCounters counters) {
    this.custody = custody;
    this.record = record;
    this.counters = counters;
  }

  @Override
  public byte[] mac(MacKey key, byte[] input) {
    if (input.length > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("a MAC is of at most 64 KiB");
    }
    counters.countMac(key);
    byte[] mac =
        pool(key)
            .<byte[], RuntimeException>use(
                (session, keys) ->
                    session.sign(Mechanism.of(Constant.CKM_SHA256_HMAC), keys.of(id(key)), input));
    if (mac.length != MAC_SIZE) {
      throw new IllegalStateException("the token gave a MAC of another size");
    }
    return mac;
  }

  @Override
  public byte[] random(int size) {
    if (size < 1 || size > MAXIMUM_RANDOM) {
      throw new IllegalArgumentException("1 to 1024 random bytes at a time");
    }
    return record.<byte[], RuntimeException>use((session, keys) -> session.random(size));
  }

  /** The id in plan and token: {@code request-id} of REQUEST_ID. */
  static String id(MacKey key) {
    return key.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private SessionPool pool(MacKey key) {
    return switch (key) {
      case VERIFY, ACTIVATE -> custody;
      case OTP, TICKET, REFERENCE, REQUEST_ID, DOCUMENTS, ROWS, SAD -> record;
    };
  }
}
