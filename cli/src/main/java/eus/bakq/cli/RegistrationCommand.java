package eus.bakq.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.registration.v1.CalendarDate;
import eus.bakq.registration.v1.IdentificationEvidence;
import eus.bakq.registration.v1.IdentityDocumentType;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.RegisterSignerRequest;
import eus.bakq.registration.v1.RegisterSignerResponse;
import eus.bakq.registration.v1.RegistrationServiceGrpc;
import eus.bakq.registration.v1.RegistrationServiceGrpc.RegistrationServiceBlockingStub;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RenewActivationResponse;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.registration.v1.RevokeCredentialsRequest;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.registration.v1.SuspensionReason;
import eus.bakq.registration.v1.UnlockSignerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A registration officer: registers citizens who stand before him or her. */
@Command(
    name = "registration",
    description =
        "As a registration officer: register citizens, renew links, unlock, suspend, lift, revoke.")
final class RegistrationCommand {
  private final Caller caller;

  RegistrationCommand(Caller caller) {
    this.caller = caller;
  }

  /** The documents by which a person is identified. */
  enum DocumentType {
    DNI(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DNI),
    PASSPORT(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_PASSPORT),
    DRIVING_LICENCE(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_DRIVING_LICENCE),
    RESIDENCE_CARD(IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_RESIDENCE_CARD),
    EU_REGISTRATION_CERTIFICATE(
        IdentityDocumentType.IDENTITY_DOCUMENT_TYPE_EU_REGISTRATION_CERTIFICATE);

    private final IdentityDocumentType type;

    DocumentType(IdentityDocumentType type) {
      this.type = type;
    }
  }

  /** Why BakQ is suspended. */
  enum SuspensionGround {
    SIGNER_ASKED(SuspensionReason.SUSPENSION_REASON_SIGNER_ASKED),
    COMPROMISE_SUSPECTED(SuspensionReason.SUSPENSION_REASON_COMPROMISE_SUSPECTED),
    ORDERED(SuspensionReason.SUSPENSION_REASON_ORDERED);

    private final SuspensionReason reason;

    SuspensionGround(SuspensionReason reason) {
      this.reason = reason;
    }
  }

  /** Why BakQ is revoked. */
  enum RevocationGround {
    SIGNER_ASKED(RevocationReason.REVOCATION_REASON_SIGNER_ASKED),
    KEY_COMPROMISED(RevocationReason.REVOCATION_REASON_KEY_COMPROMISED),
    DATA_CHANGED(RevocationReason.REVOCATION_REASON_DATA_CHANGED),
    SIGNER_DIED(RevocationReason.REVOCATION_REASON_SIGNER_DIED),
    EVIDENCE_FALSE(RevocationReason.REVOCATION_REASON_EVIDENCE_FALSE),
    ORDERED(RevocationReason.REVOCATION_REASON_ORDERED);

    private final RevocationReason reason;

    RevocationGround(RevocationReason reason) {
      this.reason = reason;
    }
  }

  /** The options that say what the officer has seen. */
  static final class EvidenceOptions {
    @Option(
        names = "--document-type",
        defaultValue = "dni",
        description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private DocumentType documentType;

    @Option(names = "--document-number", required = true, description = "Its number.")
    private String documentNumber;

    @Option(
        names = "--document-expiry",
        required = true,
        paramLabel = "DATE",
        description = "Its expiry, as 2030-12-31.")
    private LocalDate documentExpiry;

    @Option(
        names = "--evidence",
        required = true,
        paramLabel = "FILE",
        description = "The signed application with the document's copy; only its hash is sent.")
    private Path evidence;

    @Option(
        names = "--identified-at",
        paramLabel = "TIME",
        description = "When the person was identified, if not now, as 2026-01-31T10:00:00Z.")
    private Instant identifiedAt;

    IdentificationEvidence toMessage() {
      IdentificationEvidence.Builder message =
          IdentificationEvidence.newBuilder()
              .setDocumentType(documentType.type)
              .setDocumentNumber(documentNumber)
              .setDocumentExpiry(date(documentExpiry))
              .setEvidenceSha256(sha256(evidence));
      if (identifiedAt != null) {
        message.setIdentifiedAt(
            Timestamp.newBuilder()
                .setSeconds(identifiedAt.getEpochSecond())
                .setNanos(identifiedAt.getNano()));
      }
      return message.build();
    }
  }

  @Command(
      name = "register",
      description = "Register a citizen, who gets the activation link by e-mail.")
  int register(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(names = "--given-name", required = true, description = "As on the document.")
          String givenName,
      @Option(names = "--surname", required = true, description = "As on the document.")
          String surname,
      @Option(
              names = "--birth-date",
              required = true,
              paramLabel = "DATE",
              description = "As 1980-01-31.")
          LocalDate birthDate,
      @Option(names = "--email", required = true, description = "E-mail address.") String email,
      @Option(names = "--mobile", required = true, description = "As +34612345678.") String mobile,
      @Option(names = "--language", defaultValue = "eu", description = "eu, es or en.")
          Languages language,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId,
      @Mixin EvidenceOptions evidence) {
    RegisterSignerResponse registered =
        stub()
            .registerSigner(
                RegisterSignerRequest.newBuilder()
                    .setRequestId(Caller.requestId(requestId))
                    .setDni(dni)
                    .setGivenName(givenName)
                    .setSurname(surname)
                    .setBirthDate(date(birthDate))
                    .setEmail(email)
                    .setMobile(mobile)
                    .setLanguage(language.ofRegistration())
                    .setEvidence(evidence.toMessage())
                    .build());
    print(
        List.of(
            List.of("signer", Text.printable(registered.getSignerId())),
            List.of("activation link sent to", email),
            List.of("it ends", Text.time(registered.getActivationExpiresAt()))));
    return 0;
  }

