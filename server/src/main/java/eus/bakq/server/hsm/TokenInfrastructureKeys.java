package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.vocabulary.Bytes;
import java.security.PublicKey;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** {@link InfrastructureKeys} in the tokens custody and record. */
final class TokenInfrastructureKeys implements InfrastructureKeys {
  private static final int MAXIMUM_INPUT = 65_536;
  private static final int MAXIMUM_RANDOM = 1024;
  private static final int MAC_SIZE = 32;
  private static final int HASH_SIZE = 32;

  private final Partitions custody;
  private final Partitions record;
  private final Map<SigningKey, PublicKey> publicKeys;
  private final HsmCounters counters;

  /**
   * @param recordKeys the record token's keys by the transcript
   * @throws HsmRefusedException if one of {@link SigningKey} is not among them
   */
  TokenInfrastructureKeys(
      Partitions custody, Partitions record, TokenRecord recordKeys, HsmCounters counters) {
    this.custody = custody;
    this.record = record;
    this.publicKeys = publicKeys(recordKeys);
    this.counters = counters;
  }

  @Override
  public byte[] mac(MacKey key, byte[] input) {
    if (input.length > MAXIMUM_INPUT) {
      throw new IllegalArgumentException("a MAC is of at most 64 KiB");
    }
    counters.countMac(key);
    byte[] mac =
        tokens(key)
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

  @Override
  public Bytes sign(SigningKey key, Bytes hash) {
    if (hash.size() != HASH_SIZE) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes");
    }
    byte[] input = hash.toByteArray();
    byte[] raw =
        record.<byte[], RuntimeException>use(
            (session, keys) ->
                session.sign(Mechanism.of(Constant.CKM_ECDSA), keys.of(id(key)), input));
    byte[] value = EcdsaValues.toDer(raw);
    if (!SignatureVerification.ecdsa(publicKey(key), input, value)) {
      throw new IllegalStateException("the token gave a signature that does not verify");
    }
    return Bytes.copyOf(value);
  }

  @Override
  public PublicKey publicKey(SigningKey key) {
    return publicKeys.get(key);
  }

  private static Map<SigningKey, PublicKey> publicKeys(TokenRecord record) {
    Map<SigningKey, PublicKey> found = new EnumMap<>(SigningKey.class);
    for (SigningKey key : SigningKey.values()) {
      found.put(key, PublicKeys.elliptic(record.key(id(key)).checkBytes("publicKey")));
    }
    return found;
  }

  /** The id in plan and token: {@code ocsp} of OCSP. */
  static String id(SigningKey key) {
    return key.name().toLowerCase(Locale.ROOT);
  }

  /** The id in plan and token: {@code request-id} of REQUEST_ID. */
  static String id(MacKey key) {
    return key.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Partitions tokens(MacKey key) {
    return switch (key) {
      case VERIFY, ACTIVATE -> custody;
      case OTP, TICKET, REFERENCE, REQUEST_ID, DOCUMENTS, ROWS, SAD, DEVICE -> record;
    };
  }
}
