package eus.bakq.server.certificate;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.SigningKey;
import eus.bakq.server.vocabulary.Bytes;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate with which the OCSP responder's key is believed: one for all processes, kept in
 * the database, reissued while half of its time remains. What is read is used only if the authority
 * signed it for the key that the HSM has: whoever can write the database can take it away, or put
 * back an older one that is still valid, and no more.
 *
 * <p>Safe for several threads.
 */
public final class ResponderCertificates {
  private static final Logger LOG = LoggerFactory.getLogger(ResponderCertificates.class);

  /** With less time than this, it is reissued. */
  static final Duration LEAST_REMAINING = Duration.ofDays(15);

  private final Database database;
  private final CertificationAuthority authority;
  private final InfrastructureKeys keys;
  private final CertificateRegister register;
  private final AuditLog audit;

  public ResponderCertificates(
      Database database,
      CertificationAuthority authority,
      InfrastructureKeys keys,
      CertificateRegister register,
      AuditLog audit) {
    this.database = database;
    this.authority = authority;
    this.keys = keys;
    this.register = register;
    this.audit = audit;
  }

  /**
   * Issues a certificate if there is none that fits the key and lasts 15 days more. It is
   * registered and recorded in the transaction that makes it usable. To be called at the start, and
   * then from time to time; does nothing most times.
   *
   * @throws UnavailableException if database or HSM do not answer; the one that there is stays
   */
  public void renew() throws RefusedException {
    database.transact(
        handle -> {
          Instant now = Database.now(handle);
          if (lasts(read(handle, ""), now) || lasts(read(handle, " for update"), now)) {
            return;
          }
          issue(handle, now);
        });
  }

  /** One that ends with the authority lasts: there is none that would last longer. */
  private boolean lasts(Optional<X509Certificate> certificate, Instant now) {
    Instant authorityEnd = authority.certificate().getNotAfter().toInstant();
    return certificate
        .filter(
            one ->
                one.getNotAfter().toInstant().isAfter(now.plus(LEAST_REMAINING))
                    || !one.getNotAfter().toInstant().isBefore(authorityEnd))
        .isPresent();
  }

  private void issue(Handle handle, Instant now) {
    X509Certificate issued = authority.issueResponder(keys.publicKey(SigningKey.OCSP), now);
    Bytes encoded = encoded(issued);
    register.record(handle, issued, CertificateKind.OCSP_RESPONDER, Optional.empty(), now);
    handle
        .createUpdate("update bakq.responder_certificate set certificate = :certificate")
        .bind("certificate", encoded.toByteArray())
        .execute();
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.CERTIFICATE_ISSUED,
            "system",
            "ocsp-responder",
            Map.of(
                "certificate_sha256",
                encoded.sha256().toHex(),
                "certificate_serial",
                issued.getSerialNumber().toString(16))));
  }

  /**
   * The one to answer with.
   *
   * @throws UnavailableException if there is none that is valid
   */
  X509Certificate current(Handle handle, Instant now) {
    return read(handle, "")
        .filter(
            one ->
                !now.isBefore(one.getNotBefore().toInstant())
                    && !now.isAfter(one.getNotAfter().toInstant()))
        .orElseThrow(
            () -> UnavailableException.temporarily("the responder has no certificate", null));
  }

  /** Read and found to be the authority's for our key; whether it is valid is not looked at. */
  private Optional<X509Certificate> read(Handle handle, String hold) {
    return handle
        .createQuery("select certificate from bakq.responder_certificate" + hold)
        .map((row, context) -> Optional.ofNullable(row.getBytes("certificate")))
        .one()
        .flatMap(this::verified);
  }

  private Optional<X509Certificate> verified(byte[] encoded) {
    PublicKey key = keys.publicKey(SigningKey.OCSP);
    try {
      X509Certificate read = AuthoritySignatures.read(encoded);
      read.verify(authority.certificate().getPublicKey());
      if (ResponderProfileCheck.findings(read, key, authority.certificate()).isEmpty()) {
        return Optional.of(read);
      }
      LOG.atWarn().log("the responder's certificate is not for the key of today");
    } catch (GeneralSecurityException e) {
      LOG.atWarn().setCause(e).log("the responder's certificate is not the authority's");
    }
    return Optional.empty();
  }

  private static Bytes encoded(X509Certificate certificate) {
    try {
      return Bytes.copyOf(certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has an encoding", e);
    }
  }
}
