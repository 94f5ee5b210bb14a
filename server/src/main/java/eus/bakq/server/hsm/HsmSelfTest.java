package eus.bakq.server.hsm;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * What the tokens must show before anything is signed: each algorithm signs what software verifies,
 * and the random generators are not stuck (KEY-16).
 */
final class HsmSelfTest {
  private static final int BLOCK_SIZE = 16;
  private static final int BLOCKS = 256;
  private static final int BITS = BLOCK_SIZE * BLOCKS * 8;

  /** 15 standard deviations: a sound generator never fails, one that is stuck or biased does. */
  private static final int TOLERATED_BITS = (int) (15 * Math.sqrt(BITS) / 2);

  private final CitizenKeys citizenKeys;

  HsmSelfTest(CitizenKeys citizenKeys) {
    this.citizenKeys = citizenKeys;
  }

  /**
   * A fresh key of each kind signs a known hash in each of its ways, and software verifies.
   *
   * @throws HsmRefusedException if one is wrong
   */
  void requireSignatures() {
    for (KeyAlgorithm key : KeyAlgorithm.values()) {
      requireSignatures(
          key,
          Arrays.stream(SignatureAlgorithm.values())
              .filter(algorithm -> algorithm.keyAlgorithm() == key)
              .map(HsmSelfTest::hash)
              .toList());
    }
  }

  /**
   * {@code generator} gives no block twice, and about as many ones as zeros.
   *
   * @param generator gives as many bytes as it is asked for, 4096 at most
   * @throws HsmRefusedException if it does not
   */
  static void requireRandom(String token, IntFunction<byte[]> generator) {
    byte[] drawn = generator.apply(BLOCK_SIZE * BLOCKS);
    Set<Bytes> blocks = new HashSet<>();
    int ones = 0;
    for (int block = 0; block < BLOCKS; block++) {
      byte[] bytes = Arrays.copyOfRange(drawn, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
      blocks.add(Bytes.copyOf(bytes));
      for (byte each : bytes) {
        ones += Integer.bitCount(each & 0xff);
      }
    }
    if (blocks.size() != BLOCKS || Math.abs(ones - BITS / 2) > TOLERATED_BITS) {
      throw new HsmRefusedException(token, "", "random generator");
    }
  }

  private void requireSignatures(KeyAlgorithm algorithm, List<DtbsRepresentation> known) {
    NewCitizenKey key = citizenKeys.generate(algorithm, publicKey -> known.getFirst());
    List<SignatureValue> values;
    try {
      values = citizenKeys.sign(key.wrapped(), known).values();
    } catch (UnusableKeyException e) {
      throw new HsmRefusedException("custody", "", "opens what it wrapped", e);
    }
    for (int i = 0; i < known.size(); i++) {
      if (!SignatureVerification.verifies(key.publicKey(), known.get(i), values.get(i))) {
        throw new HsmRefusedException("custody", "", "signs with " + known.get(i).algorithm());
      }
    }
  }

  private static DtbsRepresentation hash(SignatureAlgorithm algorithm) {
    byte[] text = "bakq self-test".getBytes(StandardCharsets.US_ASCII);
    return new DtbsRepresentation(algorithm, Bytes.copyOf(text).digest(algorithm.digest()));
  }
}
