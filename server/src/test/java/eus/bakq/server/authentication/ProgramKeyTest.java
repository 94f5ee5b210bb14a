package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.InteractionId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A proof is good for one key, step, interaction and ticket, and for five minutes. */
class ProgramKeyTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final InteractionId INTERACTION = new InteractionId(new UUID(1, 1));
  private static final String METHOD = "bakq.signer.v1.ActivationService/SubmitCode";
  private static final Optional<Bytes> TICKET = Optional.of(Bytes.copyOf(new byte[32]));

  private final KeyPair pair = pair("secp256r1");
  private final ProgramKey key = ProgramKey.parse(Bytes.copyOf(pair.getPublic().getEncoded()));

  private static KeyPair pair(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private UnverifiedProof proof(long seconds) {
    String text =
        "bakq/proof/v1\n"
            + METHOD
            + "\n"
            + INTERACTION
            + "\n"
            + "00".repeat(32)
            + "\n"
            + seconds
            + "\n";
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return new UnverifiedProof(seconds, Bytes.copyOf(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void acceptsItsOwnProof() {
    assertThat(key.verifies(proof(NOW.getEpochSecond()), METHOD, INTERACTION, TICKET)).isTrue();
    assertThat(key.verifies(proof(NOW.getEpochSecond() - 300), METHOD, INTERACTION, TICKET))
        .isTrue();
  }

  @Test
  void refusesAProofOfAnotherStepInteractionTicketOrTime() {
    UnverifiedProof proof = proof(NOW.getEpochSecond());

    assertThat(key.verifies(proof, METHOD + "2", INTERACTION, TICKET)).isFalse();
    assertThat(key.verifies(proof, METHOD, new InteractionId(new UUID(1, 2)), TICKET)).isFalse();
    assertThat(key.verifies(proof, METHOD, INTERACTION, Optional.empty())).isFalse();
    assertThat(
            key.verifies(
                new UnverifiedProof(proof.madeAtSeconds() + 1, proof.signature()),
                METHOD,
                INTERACTION,
                TICKET))
        .isFalse();
  }

  @Test
  void aProofIsOfItsTimeForFiveMinutesEitherWay() {
    UnverifiedProof proof = proof(NOW.getEpochSecond());

    assertThat(ProgramKey.isOf(proof, NOW.plusSeconds(300))).isTrue();
    assertThat(ProgramKey.isOf(proof, NOW.minusSeconds(300))).isTrue();
    assertThat(ProgramKey.isOf(proof, NOW.plusSeconds(301))).isFalse();
    assertThat(ProgramKey.isOf(proof, NOW.minusSeconds(301))).isFalse();
    for (long odd : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      assertThat(ProgramKey.isOf(new UnverifiedProof(odd, proof.signature()), NOW)).isFalse();
    }
  }

  /** SubmitPassword and all later steps would fail with it as by a fault of ours. */
  @Test
  void refusesAPointThatIsNotOnTheCurve() {
    byte[] off = pair.getPublic().getEncoded();
    off[90] ^= 1;
    assertThatThrownBy(() -> ProgramKey.parse(Bytes.copyOf(off)))
        .isInstanceOf(MalformedException.class);
    byte[] zero = pair.getPublic().getEncoded();
    java.util.Arrays.fill(zero, 27, 91, (byte) 0);
    assertThatThrownBy(() -> ProgramKey.parse(Bytes.copyOf(zero)))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesAnotherEncodingOfTheSamePoint() {
    for (int form : new int[] {6, 7}) {
      byte[] hybrid = pair.getPublic().getEncoded();
      hybrid[26] = (byte) form;
      assertThatThrownBy(() -> ProgramKey.parse(Bytes.copyOf(hybrid)))
          .isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void refusesAProofOfAnotherKeyAndRubbish() {
    ProgramKey other = ProgramKey.parse(Bytes.copyOf(pair("secp256r1").getPublic().getEncoded()));
    UnverifiedProof rubbish = new UnverifiedProof(NOW.getEpochSecond(), Bytes.copyOf(new byte[70]));
    UnverifiedProof endOfTime = new UnverifiedProof(Long.MAX_VALUE, Bytes.copyOf(new byte[70]));

    assertThat(other.verifies(proof(NOW.getEpochSecond()), METHOD, INTERACTION, TICKET)).isFalse();
    assertThat(key.verifies(rubbish, METHOD, INTERACTION, TICKET)).isFalse();
    assertThat(key.verifies(endOfTime, METHOD, INTERACTION, TICKET)).isFalse();
  }

  @Test
  void isOnP256Only() {
    Bytes p384 = Bytes.copyOf(pair("secp384r1").getPublic().getEncoded());

    assertThatThrownBy(() -> ProgramKey.parse(p384)).isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> ProgramKey.parse(Bytes.copyOf(new byte[91])))
        .isInstanceOf(MalformedException.class);
  }
}
