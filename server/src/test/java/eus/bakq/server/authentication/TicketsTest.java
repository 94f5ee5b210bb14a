package eus.bakq.server.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * docs/sole-control.md: a ticket opens for the interaction, signer, set and program that it was
 * made for.
 */
class TicketsTest {
  private static final Instant LATER = Instant.parse("2026-11-22T10:00:00Z");
  private static final SignerId SIGNER = new SignerId(new UUID(0, 1));

  private final Tickets tickets = new Tickets(new SoftwareInfrastructureKeys(), new SecureRandom());
  private final byte[] share = tickets.freshShare();
  private final Bytes program = programKey();
  private final Interaction interaction = interaction(new UUID(1, 1), program);
  private final Challenge challenge = challenge(Optional.of(SIGNER), new byte[32]);

  private static Bytes programKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return Bytes.copyOf(generator.generateKeyPair().getPublic().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Interaction interaction(UUID id, Bytes programKey) {
    return new Interaction(
        new InteractionId(id),
        InteractionPurpose.SIGNATURE,
        new UUID(2, 2),
        programKey,
        InteractionState.CHALLENGED,
        LATER,
        Optional.empty());
  }

  private static Challenge challenge(Optional<SignerId> signer, byte[] frozenSet) {
    return new Challenge(
        new ChallengeId(new UUID(3, 3)),
        Bytes.copyOf(new byte[16]),
        signer,
        Optional.of(new CredentialId(new UUID(4, 4))),
        Bytes.copyOf(frozenSet),
        LATER,
        Device.UNKNOWN,
        0);
  }

  private byte[] ticket() {
    try (SecretBytes half = tickets.hsmHalf(interaction.id());
        SecretBytes secret = secret()) {
      return tickets.make(half, share, interaction, challenge, secret);
    }
  }

  private static SecretBytes secret() {
    byte[] secret = new byte[32];
    secret[0] = 42;
    return SecretBytes.takeOver(secret);
  }

  private Optional<SecretBytes> open(
      byte[] ticket, byte[] withShare, Interaction of, Challenge forChallenge) {
    try (SecretBytes half = tickets.hsmHalf(of.id())) {
      return tickets.open(half, withShare, of, forChallenge, ticket);
    }
  }

  @Test
  void opensForWhatItWasMadeFor() {
    assertThat(open(ticket(), share, interaction, challenge))
        .hasValueSatisfying(
            secret -> assertThat(secret.<Byte>use(value -> value[0])).isEqualTo((byte) 42));
  }

  @Test
  void hasOneSizeWhateverItCarries() {
    try (SecretBytes half = tickets.hsmHalf(interaction.id());
        SecretBytes decoy = tickets.freshDecoy()) {
      byte[] wrong =
          tickets.make(half, share, interaction, challenge(Optional.empty(), new byte[32]), decoy);

      assertThat(wrong).hasSize(Tickets.SIZE);
      assertThat(ticket()).hasSize(Tickets.SIZE);
    }
  }

  @Test
  void doesNotOpenInAnotherInteraction() {
    assertThat(open(ticket(), share, interaction(new UUID(1, 2), program), challenge)).isEmpty();
  }

  @Test
  void doesNotOpenForAnotherProgram() {
    assertThat(open(ticket(), share, interaction(new UUID(1, 1), programKey()), challenge))
        .isEmpty();
  }

  /** OTP-07. */
  @Test
  void doesNotOpenForAnotherSignerOrSet() {
    byte[] otherSet = new byte[32];
    otherSet[31] = 1;

    assertThat(
            open(
                ticket(),
                share,
                interaction,
                challenge(Optional.of(new SignerId(new UUID(0, 2))), new byte[32])))
        .isEmpty();
    assertThat(open(ticket(), share, interaction, challenge(Optional.of(SIGNER), otherSet)))
        .isEmpty();
  }

  @Test
  void doesNotOpenWithoutItsRowsHalf() {
    assertThat(open(ticket(), tickets.freshShare(), interaction, challenge)).isEmpty();
  }

  @Test
  void doesNotOpenWhenAltered() {
    for (int i = 0; i < Tickets.SIZE; i++) {
      byte[] altered = ticket();
      altered[i] ^= 1;

      assertThat(open(altered, share, interaction, challenge)).as("byte %d", i).isEmpty();
    }
    assertThat(open(new byte[0], share, interaction, challenge)).isEmpty();
  }
}
