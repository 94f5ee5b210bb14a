package eus.bakq.server.credential;

import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The credentials. Every row is under a MAC by the record token over all its columns (ENR-14): one
 * that was altered, or made by somebody with the database alone, is never used. Safe for several
 * threads.
 */
public final class Credentials {
  private static final String COLUMNS =
      "id, signer_id, state, purpose, key_algorithm, public_key, certificate, issuers, activation_mechanism,"
          + " password_generation, epoch, wrap_mechanism, wrap_parameter, seal_version, seal_salt, seal_nonce,"
          + " sealed_key, created_at, expires_at, version, mac";

  private final RowMacs macs;

  public Credentials(RowMacs macs) {
    this.macs = macs;
  }

  /** Does the work of reading a row that is not there (AUT-11). */
  public void standIn() {
    macs.standIn();
  }

  /**
   * Links a key and its certificate to a signer, ready for use.
   *
   * @throws org.jdbi.v3.core.JdbiException if the signer has a usable credential for this purpose
   *     already, or the key or certificate is in use
   */
  public void insert(Handle handle, Credential credential) {
    SealedKey sealed = credential.sealedKey().orElseThrow();
    handle
        .createUpdate(
            """
            insert into bakq.credential (id, signer_id, state, purpose, key_algorithm, public_key, certificate, issuers,
              activation_mechanism, password_generation, epoch, wrap_mechanism, wrap_parameter, seal_version,
              seal_salt, seal_nonce, sealed_key, created_at, expires_at, version, mac)
            values (:id, :signer, :state, :purpose, :algorithm, :publicKey, :certificate, :issuers, :mechanism, :generation,
              :epoch, :wrapMechanism, :wrapParameter, :sealVersion, :sealSalt, :sealNonce, :sealedKey, :createdAt,
              :expiresAt, :version, :mac)""")
        .bind("id", credential.id().value())
        .bind("signer", credential.signer().value())
        .bind("state", credential.state().name())
        .bind("purpose", credential.purpose().name())
        .bind("algorithm", credential.keyAlgorithm().name())
        .bind("publicKey", credential.certificate().getPublicKey().getEncoded())
        .bind("certificate", Certificates.encode(credential.certificate()).toByteArray())
        .bind("issuers", Certificates.encodeAll(credential.issuers()))
        .bind("mechanism", credential.binding().activationMechanism())
        .bind("generation", credential.binding().passwordGeneration())
        .bind("epoch", credential.binding().epoch())
        .bind("wrapMechanism", credential.binding().wrapMechanism())
        .bind("wrapParameter", credential.binding().wrapParameter().toByteArray())
        .bind("sealVersion", sealed.version())
        .bind("sealSalt", sealed.salt().toByteArray())
        .bind("sealNonce", sealed.nonce().toByteArray())
        .bind("sealedKey", sealed.ciphertext().toByteArray())
        .bind("createdAt", credential.createdAt().atOffset(ZoneOffset.UTC))
        .bind("expiresAt", expiry(credential).atOffset(ZoneOffset.UTC))
        .bind("version", credential.version())
        .bind("mac", macs.mac(encoding(credential)).toByteArray())
        .execute();
  }

  /** The credential {@code id}. */
  public Optional<Credential> find(Handle handle, CredentialId id) {
    return handle
        .createQuery("select " + COLUMNS + " from bakq.credential where id = :id")
        .bind("id", id.value())
        .map(this::read)
        .findOne();
  }

