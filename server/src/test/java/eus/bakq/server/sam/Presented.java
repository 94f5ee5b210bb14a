package eus.bakq.server.sam;

import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.SealBinding;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What tests present to the activation module, with new ids each time. */
final class Presented {
  static final CallerName SEDE = new CallerName("sede-a");
  static final Duration LIFE = Duration.ofMinutes(2);

  private Presented() {}

  /** Activation data as {@link ActivationIssuer} makes them, at {@code issuedAt}. */
  static ActivationContent content(
      Credential credential, Instant issuedAt, List<DtbsRepresentation> hashes) {
    return new ActivationContent(
        new ActivationDataId(UUID.randomUUID()),
        new SignatureRequestId(UUID.randomUUID()),
        new InteractionId(UUID.randomUUID()),
        credential.signer(),
        credential.id(),
        credential.binding().publicKeySha256(),
        SEDE,
        hashes,
        ActivationMechanism.PASSWORD_AND_SMS,
        issuedAt,
        new ChallengeId(UUID.randomUUID()),
        issuedAt,
        issuedAt.plus(LIFE));
  }

  /** What binds {@code key}, which is on P-256, to a new credential of a new signer. */
  static SealBinding binding(NewCitizenKey key, CredentialPurpose purpose) {
    return new SealBinding(
        new SignerId(UUID.randomUUID()),
        new CredentialId(UUID.randomUUID()),
        purpose,
        Bytes.copyOf(key.publicKey().getEncoded()).sha256(),
        ActivationMechanism.PASSWORD_AND_SMS,
        1,
        key.wrapped().epoch(),
        key.wrapped().wrapMechanism(),
        key.wrapped().wrapParameter(),
        KeyAlgorithm.EC_P256);
  }
}