  @Command(
      name = "renew-activation",
      aliases = "renew",
      description =
          "Send a new activation link to a citizen who has not activated, or whose BakQ has ended.")
  int renewActivation(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId,
      @Mixin EvidenceOptions evidence) {
    RenewActivationResponse renewed =
        stub()
            .renewActivation(
                RenewActivationRequest.newBuilder()
                    .setRequestId(Caller.requestId(requestId))
                    .setDni(dni)
                    .setEvidence(evidence.toMessage())
                    .build());
    print(List.of(List.of("new link ends", Text.time(renewed.getActivationExpiresAt()))));
    return 0;
  }

  @Command(name = "unlock", description = "Unlock a citizen who was identified again.")
  int unlock(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId,
      @Mixin EvidenceOptions evidence) {
    var _ =
        stub()
            .unlockSigner(
                UnlockSignerRequest.newBuilder()
                    .setRequestId(Caller.requestId(requestId))
                    .setDni(dni)
                    .setEvidence(evidence.toMessage())
                    .build());
    caller.terminal().out().println("The person is unlocked.");
    return 0;
  }

  @Command(
      name = "suspend",
      description = "Suspend a citizen's BakQ until a time; then it is revoked, unless lifted.")
  int suspend(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(
              names = "--reason",
              required = true,
              description = "One of: ${COMPLETION-CANDIDATES}.")
          SuspensionGround reason,
      @Option(
              names = "--days",
              defaultValue = "7",
              description = "For how many days, 1 to 30 (default: ${DEFAULT-VALUE}).")
          int days,
      @Option(
              names = "--evidence",
              paramLabel = "FILE",
              description = "What is kept of the ground; only its hash is sent.")
          Path evidence,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId) {
    // A minute less than the most, so that a clock that is a little ahead asks for no more.
    Instant until =
        caller.clock().instant().plus(Duration.ofDays(days)).minus(Duration.ofMinutes(1));
    SuspendCredentialsRequest.Builder request =
        SuspendCredentialsRequest.newBuilder()
            .setRequestId(Caller.requestId(requestId))
            .setDni(dni)
            .setReason(reason.reason)
            .setSuspendedUntil(Timestamp.newBuilder().setSeconds(until.getEpochSecond()));
    if (evidence != null) {
      request.setEvidenceSha256(sha256(evidence));
    }
    var _ = stub().suspendCredentials(request.build());
    print(
        List.of(
            List.of("suspended until", Text.time(request.getSuspendedUntil())),
            List.of("then", "revoked, if nobody lifts it")));
    return 0;
  }

  @Command(
      name = "lift",
      description = "Lift the suspension of a citizen's BakQ; the citizen was identified again.")
  int lift(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId,
      @Mixin EvidenceOptions evidence) {
    var _ =
        stub()
            .liftSuspension(
                LiftSuspensionRequest.newBuilder()
                    .setRequestId(Caller.requestId(requestId))
                    .setDni(dni)
                    .setEvidence(evidence.toMessage())
                    .build());
    caller.terminal().out().println("The person can sign again.");
    return 0;
  }

  @Command(name = "revoke", description = "Revoke a citizen's BakQ for good; the key is destroyed.")
  int revoke(
      @Option(names = "--dni", required = true, description = "DNI or NIE.") String dni,
      @Option(
              names = "--reason",
              required = true,
              description = "One of: ${COMPLETION-CANDIDATES}.")
          RevocationGround reason,
      @Option(
              names = "--evidence",
              paramLabel = "FILE",
              description = "What is kept of the ground; only its hash is sent.")
          Path evidence,
      @Option(names = "--request-id", defaultValue = "", description = "To repeat a lost call.")
          String requestId) {
    RevokeCredentialsRequest.Builder request =
        RevokeCredentialsRequest.newBuilder()
            .setRequestId(Caller.requestId(requestId))
            .setDni(dni)
            .setReason(reason.reason);
    if (evidence != null) {
      request.setEvidenceSha256(sha256(evidence));
    }
    var _ = stub().revokeCredentials(request.build());
    caller
        .terminal()
        .out()
        .println("The person's BakQ is revoked, and the key destroyed. To give a new one: renew.");
    return 0;
  }

  private void print(List<List<String>> rows) {
    caller.terminal().out().print(Text.table(rows));
  }

  private RegistrationServiceBlockingStub stub() {
    return RegistrationServiceGrpc.newBlockingStub(caller.channels().to(Door.REGISTRATION))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static CalendarDate date(LocalDate date) {
    return CalendarDate.newBuilder()
        .setYear(date.getYear())
        .setMonth(date.getMonthValue())
        .setDay(date.getDayOfMonth())
        .build();
  }

  private static ByteString sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 * 1024];
      int read = in.read(buffer);
      while (read >= 0) {
        digest.update(buffer, 0, read);
        read = in.read(buffer);
      }
      return ByteString.copyFrom(digest.digest());
    } catch (IOException e) {
      throw FailedException.usage("The file " + file + " cannot be read.", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
