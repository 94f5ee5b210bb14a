package eus.bakq.server.sam;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Makes signature activation data for a signer whose factors were just found right, in the same
 * transaction (SAD-03). Only the record token's SAD key makes them acceptable: full rights on the
 * database are not enough (SAD-04). They never leave the server.
 */
public final class ActivationIssuer {
  /** Activation data just made. */
  public record Issued(ActivationDataId id, UnverifiedActivationData data) {}

  private final InfrastructureKeys keys;
  private final ActivationLedger ledger;
  private final AuditLog audit;
  private final SecureRandom random;
  private final SamSettings settings;

  public ActivationIssuer(
      InfrastructureKeys keys,
      ActivationLedger ledger,
      AuditLog audit,
      SecureRandom random,
      SamSettings settings) {
    this.keys = keys;
    this.ledger = ledger;
    this.audit = audit;
    this.random = random;
    this.settings = settings;
  }

  /**
   * Issues for exactly {@code hashes}, in their order and number.
   *
   * @param credential the one that was frozen with the set
   */
  public Issued issue(
      Handle handle,
      AuthenticatedSigner signer,
      Credential credential,
      SignatureRequestId request,
      CallerName client,
      List<DtbsRepresentation> hashes) {
    ActivationContent content =
        new ActivationContent(
            new ActivationDataId(new UUID(random.nextLong(), random.nextLong())),
            request,
            signer.interaction(),
            signer.signer(),
            credential.id(),
            credential.binding().publicKeySha256(),
            client,
            hashes,
            ActivationMechanism.PASSWORD_AND_SMS,
            signer.authenticatedAt(),
            signer.challenge(),
            signer.authenticatedAt(),
            signer.authenticatedAt().plus(settings.sadLife()));
    Bytes encoded = content.encode();
    Bytes mac = Bytes.copyOf(keys.mac(MacKey.SAD, encoded.toByteArray()));
    ledger.authorise(handle, content);
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.SAD_CREATED,
            signer.signer().toString(),
            request,
            Map.of(
                "sad", content.id().toString(),
                "sad_sha256", encoded.sha256().toHex(),
                "credential", credential.id().toString(),
                "hashes", Integer.toString(hashes.size()),
                "client", client.value())));
    return new Issued(content.id(), new UnverifiedActivationData(encoded, mac));
  }
}
