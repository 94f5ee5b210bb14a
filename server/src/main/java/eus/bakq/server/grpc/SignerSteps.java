package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.server.authentication.AuthenticationSubject;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.DeviceCookies;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.authentication.UnverifiedProof;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.signer.v1.Proof;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * Converts what every program of a citizen sends at its steps. Secrets are the caller's to close.
 */
public final class SignerSteps {
  private static final int MOST_PASSWORD_BYTES = 512;
  private static final int MOST_TICKET_BYTES = 256;
  private static final int MOST_CODE_BYTES = 16;
  private static final int MOST_SIGNATURE_BYTES = 80;

  private SignerSteps() {}

  /** The interaction that a step is of. */
  public static InteractionId interaction(Fields fields, String value) {
    var id = fields.uuid("interaction_id", value);
    fields.check();
    return new InteractionId(id.value());
  }

  /** A program's proof, not verified. */
  public static UnverifiedProof proof(Fields fields, Proof proof) {
    var signature = fields.bytes("proof.signature", proof.getSignature(), 1, MOST_SIGNATURE_BYTES);
    fields.check();
    return new UnverifiedProof(proof.getMadeAtSeconds(), signature.value());
  }

  /** A program's public key. */
  public static Bytes programKey(Fields fields, ByteString value) {
    var key = fields.bytes("program_key", value, 91, 91);
    fields.check();
    return key.value();
  }

  /** The first factor. */
  public static PasswordStep.Attempt passwordAttempt(
      String interactionId,
      String method,
      Proof proof,
      String dni,
      ByteString password,
      ByteString device) {
    Fields fields = new Fields();
    InteractionId interaction = interaction(fields, interactionId);
    UnverifiedProof unverified = proof(fields, proof);
    var person = fields.parsed("dni", dni, Dni::parse, "is a DNI or NIE with its letter");
    boolean asItMustBe = device.isEmpty() || device.size() == DeviceCookies.SIZE;
    fields.require(asItMustBe, "device", "is empty, or has " + DeviceCookies.SIZE + " bytes");
    fields.check();
    return new PasswordStep.Attempt(
        interaction,
        method,
        unverified,
        person.value(),
        password(fields, "password", password),
        device.isEmpty()
            ? Optional.empty()
            : Optional.of(SecretBytes.takeOver(device.toByteArray())));
  }

  /** How a door answers the first factor: with a ticket, and when the code expires. */
  @FunctionalInterface
  public interface PasswordAnswer<T> {
    T of(ByteString ticket, Timestamp codeExpiresAt);
  }

  /** Takes the step of the first factor with {@code attempt}, which it closes. */
  public static <T> T takePasswordStep(
      PasswordStep step,
      PasswordStep.Attempt attempt,
      AuthenticationSubject<?> subject,
      PasswordAnswer<T> answer)
      throws RefusedException {
    try (attempt) {
      PasswordStep.Answer judged = step.run(attempt, subject);
      try (SecretBytes ticket = judged.ticket()) {
        return answer.of(ticket.use(ByteString::copyFrom), Times.of(judged.codeExpiresAt()));
      }
    }
  }

  /** The second factor. */
  public static CodeStep.Attempt codeAttempt(
      String interactionId, String method, Proof proof, ByteString ticket, ByteString code) {
    Fields fields = new Fields();
    InteractionId interaction = interaction(fields, interactionId);
    UnverifiedProof unverified = proof(fields, proof);
    SecretBytes presented = secret(fields, "ticket", ticket, MOST_TICKET_BYTES);
    return new CodeStep.Attempt(
        interaction, method, unverified, presented, secret(fields, "code", code, MOST_CODE_BYTES));
  }

  /** A password in UTF-8, of 1 to 512 bytes. */
  public static SecretBytes password(Fields fields, String field, ByteString value) {
    fields.require(value.isValidUtf8(), field, "is UTF-8");
    return secret(fields, field, value, MOST_PASSWORD_BYTES);
  }

  /** A certificate in DER. */
  static ByteString encoded(X509Certificate certificate) {
    try {
      return ByteString.copyFrom(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  /** A secret of 1 byte to {@code most}. */
  public static SecretBytes secret(Fields fields, String field, ByteString value, int most) {
    var secret = fields.secret(field, value, 1, most);
    fields.check();
    return secret.value();
  }
}
