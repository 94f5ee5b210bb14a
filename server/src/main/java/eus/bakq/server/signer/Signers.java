package eus.bakq.server.signer;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.EmailAddress;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.IdentityDocument;
import eus.bakq.server.vocabulary.IdentityDocumentType;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.MobileNumber;
import eus.bakq.server.vocabulary.PersonName;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The registered persons. Everything happens in the transaction of the handle that is given; every
 * row is read under its MAC, or not at all (ENR-14).
 *
 * <p>Safe for several threads.
 */
public final class Signers {
  /** Of whom messages to one number are counted. */
  private static final int MOST_WITH_ONE_NUMBER = 1000;

  private static final String COLUMNS =
      "id, dni, given_name, surname, birth_date, email, mobile, language, document_type,"
          + " document_number, document_expiry, identification_method, identified_at, officer,"
          + " evidence_sha256, state, version, row_mac";

  private static final SignerId NOBODY = new SignerId(new UUID(0, 0));

  private final RowMacs macs;
  private final AuditLog audit;

  public Signers(RowMacs macs, AuditLog audit) {
    this.macs = Objects.requireNonNull(macs);
    this.audit = Objects.requireNonNull(audit);
  }

  /**
   * What is to be recorded, last, in each transaction that writes the row of {@code signer}: its
   * version. A row in any other version is taken for altered.
   *
   * @param signer as it was written at last
   */
  public static AuditEvent written(Signer signer) {
    return AuditEvent.succeeded(
        AuditEventType.SIGNER_WRITTEN,
        "system",
        signer.id(),
        Map.of("version", Long.toString(signer.version())));
  }

  /** Does the work of reading a row that is not there (AUT-11). */
  public void standIn() {
    macs.standIn();
  }

  /**
   * Registers a new person, in version 1.
   *
   * @return false if a signer with this DNI or NIE is registered, in whatever state; nothing was
   *     changed then. Waits for another transaction that is registering the same one
   */
  public boolean insert(Handle handle, Signer signer) {
    if (signer.version() != 1 || signer.state() != SignerState.PENDING_ACTIVATION) {
      throw new IllegalArgumentException("a new signer is pending activation, in version 1");
    }
    return bind(
                handle.createUpdate(
                    "INSERT INTO signer ("
                        + COLUMNS
                        + """
                        ) VALUES (:id, :dni, :givenName, :surname, :birthDate, :email, :mobile,
                        :language, :documentType, :documentNumber, :documentExpiry,
                        :identificationMethod, :identifiedAt, :officer, :evidenceSha256, :state,
                        :version, :rowMac)
                        ON CONFLICT (dni) DO NOTHING
                        """),
                signer)
            .bind("dni", signer.dni().value())
            .bind("givenName", signer.name().givenName())
            .bind("surname", signer.name().surname())
            .bind("birthDate", signer.birthDate())
            .bind("email", signer.email().value())
            .bind("mobile", signer.mobile().value())
            .bind("language", signer.language().name())
            .execute()
        == 1;
  }

  /**
   * The signer with this number.
   *
   * @throws AlteredRowException if the row does not stand under its MAC, or the record has it in
   *     another version
   */
  public Optional<Signer> find(Handle handle, Dni dni) {
    return requireLatest(
        handle,
        () ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM signer WHERE dni = :dni")
                .bind("dni", dni.value())
                .map((row, context) -> read(row))
                .findOne());
  }

  /** As {@link #find(Handle, Dni)}, by id. */
  public Optional<Signer> find(Handle handle, SignerId id) {
    return requireLatest(
        handle,
        () ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM signer WHERE id = :id")
                .bind("id", id.value())
                .map((row, context) -> read(row))
                .findOne());
  }

  /** Everybody who has the same mobile number as {@code id}, and {@code id}; empty for nobody. */
  public List<SignerId> withTheNumberOf(Handle handle, SignerId id) {
    return handle
        .createQuery(
            """
            SELECT id FROM signer
            WHERE mobile = (SELECT mobile FROM signer WHERE id = :id) LIMIT :most""")
        .bind("id", id.value())
        .bind("most", MOST_WITH_ONE_NUMBER)
        .mapTo(UUID.class)
        .map(SignerId::new)
        .list();
  }

  /**
   * As {@link #find(Handle, Dni)}, and holds the row until the transaction ends, so that two acts
   * on one person follow one another.
   */
  public Optional<Signer> findAndHold(Handle handle, Dni dni) {
    return requireLatest(
        handle,
        () ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM signer WHERE dni = :dni FOR UPDATE")
                .bind("dni", dni.value())
                .map((row, context) -> read(row))
                .findOne());
  }

  /** As {@link #findAndHold(Handle, Dni)}, by id. */
  public Optional<Signer> findAndHold(Handle handle, SignerId id) {
    return requireLatest(
        handle,
        () ->
            handle
                .createQuery("SELECT " + COLUMNS + " FROM signer WHERE id = :id FOR UPDATE")
                .bind("id", id.value())
                .map((row, context) -> read(row))
                .findOne());
  }

