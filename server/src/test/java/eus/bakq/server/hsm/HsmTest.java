package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The three tokens together: the server's own keys, the authority by SunPKCS11. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HsmTest extends InfrastructureKeysContract {
  private static final byte[] INPUT = "what is authenticated".getBytes(StandardCharsets.UTF_8);

  private Hsm hsm;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    hsm = Hsm.open(TestCeremony.hold(folder).settings(), new SecureRandom());
  }

  @AfterAll
  void close() {
    hsm.close();
  }

  @Test
  void countsMacsOfPasswordsApart() {
    long macs = hsm.counters().macs();
    long ofPasswords = hsm.counters().passwordMacs();

    hsm.infrastructureKeys().mac(MacKey.VERIFY, INPUT);
    hsm.infrastructureKeys().mac(MacKey.OTP, INPUT);

    assertThat(hsm.counters().macs()).isEqualTo(macs + 2);
    assertThat(hsm.counters().passwordMacs()).isEqualTo(ofPasswords + 1);
  }

  @Test
  void signsAsTheAuthorityByJca() throws Exception {
    assertThat(authoritySigns()).isTrue();
    assertThat(hsm.authorityKey().privateKey().getEncoded()).isNull();
    assertThat(hsm.authorityKey().certificate().getSubjectX500Principal().getName())
        .contains("TEST");
  }

  @Test
  void worksBesideSunPkcs11InOneProcess() throws Exception {
    NewCitizenKey key =
        hsm.citizenKeys()
            .generate(
                SignatureAlgorithm.ECDSA_P256_SHA256.keyAlgorithm(),
                publicKey -> CitizenKeysContract.p256("a request"));
    Callable<Boolean> citizen =
        () ->
            CitizenKeysContract.isSigned(
                key.publicKey(),
                "one",
                hsm.citizenKeys()
                    .sign(key.wrapped(), List.of(CitizenKeysContract.p256("one")))
                    .values()
                    .getFirst());
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        results.add(threads.submit(citizen));
        results.add(threads.submit(this::authoritySigns));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Override
  InfrastructureKeys keys() {
    return hsm.infrastructureKeys();
  }

  /** KEY-16. */
  @Test
  void refusesARandomGeneratorThatIsStuckOrRepeatsOrIsBiased() {
    SecureRandom random = new SecureRandom();
    HsmSelfTest.requireRandom("record", size -> drawn(random, size));

    assertThatThrownBy(() -> HsmSelfTest.requireRandom("record", byte[]::new))
        .isInstanceOf(HsmRefusedException.class);
    assertThatThrownBy(
            () ->
                HsmSelfTest.requireRandom(
                    "record",
                    size -> {
                      byte[] bytes = drawn(random, size);
                      System.arraycopy(bytes, 0, bytes, size - 16, 16);
                      return bytes;
                    }))
        .isInstanceOf(HsmRefusedException.class)
        .hasMessage("token record: random generator");
    assertThatThrownBy(
            () ->
                HsmSelfTest.requireRandom(
                    "record",
                    size -> {
                      byte[] bytes = drawn(random, size);
                      for (int i = 0; i < size; i++) {
                        bytes[i] |= 1;
                      }
                      return bytes;
                    }))
        .isInstanceOf(HsmRefusedException.class);
  }

  private static byte[] drawn(SecureRandom random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private boolean authoritySigns() throws Exception {
    return signs(hsm.authorityKey());
  }

  /** Whether the key signs what its certificate's key verifies. */
  static boolean signs(AuthorityKey authority) throws Exception {
    Signature signer = Signature.getInstance("SHA384withECDSA", authority.provider());
    signer.initSign(authority.privateKey());
    signer.update(INPUT);
    byte[] value = signer.sign();
    Signature verifier = Signature.getInstance("SHA384withECDSA");
    verifier.initVerify(authority.certificate().getPublicKey());
    verifier.update(INPUT);
    return verifier.verify(value);
  }
}
