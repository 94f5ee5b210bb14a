package eus.bakq.demo;

import com.google.protobuf.ByteString;
import eus.bakq.fixtures.Pki;
import eus.bakq.signer.v1.Proof;
import io.grpc.MethodDescriptor;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.function.Supplier;

/** A citizen's program: its P-256 key for one interaction, and proofs that it holds it. */
record Program(KeyPair keys, Supplier<Instant> clock) {
  static Program create() {
    return on(Instant::now);
  }

  /** A new program that lives by {@code clock}. */
  static Program on(Supplier<Instant> clock) {
    return new Program(Pki.ecKeys(new SecureRandom(), "secp256r1"), clock);
  }

  /** The same program, whose clock is ahead by {@code duration}. */
  Program ahead(Duration duration) {
    return new Program(keys, () -> clock.get().plus(duration));
  }

  /** SubjectPublicKeyInfo in DER. */
  ByteString publicKey() {
    return ByteString.copyFrom(keys.getPublic().getEncoded());
  }

  /** For a step without a ticket. */
  Proof prove(MethodDescriptor<?, ?> step, String interaction) {
    return sign(step, interaction, "-");
  }

  /** For a step that gives a ticket back. */
  Proof prove(MethodDescriptor<?, ?> step, String interaction, ByteString ticket) {
    try {
      return sign(
          step,
          interaction,
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(ticket.toByteArray())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Proof sign(MethodDescriptor<?, ?> step, String interaction, String ticketHash) {
    long madeAt = clock.get().getEpochSecond();
    String text =
        "bakq/proof/v1\n%s\n%s\n%s\n%d\n"
            .formatted(step.getFullMethodName(), interaction, ticketHash, madeAt);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Proof.newBuilder()
          .setMadeAtSeconds(madeAt)
          .setSignature(ByteString.copyFrom(signature.sign()))
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
