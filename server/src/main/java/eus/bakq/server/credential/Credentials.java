package eus.bakq.server.credential;

import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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
      "id, signer_id, state, key_algorithm, public_key, certificate, issuers, activation_mechanism,"
          + " password_generation, epoch, wrap_mechanism, wrap_parameter, seal_version, seal_salt, seal_nonce,"
          + " sealed_key, created_at, version, mac";

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
   * @throws org.jdbi.v3.core.JdbiException if the signer has a usable credential already, or the
   *     key or certificate is in use
   */
  public void insert(Handle handle, Credential credential) {
    SealedKey sealed = credential.sealedKey().orElseThrow();
    handle
        .createUpdate(
            """
            insert into bakq.credential (id, signer_id, state, key_algorithm, public_key, certificate, issuers,
              activation_mechanism, password_generation, epoch, wrap_mechanism, wrap_parameter, seal_version,
              seal_salt, seal_nonce, sealed_key, created_at, version, mac)
            values (:id, :signer, :state, :algorithm, :publicKey, :certificate, :issuers, :mechanism, :generation,
              :epoch, :wrapMechanism, :wrapParameter, :sealVersion, :sealSalt, :sealNonce, :sealedKey, :createdAt,
              :version, :mac)""")
        .bind("id", credential.id().value())
        .bind("signer", credential.signer().value())
        .bind("state", credential.state().name())
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

  /** The signer's credential that is ACTIVE or SUSPENDED; there is at most one. */
  public Optional<Credential> findUsable(Handle handle, SignerId signer) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from bakq.credential where signer_id = :signer and state in ('ACTIVE', 'SUSPENDED')")
        .bind("signer", signer.value())
        .map(this::read)
        .findOne();
  }

  private Credential read(ResultSet row, StatementContext context) throws SQLException {
    SignerId signer = new SignerId(row.getObject("signer_id", UUID.class));
    CredentialId id = new CredentialId(row.getObject("id", UUID.class));
    Bytes publicKey = Bytes.copyOf(row.getBytes("public_key"));
    SealBinding binding =
        new SealBinding(
            signer,
            id,
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
    if (!publicKey.equals(Bytes.copyOf(credential.certificate().getPublicKey().getEncoded()))) {
      throw new AlteredRowException("credential", id.toString());
    }
    return credential;
  }

  /** Every column but the MAC itself. */
  private static Encoding encoding(Credential credential) {
    Encoding row =
        Encoding.of("bakq/row/credential/v1")
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
