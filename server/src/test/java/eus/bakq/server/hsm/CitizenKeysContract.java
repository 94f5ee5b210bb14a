package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.vocabulary.SignatureValue;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@link CitizenKeys} promises, held by the tokens and by the fake. Java verifies. */
abstract class CitizenKeysContract {
  abstract CitizenKeys keys();

  @ParameterizedTest
  @EnumSource
  void provesPossessionOfANewKey(SignatureAlgorithm algorithm) throws Exception {
    NewCitizenKey key =
        keys().generate(algorithm.keyAlgorithm(), publicKey -> dtbs(algorithm, "a request"));

    assertThat(isSigned(key.publicKey(), "a request", key.proofOfPossession())).isTrue();
    assertThat(isSigned(key.publicKey(), "another", key.proofOfPossession())).isFalse();
    assertThat(key.wrapped().algorithm()).isEqualTo(algorithm.keyAlgorithm());
  }

  @ParameterizedTest
  @EnumSource
  void signsEachHashInItsPlace(SignatureAlgorithm algorithm) throws Exception {
    NewCitizenKey key = generate(algorithm);

    List<SignatureValue> values =
        keys()
            .sign(key.wrapped(), List.of(dtbs(algorithm, "one"), dtbs(algorithm, "two")))
            .values();

    assertThat(values).hasSize(2);
    assertThat(isSigned(key.publicKey(), "one", values.get(0))).isTrue();
    assertThat(isSigned(key.publicKey(), "two", values.get(1))).isTrue();
  }

  /** KEY-02. */
  @Test
  void makesKeysOfTheirStrength() {
    RSAPublicKey key = (RSAPublicKey) generate(SignatureAlgorithm.RSA_3072_PSS_SHA256).publicKey();

    assertThat(key.getModulus().bitLength()).isEqualTo(3072);
    assertThat(key.getPublicExponent()).isEqualTo(65537);
  }

  @Test
  void makesADifferentKeyEachTime() {
    assertThat(generate(SignatureAlgorithm.ECDSA_P256_SHA256).publicKey())
        .isNotEqualTo(generate(SignatureAlgorithm.ECDSA_P256_SHA256).publicKey());
  }

  /** KEY-06. */
  @Test
  void refusesABlobOfWhichAnyByteIsAltered() {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();

    for (int position = 0; position < key.blob().size(); position += 7) {
      byte[] altered = key.blob().toByteArray();
      altered[position] ^= 1;
      assertUnusable(withBlob(key, altered));
    }
    assertUnusable(withBlob(key, new byte[] {1, 2, 3}));
  }

  @Test
  void stillSignsAfterABlobWasRefused() throws Exception {
    NewCitizenKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256);
    assertUnusable(withBlob(key.wrapped(), new byte[80]));

    assertThat(keys().sign(key.wrapped(), List.of(p256("one"))).values()).hasSize(1);
  }

  @Test
  void refusesABlobOfAnotherEpochOrMechanism() {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();

    assertUnusable(
        new WrappedKey(
            "wrap-1999-1", key.wrapMechanism(), key.wrapParameter(), key.algorithm(), key.blob()));
    assertUnusable(
        new WrappedKey(key.epoch(), 0x2109, key.wrapParameter(), key.algorithm(), key.blob()));
    assertUnusable(
        new WrappedKey(
            key.epoch(), key.wrapMechanism(), Bytes.fromHex("00"), key.algorithm(), key.blob()));
  }

  @Test
  void saysInWhichEpochsKeysOpen() {
    assertThat(keys().opens(generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped().epoch()))
        .isTrue();
    assertThat(keys().opens("wrap-1999-1")).isFalse();
  }

  @Test
  void refusesABlobUnderTheNameOfAnotherAlgorithm() {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();
    WrappedKey renamed =
        new WrappedKey(
            key.epoch(),
            key.wrapMechanism(),
            key.wrapParameter(),
            KeyAlgorithm.RSA_3072,
            key.blob());

    assertThatThrownBy(
            () ->
                keys().sign(renamed, List.of(dtbs(SignatureAlgorithm.RSA_3072_PSS_SHA256, "one"))))
        .isInstanceOf(UnusableKeyException.class);
  }

  @Test
  void refusesCallsThatCannotBeMeant() {
    WrappedKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256).wrapped();

    for (List<DtbsRepresentation> wrong :
        List.of(
            List.<DtbsRepresentation>of(),
            List.of(dtbs(SignatureAlgorithm.RSA_3072_PSS_SHA256, "one")))) {
      assertThatThrownBy(() -> keys().sign(key, wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void servesSeveralThreads() throws Exception {
    NewCitizenKey key = generate(SignatureAlgorithm.ECDSA_P256_SHA256);
    Callable<Boolean> signing =
        () -> {
          boolean all = true;
          for (int i = 0; i < 20; i++) {
            SignatureValue value =
                keys().sign(key.wrapped(), List.of(p256("n" + i))).values().getFirst();
            all &= isSigned(key.publicKey(), "n" + i, value);
          }
          return all;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        results.add(threads.submit(signing));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  private void assertUnusable(WrappedKey key) {
    assertThatThrownBy(() -> keys().sign(key, List.of(p256("one"))))
        .isInstanceOf(UnusableKeyException.class);
  }

  final NewCitizenKey generate(SignatureAlgorithm algorithm) {
    return keys().generate(algorithm.keyAlgorithm(), publicKey -> dtbs(algorithm, "a request"));
  }

  static WrappedKey withBlob(WrappedKey key, byte[] blob) {
    return new WrappedKey(
        key.epoch(), key.wrapMechanism(), key.wrapParameter(), key.algorithm(), Bytes.copyOf(blob));
  }

  static DtbsRepresentation p256(String message) {
    return dtbs(SignatureAlgorithm.ECDSA_P256_SHA256, message);
  }

  static DtbsRepresentation dtbs(SignatureAlgorithm algorithm, String message) {
    Bytes bytes = Bytes.copyOf(message.getBytes(StandardCharsets.UTF_8));
    return new DtbsRepresentation(algorithm, bytes.digest(algorithm.digest()));
  }

  static boolean isSigned(PublicKey key, String message, SignatureValue value) throws Exception {
    DigestAlgorithm digest = value.algorithm().digest();
    Signature verifier =
        Signature.getInstance(
            switch (value.algorithm().scheme()) {
              case ECDSA_P256 -> digest.name() + "withECDSA";
              case RSA_3072_PSS -> "RSASSA-PSS";
              case RSA_3072_PKCS1 -> digest.name() + "withRSA";
            });
    if (value.algorithm().scheme() == SignatureScheme.RSA_3072_PSS) {
      verifier.setParameter(
          new PSSParameterSpec(
              digest.javaName(),
              "MGF1",
              new MGF1ParameterSpec(digest.javaName()),
              digest.size(),
              1));
    }
    verifier.initVerify(key);
    verifier.update(message.getBytes(StandardCharsets.UTF_8));
    return verifier.verify(value.value().toByteArray());
  }
}
