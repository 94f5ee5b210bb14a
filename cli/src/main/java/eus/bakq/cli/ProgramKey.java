package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.Proof;
import io.grpc.MethodDescriptor;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.util.HexFormat;

/**
 * The P-256 key of one interaction, kept in memory only, and the proofs that this program still
 * holds it, as the comment of {@code bakq.signer.v1.ActivationService} describes them.
 */
final class ProgramKey {
  private static final String NO_TICKET = "-";

  private final KeyPair pair;
  private final SecureRandom random;
  private final Clock clock;

  private ProgramKey(KeyPair pair, SecureRandom random, Clock clock) {
    this.pair = pair;
    this.random = random;
    this.clock = clock;
  }

  static ProgramKey generate(SecureRandom random, Clock clock) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), random);
      return new ProgramKey(generator.generateKeyPair(), random, clock);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform of ours has P-256", e);
    }
  }

  /** The same key on a device with another clock. */
  ProgramKey on(Clock other) {
    return new ProgramKey(pair, random, other);
  }

  /** SubjectPublicKeyInfo in DER: 91 bytes. */
  ByteString publicKey() {
    return ByteString.copyFrom(pair.getPublic().getEncoded());
  }

  /** For a step without a ticket. */
  Proof prove(MethodDescriptor<?, ?> step, String interactionId) {
    return proof(step, interactionId, NO_TICKET);
  }

  /** For a step that gives a ticket back. */
  Proof prove(MethodDescriptor<?, ?> step, String interactionId, ByteString ticket) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(ticket.asReadOnlyByteBuffer());
      return proof(step, interactionId, HexFormat.of().formatHex(sha256.digest()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private Proof proof(MethodDescriptor<?, ?> step, String interactionId, String ticketHash) {
    long madeAt = clock.instant().getEpochSecond();
    String text =
        String.join(
            "\n",
            "bakq/proof/v1",
            step.getFullMethodName(),
            interactionId,
            ticketHash,
            Long.toString(madeAt),
            "");
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate(), random);
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Proof.newBuilder()
          .setMadeAtSeconds(madeAt)
          .setSignature(ByteString.copyFrom(signature.sign()))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a fresh P-256 key did not sign", e);
    }
  }
}