  /** The signer's credential for {@code purpose} that is ACTIVE or SUSPENDED: at most one. */
  public Optional<Credential> findUsable(
      Handle handle, SignerId signer, CredentialPurpose purpose) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from bakq.credential where signer_id = :signer and purpose = :purpose"
                + " and state in ('ACTIVE', 'SUSPENDED')")
        .bind("signer", signer.value())
        .bind("purpose", purpose.name())
        .map(this::read)
        .findOne();
  }

  /**
   * All of the signer's credentials that are ACTIVE or SUSPENDED, whatever they are for, held until
   * the transaction ends. The ledger may still refer to them: who reserves holds the register's row
   * and writes the ledger's, who suspends holds the credential's and wants the register's, and
   * neither must wait for the other in a circle.
   */
  public List<Credential> holdUsable(Handle handle, SignerId signer) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from bakq.credential where signer_id = :signer"
                + " and state in ('ACTIVE', 'SUSPENDED') order by purpose for no key update")
        .bind("signer", signer.value())
        .map(this::read)
        .list();
  }

  /**
   * Suspends an active credential.
   *
   * @param credential as it was read, held
   * @throws IllegalStateException if it is not active, or was changed since it was read
   */
  public Credential suspend(Handle handle, Credential credential) {
    require(credential, CredentialState.ACTIVE);
    return update(handle, credential, credential.in(CredentialState.SUSPENDED));
  }

  /**
   * Makes a suspended credential active again.
   *
   * @param credential as it was read, held
   * @throws IllegalStateException if it is not suspended, or was changed since it was read
   */
  public Credential lift(Handle handle, Credential credential) {
    require(credential, CredentialState.SUSPENDED);
    return update(handle, credential, credential.in(CredentialState.ACTIVE));
  }

  /**
   * Erases the sealed key of a credential whose certificate has ended (KEY-10). The row stays, for
   * good, and tells that there was one; the record tells when and why.
   *
   * @param credential as it was read, held
   * @throws IllegalStateException if its key is destroyed, or it was changed since it was read
   */
  public Credential destroyKey(Handle handle, Credential credential) {
    if (credential.sealedKey().isEmpty()) {
      throw new IllegalStateException("the key is destroyed already");
    }
    return update(handle, credential, credential.withoutKey());
  }

  /**
   * Whose credentials may have a suspension that is over, or a certificate that is, unjudged: who
   * acts on one reads it. At most 100.
   */
  public List<SignerId> signersWithSomethingOver(Handle handle, Instant now) {
    return handle
        .createQuery(
            """
            select distinct signer_id from (
              (select c.signer_id from bakq.certificate_register r
                join bakq.credential c on c.id = r.credential_id and c.state = 'SUSPENDED'
                where r.state = 'SUSPENDED' and r.suspended_until <= :now
                order by r.suspended_until limit 50)
              union all
              (select signer_id from bakq.credential
                where state in ('ACTIVE', 'SUSPENDED') and expires_at < :now
                order by expires_at limit 50)) overdue""")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .map((row, context) -> new SignerId(row.getObject("signer_id", UUID.class)))
        .list();
  }

  /**
   * Credentials of the time before there was a register, whose certificates are to be recorded
   * there; at most 100.
   */
  public List<CredentialId> findUnregistered(Handle handle) {
    return handle
        .createQuery(
            "select id from bakq.credential where expires_at is null order by id limit 100")
        .map((row, context) -> new CredentialId(row.getObject("id", UUID.class)))
        .list();
  }

  /** Ends that a credential is found by {@link #findUnregistered}. */
  public void markRegistered(Handle handle, Credential credential) {
    handle
        .createUpdate("update bakq.credential set expires_at = :expiresAt where id = :id")
        .bind("expiresAt", expiry(credential).atOffset(ZoneOffset.UTC))
        .bind("id", credential.id().value())
        .execute();
  }

  private static Instant expiry(Credential credential) {
    return Certificates.notAfter(credential.certificate());
  }

  private static void require(Credential credential, CredentialState state) {
    if (credential.state() != state) {
      throw new IllegalStateException("a credential that is " + credential.state() + " stays so");
    }
  }

  private Credential update(Handle handle, Credential read, Credential next) {
    read.state().requireStep(next.state());
    int updated =
        handle
            .createUpdate(
                """
                update bakq.credential set state = :state, version = :version, mac = :mac,
                  sealed_key = case when :hasKey then sealed_key end
                where id = :id and version = :readVersion""")
            .bind("id", next.id().value())
            .bind("state", next.state().name())
            .bind("version", next.version())
            .bind("mac", macs.mac(encoding(next)).toByteArray())
            .bind("hasKey", next.sealedKey().isPresent())
            .bind("readVersion", read.version())
            .execute();
    if (updated != 1) {
      throw new IllegalStateException("the credential was changed since it was read");
    }
    return next;
  }

  private Credential read(ResultSet row, StatementContext context) throws SQLException {
    SignerId signer = new SignerId(row.getObject("signer_id", UUID.class));
    CredentialId id = new CredentialId(row.getObject("id", UUID.class));
    Bytes publicKey = Bytes.copyOf(row.getBytes("public_key"));
    SealBinding binding =
        new SealBinding(
            signer,
            id,
            CredentialPurpose.valueOf(row.getString("purpose")),
            publicKey.sha256(),
            row.getString("activation_mechanism"),
            row.getInt("password_generation"),
            row.getString("epoch"),
            row.getLong("wrap_mechanism"),
            Bytes.copyOf(row.getBytes("wrap_parameter")),
            KeyAlgorithm.valueOf(row.getString("key_algorithm")));
    byte[] sealedKey = row.getBytes("sealed_key");
    Credential credential =
        new Credential(
            id,
            signer,
            CredentialState.valueOf(row.getString("state")),
            Certificates.decode(row.getBytes("certificate")),
            Certificates.decodeAll(row.getBytes("issuers")),
            binding,
            sealedKey == null
                ? Optional.empty()
                : Optional.of(
                    new SealedKey(
                        row.getInt("seal_version"),
                        Bytes.copyOf(row.getBytes("seal_salt")),
                        Bytes.copyOf(row.getBytes("seal_nonce")),
                        Bytes.copyOf(sealedKey))),
            row.getObject("created_at", OffsetDateTime.class).toInstant(),
            row.getLong("version"));
    macs.require(encoding(credential), Bytes.copyOf(row.getBytes("mac")), "credential", id);
    OffsetDateTime expiresAt = row.getObject("expires_at", OffsetDateTime.class);
    if ((expiresAt != null && !expiresAt.toInstant().equals(expiry(credential)))
        || !publicKey.equals(Bytes.copyOf(credential.certificate().getPublicKey().getEncoded()))) {
      throw new AlteredRowException("credential", id.toString());
    }
    return credential;
  }

  /**
   * Every column but the MAC itself and the certificate's end, which is compared with the
   * certificate. Those for signing as before there were others.
   */
  private static Encoding encoding(Credential credential) {
    String domain =
        switch (credential.purpose()) {
          case SIGNATURE -> "bakq/row/credential/v1";
          case AUTHENTICATION -> "bakq/row/credential-authentication/v1";
        };
    Encoding row =
        Encoding.of(domain)
            .number(credential.version())
            .bytes(credential.binding().authenticatedData(Seal.VERSION))
            .text(credential.state().name())
            .bytes(Certificates.encode(credential.certificate()))
            .bytes(Certificates.encodeAll(credential.issuers()))
            .time(credential.createdAt())
            .number(credential.sealedKey().isPresent() ? 1 : 0);
    if (credential.sealedKey().isPresent()) {
      SealedKey sealed = credential.sealedKey().get();
      row.number(sealed.version())
          .bytes(sealed.salt())
          .bytes(sealed.nonce())
          .bytes(sealed.ciphertext());
    }
    return row;
  }
}
