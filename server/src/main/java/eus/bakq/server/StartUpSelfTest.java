package eus.bakq.server;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.certificate.CertificateSubject;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.certificate.CertificationRequests;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.document.PadesDocuments;
import eus.bakq.server.document.PreparedDocument;
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
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * Signs one document end to end before the doors open, with a key that is made in the HSM for that
 * and forgotten, a certificate of the authority, and validates it as an outsider would (OPS-09). A
 * server that cannot do that does not start.
 */
final class StartUpSelfTest {
  private static final CertificateSubject NOBODY =
      new CertificateSubject("SELF", "TEST", "IDCES-00000000T");

  private final CitizenKeys citizenKeys;
  private final CertificationAuthority authority;
  private final PadesDocuments documents;
  private final Clock clock;

  StartUpSelfTest(
      CitizenKeys citizenKeys,
      CertificationAuthority authority,
      PadesDocuments documents,
      Clock clock) {
    this.citizenKeys = citizenKeys;
    this.authority = authority;
    this.documents = documents;
    this.clock = clock;
  }

  /**
   * Throws IllegalStateException, naming the step, if anything of it does not hold.
   *
   * @return the certificate that the authority issued for the test, to be recorded
   */
  X509Certificate run(Bytes fixture) {
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    NewCitizenKey key =
        citizenKeys.generate(
            KeyAlgorithm.EC_P256,
            publicKey -> CertificationRequests.toBeSigned(NOBODY, publicKey, algorithm));
    Instant now = clock.instant();
    IssuedCertificate issued =
        authority.issue(
            CertificationRequests.assemble(NOBODY, key.publicKey(), key.proofOfPossession()),
            NOBODY,
            CredentialPurpose.SIGNATURE,
            now);
    Bytes signed = sign(fixture, key, issued, now.truncatedTo(ChronoUnit.SECONDS));
    ValidationOutcome outcome =
        SignedDocumentCheck.open(
                List.of(issued.issuers().getLast()),
                List.of(authority.revocationList(clock.instant())))
            .last(signed, clock.instant());
    if (!outcome.passed()) {
      throw new IllegalStateException(
          "self-test: the fixture's signature is not valid: " + outcome.errors());
    }
    return issued.certificate();
  }

  /** What the record says of it: no certificate of the authority is without its record. */
  static AuditEvent issued(X509Certificate certificate) {
    try {
      return AuditEvent.succeeded(
          AuditEventType.CERTIFICATE_ISSUED,
          "system",
          "self-test",
          Map.of(
              "certificate_sha256",
              Bytes.copyOf(certificate.getEncoded()).sha256().toHex(),
              "certificate_serial",
              certificate.getSerialNumber().toString(16)));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }

  private Bytes sign(Bytes fixture, NewCitizenKey key, IssuedCertificate issued, Instant time) {
    try {
      PreparedDocument prepared =
          documents.prepare(
              fixture, issued.chainForSignatures(), SignatureAlgorithm.ECDSA_P256_SHA256, time);
      return documents.complete(
          fixture,
          prepared,
          issued.chainForSignatures(),
          citizenKeys.sign(key.wrapped(), List.of(prepared.dtbs())).getFirst());
    } catch (RefusedException | UnusableKeyException e) {
      throw new IllegalStateException("self-test: the fixture could not be signed", e);
    }
  }
}
