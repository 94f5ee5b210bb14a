package eus.bakq.server.certificate;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.credential.CertificateKind;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** An authority, its register in a real database, and all that tells of it. */
public final class StatusWorld implements AutoCloseable {
  private static final CertificateSubject ANE =
      new CertificateSubject("Ane", "Etxeberria Agirre", "IDCES-12345678Z");

  final SecureRandom random = new SecureRandom();
  final TestDatabase place = TestDatabase.open();
  final SoftwareInfrastructureKeys keys = new SoftwareInfrastructureKeys();
  final RowMacs macs = new RowMacs(keys);
  final CertificateRegister register = new CertificateRegister(macs);
  final AuditLog audit = new AuditLog();
  final CertificationAuthority authority;
  final ResponderCertificates responders;
  final OcspResponder responder;
  final RevocationLists lists;

  private StatusWorld(URI publicAddress) {
    authority =
        new CertificationAuthority(
            TestAuthority.create(
                    "CN=BakQ TEST authority,O=BakQ TEST,C=ES",
                    Instant.now().minus(Duration.ofDays(60)))
                .key(),
            new CertificateProfile(
                Profile.DEMO,
                Duration.ofDays(1095),
                Duration.ofSeconds(30),
                CertificateProfile.QCP_N,
                URI.create("https://bakq.example/cps"),
                URI.create("https://bakq.example/pds-en.pdf"),
                URI.create("https://bakq.example/pds-es.pdf"),
                new StatusAddresses(publicAddress)),
            random);
    responders = new ResponderCertificates(place.database(), authority, keys, register, audit);
    responder = new OcspResponder(place.database(), register, responders, authority, keys);
    lists = new RevocationLists(place.database(), authority, register, macs, audit);
  }

  /** One whose responder has its certificate already. */
  public static StatusWorld open(URI publicAddress) {
    StatusWorld world = new StatusWorld(publicAddress);
    world.renew();
    return world;
  }

  public X509Certificate authority() {
    return authority.certificate();
  }

  public OcspResponder responder() {
    return responder;
  }

  public RevocationLists lists() {
    return lists;
  }

  /** The responder's certificate. */
  public X509Certificate responderCertificate() {
    return place.run(handle -> responders.current(handle, Database.now(handle)));
  }

  void renew() {
    place.run(
        handle -> {
          responders.renew();
          return true;
        });
  }

  /** A citizen's, for three years, registered as good. */
  public X509Certificate issue(CredentialPurpose purpose) {
    return issue(purpose, Instant.now(), Instant.MAX);
  }

  X509Certificate issue(CredentialPurpose purpose, Instant now, Instant latestEnd) {
    X509Certificate issued = unregistered(purpose, now, latestEnd);
    place.run(
        handle -> {
          register.record(
              handle,
              issued,
              CertificateKind.of(purpose),
              Optional.of(new CredentialId(UUID.randomUUID())),
              Database.now(handle));
          return recordedAs(handle, AuditEventType.CERTIFICATE_ISSUED, issued);
        });
    return issued;
  }

  /** Appends what happened to {@code certificate}, as the server does in the same transaction. */
  boolean recordedAs(Handle handle, AuditEventType type, X509Certificate certificate) {
    audit.append(
        handle,
        AuditEvent.succeeded(
            type,
            "officer",
            "signer",
            Map.of("certificate_serial", certificate.getSerialNumber().toString(16))));
    return true;
  }

  /** One that the register does not know. */
  X509Certificate unregistered(CredentialPurpose purpose, Instant now, Instant latestEnd) {
    KeyPair pair = Pki.ecKeys(random, "secp256r1");
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    try {
      Signature proof = Signature.getInstance("NONEwithECDSA");
      proof.initSign(pair.getPrivate());
      proof.update(
          CertificationRequests.toBeSigned(ANE, pair.getPublic(), algorithm)
              .digest()
              .toByteArray());
      CertificationRequest request =
          CertificationRequests.assemble(
              ANE, pair.getPublic(), new SignatureValue(algorithm, Bytes.copyOf(proof.sign())));
      return authority.issue(request, ANE, purpose, now, latestEnd).certificate();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public void suspend(X509Certificate certificate) {
    place.run(
        handle -> {
          Instant now = Database.now(handle);
          register.suspend(
              handle, certificate.getSerialNumber(), now, now.plus(Duration.ofDays(7)));
          return recordedAs(handle, AuditEventType.CERTIFICATE_SUSPENDED, certificate);
        });
  }

  public void lift(X509Certificate certificate) {
    place.run(
        handle -> {
          register.lift(handle, certificate.getSerialNumber(), Database.now(handle));
          return recordedAs(handle, AuditEventType.CERTIFICATE_SUSPENSION_LIFTED, certificate);
        });
  }

  public void revoke(X509Certificate certificate, RevocationReason reason) {
    place.run(
        handle -> {
          register.revoke(handle, certificate.getSerialNumber(), reason, Database.now(handle));
          return recordedAs(handle, AuditEventType.CERTIFICATE_REVOKED, certificate);
        });
  }

  /** Keeps the register's rows as they are now, as the database's administrator does. */
  void keepRegister() throws SQLException {
    place.asSuperuser("create table public.kept as select * from bakq.certificate_register");
  }

  /** Puts back the row of {@code certificate} that was kept, past every trigger. */
  void putBack(X509Certificate certificate) throws SQLException {
    place.asSuperuser(
        "set session_replication_role = replica",
        "delete from bakq.certificate_register where serial = " + key(certificate),
        "insert into bakq.certificate_register select * from public.kept where serial = "
            + key(certificate));
  }

  /** Takes the row of {@code certificate} out of the register. */
  void takeOut(X509Certificate certificate) throws SQLException {
    place.asSuperuser("delete from bakq.certificate_register where serial = " + key(certificate));
  }

  private static String key(X509Certificate certificate) {
    return "decode('"
        + HexFormat.of().formatHex(certificate.getSerialNumber().toByteArray())
        + "', 'hex')";
  }

  List<AuditRecord> recorded() {
    return place.run(handle -> audit.list(handle, Optional.empty(), 0, 100));
  }

  @Override
  public void close() {
    place.close();
  }
}
