package eus.bakq.server;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.certificate.CertificateSubject;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.CertificationRequests;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.database.Database;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.UnusableKeyException;
import eus.bakq.server.validation.SignedDocumentCheck;
import eus.bakq.server.validation.ValidationOutcome;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Signs one document end to end before the doors open, with a key that is made in the HSM for that
 * and forgotten, a certificate of the authority, and validates it as an outsider would (OPS-09). A
 * server that cannot do that does not start.
 */
final class StartUpSelfTest {
  private static final CertificateSubject NOBODY =
      new CertificateSubject("SELF", "TEST", "IDCES-00000000T");

  /** The key is forgotten at once; so is soon what vouches for it. */
  private static final Duration CERTIFICATE_LIFE = Duration.ofHours(1);

  private static final SignatureForm FORM =
      new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_B, "self-test.pdf");

  private final CitizenKeys citizenKeys;
  private final CertificationAuthority authority;
  private final StatusWiring status;
  private final SignatureDocuments documents;
  private final Database database;
  private final AuditLog audit;

  StartUpSelfTest(
      CitizenKeys citizenKeys,
      CertificationAuthority authority,
      StatusWiring status,
      SignatureDocuments documents,
      Database database,
      AuditLog audit) {
    this.citizenKeys = citizenKeys;
    this.authority = authority;
    this.status = status;
    this.documents = documents;
    this.database = database;
    this.audit = audit;
  }

  /**
   * Throws IllegalStateException, naming the step, if anything of it does not hold. The certificate
   * is registered and recorded before it is used, as any other.
   */
  void run(Bytes fixture) throws RefusedException {
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    NewCitizenKey key =
        citizenKeys.generate(
            KeyAlgorithm.EC_P256,
            publicKey -> CertificationRequests.toBeSigned(NOBODY, publicKey, algorithm));
    Instant now = database.inTransaction(Database::now);
    IssuedCertificate issued =
        authority.issue(
            CertificationRequests.assemble(NOBODY, key.publicKey(), key.proofOfPossession()),
            NOBODY,
            CredentialPurpose.SIGNATURE,
            now,
            now.plus(CERTIFICATE_LIFE));
    database.transact(handle -> record(handle, issued.certificate()));
    Bytes signed = sign(fixture, key, issued, now.truncatedTo(ChronoUnit.SECONDS));
    ValidationOutcome outcome =
        SignedDocumentCheck.open(
                List.of(issued.issuers().getLast()),
                // One that an earlier start has left would be older than the certificate.
                List.of(status.revocationLists().currentSince(now)))
            .last(signed, database.inTransaction(Database::now));
    if (!outcome.passed()) {
      throw new IllegalStateException(
          "self-test: the fixture's signature is not valid: " + outcome.errors());
    }
  }

  /** No certificate of the authority is without its record. */
  private void record(Handle handle, X509Certificate certificate) {
    status
        .register()
        .record(
            handle, certificate, CertificateKind.SELF_TEST, Optional.empty(), Database.now(handle));
    try {
      audit.append(
          handle,
          AuditEvent.succeeded(
              AuditEventType.CERTIFICATE_ISSUED,
              "system",
              "self-test",
              Map.of(
                  "certificate_sha256",
                  Bytes.copyOf(certificate.getEncoded()).sha256().toHex(),
                  "certificate_serial",
                  certificate.getSerialNumber().toString(16))));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  private Bytes sign(Bytes fixture, NewCitizenKey key, IssuedCertificate issued, Instant time) {
    try {
      PreparedDocument prepared =
          documents.prepare(
              fixture,
              FORM,
              issued.chainForSignatures(),
              SignatureAlgorithm.ECDSA_P256_SHA256,
              time);
      return documents.complete(
          fixture,
          prepared,
          FORM,
          issued.chainForSignatures(),
          citizenKeys.sign(key.wrapped(), List.of(prepared.dtbs())).values().getFirst());
    } catch (RefusedException | UnusableKeyException e) {
      throw new IllegalStateException("self-test: the fixture could not be signed", e);
    }
  }
}
