package eus.bakq.server.credential;

import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.Encoding;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * Every certificate that the authority ever signed, with its status: what OCSP and the revocation
 * list tell, and what the activation module asks before a key is used (CRT-08). Everything happens
 * in the transaction of the handle that is given; every row is read under its MAC, or not at all
 * (ENR-14). Whoever can write the database can delete a row or set it back to an older form, with
 * the MAC of then; so before anybody outside is told a status, the rows are compared with the
 * record ({@link #findAsRecorded}, {@link #requireAsRecorded}).
 *
 * <p>Safe for several threads.
 */
public final class CertificateRegister {
  /** How many rows {@link #notGood} reads, and verifies, in one transaction. */
  public static final int PIECE = 1000;

  /** As long as a list lasts. */
  private static final Duration STAYS_AFTER_ITS_END = Duration.ofDays(1);

  private static final int MOST_SERIAL_BITS = 160;

  private static final String COLUMNS =
      "serial, certificate_sha256, kind, credential_id, not_before, not_after, state, reason, since,"
          + " suspended_until, version, mac";

  /**
   * The state in which the record has the certificate {@code :recordedSerial}; null if it knows of
   * none. Revoked is for ever, whatever was written behind it. At most two reads of an index.
   */
  static final String RECORDED =
      """
      coalesce(
        (select case type when 'CERTIFICATE_REVOKED' then 'REVOKED'
            when 'CERTIFICATE_SUSPENDED' then 'SUSPENDED' else 'GOOD' end
          from bakq.audit_record
          where type in ('CERTIFICATE_SUSPENDED', 'CERTIFICATE_SUSPENSION_LIFTED', 'CERTIFICATE_REVOKED')
            and details ->> 'certificate_serial' = :recordedSerial
          order by (type = 'CERTIFICATE_REVOKED') desc, sequence desc limit 1),
        (select 'GOOD' from bakq.audit_record
          where type in ('CERTIFICATE_ISSUED', 'CERTIFICATE_TAKEN_IN')
            and details ->> 'certificate_serial' = :recordedSerial limit 1))""";

  /** A certificate that is not good in register or record, and not the same in both. */
  static final String NOT_AS_RECORDED =
      """
      select coalesce(told.serial, registered.serial) from (
          select distinct on (details ->> 'certificate_serial')
            details ->> 'certificate_serial' as serial, type
          from bakq.audit_record
          where type in ('CERTIFICATE_SUSPENDED', 'CERTIFICATE_SUSPENSION_LIFTED', 'CERTIFICATE_REVOKED')
            and details ->> 'certificate_serial' is not null
          order by details ->> 'certificate_serial', (type = 'CERTIFICATE_REVOKED') desc, sequence desc
        ) told
        full join (select ltrim(encode(serial, 'hex'), '0') as serial, state
          from bakq.certificate_register where state <> 'GOOD') registered
        on registered.serial = told.serial
      where case told.type when 'CERTIFICATE_REVOKED' then 'REVOKED'
          when 'CERTIFICATE_SUSPENDED' then 'SUSPENDED' else 'GOOD' end
        <> coalesce(registered.state, 'GOOD')
      limit 1""";

  private final RowMacs macs;

  public CertificateRegister(RowMacs macs) {
    this.macs = Objects.requireNonNull(macs);
  }

  /**
   * Takes a certificate in as good, before it is used for anything.
   *
   * @param credential which it is for; of certificates that are no citizen's, empty
   * @throws IllegalArgumentException if {@code credential} is not there for a citizen's
   *     certificate, or there for another
   * @throws org.jdbi.v3.core.JdbiException if it is registered already, or its serial number is
   */
  public RegisteredCertificate record(
      Handle handle,
      X509Certificate certificate,
      CertificateKind kind,
      Optional<CredentialId> credential,
      Instant now) {
    RegisteredCertificate registered =
        new RegisteredCertificate(
            certificate.getSerialNumber(),
            Certificates.encode(certificate).sha256(),
            kind,
            credential,
            Certificates.notBefore(certificate),
            Certificates.notAfter(certificate),
            CertificateState.GOOD,
            Optional.empty(),
            now,
            Optional.empty(),
            1);
    bindState(
            handle.createUpdate(
                """
                insert into bakq.certificate_register (serial, certificate_sha256, kind, credential_id,
                  not_before, not_after, state, reason, since, suspended_until, version, mac)
                values (:serial, :sha256, :kind, cast(:credential as uuid), :notBefore, :notAfter, :state,
                  :reason, :since, :until, :version, :mac)"""),
            registered)
        .bind("sha256", registered.certificateSha256().toByteArray())
        .bind("kind", kind.name())
        .bind("credential", credential.map(CredentialId::toString).orElse(null))
        .bind("notBefore", registered.notBefore().atOffset(ZoneOffset.UTC))
        .bind("notAfter", registered.notAfter().atOffset(ZoneOffset.UTC))
        .execute();
    return registered;
  }

  /** Remembers that a certificate just recorded waits for its credential to be linked. */
  public void awaitLink(Handle handle, RegisteredCertificate registered) {
    handle
        .createUpdate(
            "insert into bakq.unlinked_certificate (serial, issued_at) values (:serial, :at)")
        .bind("serial", encode(registered.serial()))
        .bind("at", registered.since().atOffset(ZoneOffset.UTC))
        .execute();
  }

  /**
   * Ends the waiting of {@link #awaitLink}, either way.
   *
   * @return false if it had ended: the certificate is linked, or was given up
   */
  public boolean endWait(Handle handle, BigInteger serial) {
    return handle
            .createUpdate("delete from bakq.unlinked_certificate where serial = :serial")
            .bind("serial", encode(serial))
            .execute()
        == 1;
  }

  /** Those that have waited since before {@code before}, the oldest first; at most 100. */
  public List<BigInteger> waitingSince(Handle handle, Instant before) {
    return handle
        .createQuery(
            """
            select serial from bakq.unlinked_certificate where issued_at < :before
            order by issued_at limit 100""")
        .bind("before", before.atOffset(ZoneOffset.UTC))
        .map((row, context) -> new BigInteger(1, row.getBytes("serial")))
        .list();
  }

  /**
   * The certificate with this serial number, whatever the number is.
   *
   * @throws AlteredRowException if the row does not stand under its MAC
   */
  public Optional<RegisteredCertificate> find(Handle handle, BigInteger serial) {
    return find(handle, serial, "");
  }

  /**
   * As {@link #find}, and keeps it from being suspended, lifted or revoked until the transaction
   * ends. Several may hold one so.
   */
  public Optional<RegisteredCertificate> findAndHold(Handle handle, BigInteger serial) {
    return find(handle, serial, " for share");
  }

  /**
   * As {@link #find}, for who tells others: the row has the state that the record tells last of the
   * certificate, and there is none without the other (CRT-08). Row and record are read by one
   * statement, so at one moment, and nothing is held.
   *
   * @throws AlteredRowException also if the row has another state than the record says, or is
   *     unknown to the record, or is missing though the record knows the certificate
   */
  public Optional<RegisteredCertificate> findAsRecorded(Handle handle, BigInteger serial) {
    if (!canBe(serial)) {
      return Optional.empty();
    }
    return handle
        .createQuery(
            "select "
                + RECORDED
                + " as recorded, "
                + COLUMNS
                + """
                     from (values (1)) always (one)
                    left join bakq.certificate_register on serial = :serial""")
        .bind("recordedSerial", serial.toString(16))
        .bind("serial", encode(serial))
        .map((row, context) -> readAsRecorded(row, serial))
        .one();
  }

  private Optional<RegisteredCertificate> readAsRecorded(ResultSet row, BigInteger serial)
      throws SQLException {
    Optional<RegisteredCertificate> found =
        row.getBytes("serial") == null ? Optional.empty() : Optional.of(read(row));
    Optional<CertificateState> recorded =
        Optional.ofNullable(row.getString("recorded")).map(CertificateState::valueOf);
    if (!found.map(RegisteredCertificate::state).equals(recorded)) {
      throw new AlteredRowException("certificate_register", serial.toString(16));
    }
    return found;
  }

  /**
   * The state in which the record has a certificate; empty if it knows none of this serial number.
   */
  public Optional<CertificateState> recordedState(Handle handle, BigInteger serial) {
    return handle
        .createQuery("select " + RECORDED)
        .bind("recordedSerial", serial.toString(16))
        .map((row, context) -> Optional.ofNullable(row.getString(1)).map(CertificateState::valueOf))
        .one();
  }

  /**
   * Requires that the same certificates are suspended, and the same revoked, in register and
   * record: what a list tells, and what it leaves out (CRT-08). One statement, so one moment. Its
   * cost grows with the changes of status that there ever were, not with the certificates; MACs are
   * not looked at.
   *
   * @throws AlteredRowException naming one that is not, or is missing in the register
   */
  public void requireAsRecorded(Handle handle) {
    Optional<String> other = handle.createQuery(NOT_AS_RECORDED).mapTo(String.class).findOne();
    if (other.isPresent()) {
      throw new AlteredRowException("certificate_register", other.get());
    }
  }

  /** Whether an authority may give a certificate this number at all. */
  private static boolean canBe(BigInteger serial) {
    return serial.signum() > 0 && serial.bitLength() <= MOST_SERIAL_BITS;
  }

  private Optional<RegisteredCertificate> find(Handle handle, BigInteger serial, String hold) {
    if (!canBe(serial)) {
      return Optional.empty();
    }
    return handle
        .createQuery(
            "select " + COLUMNS + " from bakq.certificate_register where serial = :serial" + hold)
        .bind("serial", encode(serial))
        .map((row, context) -> read(row))
        .findOne();
  }

  /**
   * Puts a good certificate on hold.
   *
   * @param until when it becomes a revocation if nobody has lifted it; after {@code now}
   * @throws IllegalStateException if it is not registered, or not good: the caller looks before
   */
  public RegisteredCertificate suspend(
      Handle handle, BigInteger serial, Instant now, Instant until) {
    if (!until.isAfter(now)) {
      throw new IllegalArgumentException("a suspension ends after it began");
    }
    RegisteredCertificate read = hold(handle, serial);
    require(read, read.state() == CertificateState.GOOD, "suspended");
    return change(handle, read, read.suspended(now, until));
  }

  /**
   * Makes a suspended certificate good again.
   *
   * @throws IllegalStateException if it is not registered, or not suspended; a revoked one never is
   */
  public RegisteredCertificate lift(Handle handle, BigInteger serial, Instant now) {
    RegisteredCertificate read = hold(handle, serial);
    require(read, read.state() == CertificateState.SUSPENDED, "lifted");
    return change(handle, read, read.good(now));
  }

  /**
   * Revokes a good or suspended certificate, for ever.
   *
   * @throws IllegalStateException if it is not registered, or revoked already: the first reason and
   *     time stay
   */
  public RegisteredCertificate revoke(
      Handle handle, BigInteger serial, RevocationReason reason, Instant now) {
    RegisteredCertificate read = hold(handle, serial);
    require(read, read.state() != CertificateState.REVOKED, "revoked");
    return change(handle, read, read.revoked(reason, now));
  }

  /**
   * The certificates that are suspended or revoked and whose time is not over for more than a day
   * (RFC 5280 section 3.3: they stay until a list was made after their end), by serial number: what
   * a revocation list tells. Each costs an HMAC in the HSM, so they come in pieces that one
   * transaction can hold.
   *
   * @param after the last serial number of the piece before; zero for the first
   * @return at most {@link #PIECE}; fewer in the last piece
   */
  public List<RegisteredCertificate> notGood(Handle handle, Instant now, BigInteger after) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + """
                     from bakq.certificate_register
                    where state <> 'GOOD' and not_after >= :now and serial > :after
                    order by serial limit :most""")
        .bind("now", now.minus(STAYS_AFTER_ITS_END).atOffset(ZoneOffset.UTC))
        .bind("after", encode(after))
        .bind("most", PIECE)
        .map((row, context) -> read(row))
        .list();
  }

  /**
   * How often any status has changed since the beginning: who sees the same number again has missed
   * nothing that was committed.
   */
  public long change(Handle handle) {
    return handle
        .createQuery("select number from bakq.certificate_register_change")
        .mapTo(Long.class)
        .one();
  }

  private RegisteredCertificate hold(Handle handle, BigInteger serial) {
    return find(handle, serial, " for update")
        .orElseThrow(() -> new IllegalStateException("no such certificate is registered"));
  }

  private static void require(RegisteredCertificate read, boolean allowed, String deed) {
    if (!allowed) {
      throw new IllegalStateException("a certificate that is " + read.state() + " is not " + deed);
    }
  }

  private RegisteredCertificate change(
      Handle handle, RegisteredCertificate read, RegisteredCertificate next) {
    read.state().requireStep(next.state());
    int updated =
        bindState(
                handle.createUpdate(
                    """
                    update bakq.certificate_register set state = :state, reason = :reason, since = :since,
                      suspended_until = :until, version = :version, mac = :mac
                    where serial = :serial and version = :readVersion"""),
                next)
            .bind("readVersion", read.version())
            .execute();
    if (updated != 1) {
      throw new IllegalStateException("the certificate was changed since it was read");
    }
    handle.execute("update bakq.certificate_register_change set number = number + 1");
    return next;
  }

  private <S extends SqlStatement<S>> S bindState(S statement, RegisteredCertificate registered) {
    return statement
        .bind("serial", encode(registered.serial()))
        .bind("state", registered.state().name())
        .bind("reason", registered.reason().map(RevocationReason::name).orElse(null))
        .bind("since", registered.since().atOffset(ZoneOffset.UTC))
        .bindByType(
            "until",
            registered.suspendedUntil().map(time -> time.atOffset(ZoneOffset.UTC)).orElse(null),
            OffsetDateTime.class)
        .bind("version", registered.version())
        .bind("mac", macs.mac(encoding(registered)).toByteArray());
  }

  private RegisteredCertificate read(ResultSet row) throws SQLException {
    BigInteger serial = new BigInteger(1, row.getBytes("serial"));
    RegisteredCertificate registered;
    try {
      registered = unverified(row, serial);
    } catch (IllegalArgumentException e) {
      throw new AlteredRowException("certificate_register", serial.toString(16), e);
    }
    macs.require(
        encoding(registered),
        Bytes.copyOf(row.getBytes("mac")),
        "certificate_register",
        serial.toString(16));
    return registered;
  }

  private static RegisteredCertificate unverified(ResultSet row, BigInteger serial)
      throws SQLException {
    return new RegisteredCertificate(
        serial,
        Bytes.copyOf(row.getBytes("certificate_sha256")),
        CertificateKind.valueOf(row.getString("kind")),
        Optional.ofNullable(row.getObject("credential_id", UUID.class)).map(CredentialId::new),
        time(row, "not_before").orElseThrow(),
        time(row, "not_after").orElseThrow(),
        CertificateState.valueOf(row.getString("state")),
        Optional.ofNullable(row.getString("reason")).map(RevocationReason::valueOf),
        time(row, "since").orElseThrow(),
        time(row, "suspended_until"),
        row.getLong("version"));
  }

  private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  /** Every column but the MAC itself. */
  private static Encoding encoding(RegisteredCertificate registered) {
    Encoding row =
        Encoding.of("bakq/row/certificate-register/v1")
            .bytes(encode(registered.serial()))
            .bytes(registered.certificateSha256())
            .text(registered.kind().name())
            .text(registered.credential().map(CredentialId::toString).orElse(""))
            .time(registered.notBefore())
            .time(registered.notAfter())
            .text(registered.state().name())
            .text(registered.reason().map(RevocationReason::name).orElse(""))
            .time(registered.since());
    registered.suspendedUntil().ifPresent(row::time);
    return row.number(registered.version());
  }

  /** Without the zero in front that says that it is positive. */
  private static byte[] encode(BigInteger serial) {
    byte[] signed = serial.toByteArray();
    return signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
  }
}