  /**
   * Puts a signer into another state.
   *
   * @param signer as it was read
   * @return the signer in its next version
   * @throws IllegalStateException if its state does not allow {@code next}, or it was changed since
   *     it was read: a bug of the caller, who checks the state and holds the row
   */
  public Signer changeState(Handle handle, Signer signer, SignerState next) {
    signer.state().requireStep(next);
    return update(handle, signer, signer.next(next));
  }

  /**
   * Keeps that a person was identified again, with the document that was shown.
   *
   * @param signer as it was read
   * @return the signer in its next version
   * @throws IllegalStateException if it was changed since it was read
   */
  public Signer identifyAgain(
      Handle handle, Signer signer, IdentityDocument document, Identification identification) {
    return update(handle, signer, signer.next(document, identification));
  }

  private Signer update(Handle handle, Signer read, Signer next) {
    int updated =
        bind(
                handle.createUpdate(
                    """
                    UPDATE signer SET document_type = :documentType,
                      document_number = :documentNumber, document_expiry = :documentExpiry,
                      identification_method = :identificationMethod,
                      identified_at = :identifiedAt, officer = :officer,
                      evidence_sha256 = :evidenceSha256, state = :state, version = :version,
                      row_mac = :rowMac
                    WHERE id = :id AND version = :readVersion
                    """),
                next)
            .bind("readVersion", read.version())
            .execute();
    if (updated != 1) {
      throw new IllegalStateException("the signer was changed since it was read");
    }
    return next;
  }

  private <S extends SqlStatement<S>> S bind(S statement, Signer signer) {
    return statement
        .bind("id", signer.id().value())
        .bind("documentType", signer.identityDocument().type().name())
        .bind("documentNumber", signer.identityDocument().number())
        .bind("documentExpiry", signer.identityDocument().expiry())
        .bind("identificationMethod", signer.identification().method().name())
        .bind("identifiedAt", signer.identification().at())
        .bind("officer", signer.identification().officer().value())
        .bind("evidenceSha256", signer.identification().evidenceSha256().toByteArray())
        .bind("state", signer.state().name())
        .bind("version", signer.version())
        .bind("rowMac", macs.mac(encoding(signer)).toByteArray());
  }

  private Signer read(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    Signer signer;
    try {
      signer = unverified(row, new SignerId(id));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new AlteredRowException("signer", id.toString(), e);
    }
    macs.require(encoding(signer), Bytes.copyOf(row.getBytes("row_mac")), "signer", id);
    return signer;
  }

  /** The same statements for somebody who is not registered, or whose row was altered. */
  private Optional<Signer> requireLatest(Handle handle, Supplier<Optional<Signer>> row) {
    Optional<Signer> read;
    try {
      read = row.get();
    } catch (AlteredRowException e) {
      var _ = audit.signerVersion(handle, e.row());
      throw e;
    }
    String id = read.map(Signer::id).orElse(NOBODY).toString();
    long recorded = audit.signerVersion(handle, id);
    if (read.isPresent() && read.get().version() != recorded) {
      throw new AlteredRowException("signer", id);
    }
    return read;
  }

  private static Signer unverified(ResultSet row, SignerId id) throws SQLException {
    return new Signer(
        id,
        new Dni(row.getString("dni")),
        new PersonName(row.getString("given_name"), row.getString("surname")),
        row.getObject("birth_date", LocalDate.class),
        new EmailAddress(row.getString("email")),
        new MobileNumber(row.getString("mobile")),
        Language.valueOf(row.getString("language")),
        new IdentityDocument(
            IdentityDocumentType.valueOf(row.getString("document_type")),
            row.getString("document_number"),
            row.getObject("document_expiry", LocalDate.class)),
        new Identification(
            IdentificationMethod.valueOf(row.getString("identification_method")),
            row.getObject("identified_at", OffsetDateTime.class).toInstant(),
            new CallerName(row.getString("officer")),
            Bytes.copyOf(row.getBytes("evidence_sha256"))),
        SignerState.valueOf(row.getString("state")),
        row.getLong("version"));
  }

  /** Every column but the MAC itself. */
  private static Encoding encoding(Signer signer) {
    return Encoding.of("bakq/row/signer/v1")
        .id(signer.id().value())
        .text(signer.dni().value())
        .text(signer.name().givenName())
        .text(signer.name().surname())
        .number(signer.birthDate().toEpochDay())
        .text(signer.email().value())
        .text(signer.mobile().value())
        .text(signer.language().name())
        .text(signer.identityDocument().type().name())
        .text(signer.identityDocument().number())
        .number(signer.identityDocument().expiry().toEpochDay())
        .text(signer.identification().method().name())
        .time(signer.identification().at())
        .text(signer.identification().officer().value())
        .bytes(signer.identification().evidenceSha256())
        .text(signer.state().name())
        .number(signer.version());
  }
}
