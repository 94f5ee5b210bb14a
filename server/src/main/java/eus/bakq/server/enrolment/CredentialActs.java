package eus.bakq.server.enrolment;

import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What was done with persons' credentials, for the notices that tell them. Only added to; every row
 * is read under its MAC, so that nobody with the database alone has such a notice sent.
 *
 * <p>Safe for several threads.
 */
public final class CredentialActs {
  private static final String SUSPENDED = "SUSPENDED";
  private static final String LIFTED = "LIFTED";
  private static final String REVOKED = "REVOKED";
  private static final String EXPIRED = "EXPIRED";
  private static final String PASSWORD_CHANGED = "PASSWORD_CHANGED";

  private final RowMacs macs;
  private final SecureRandom random;

  public CredentialActs(RowMacs macs, SecureRandom random) {
    this.macs = Objects.requireNonNull(macs);
    this.random = Objects.requireNonNull(random);
  }

  /** Keeps what is done in the transaction of {@code handle}. */
  CredentialAct insert(Handle handle, SignerId signer, CredentialDeed deed, Instant now) {
    CredentialAct act = new CredentialAct(RandomIds.next(random), signer, deed, now);
    handle
        .createUpdate(
            """
            insert into bakq.credential_act (id, signer_id, kind, reason, done_at, suspended_until, mac)
            values (:id, :signer, :kind, :reason, :at, :until, :mac)""")
        .bind("id", act.id())
        .bind("signer", signer.value())
        .bind("kind", kind(deed))
        .bind("reason", reason(deed).orElse(null))
        .bind("at", now.atOffset(ZoneOffset.UTC))
        .bindByType(
            "until",
            until(deed).map(time -> time.atOffset(ZoneOffset.UTC)).orElse(null),
            OffsetDateTime.class)
        .bind("mac", macs.mac(encoding(act)).toByteArray())
        .execute();
    return act;
  }

  /**
   * The act with this id.
   *
   * @throws AlteredRowException if its row does not stand under its MAC
   */
  Optional<CredentialAct> find(Handle handle, UUID id) {
    return handle
        .createQuery(
            """
            select id, signer_id, kind, reason, done_at, suspended_until, mac
            from bakq.credential_act where id = :id""")
        .bind("id", id)
        .map((row, context) -> read(row))
        .findOne();
  }

  private CredentialAct read(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    CredentialAct act;
    try {
      act =
          new CredentialAct(
              id,
              new SignerId(row.getObject("signer_id", UUID.class)),
              deed(row),
              row.getObject("done_at", OffsetDateTime.class).toInstant());
    } catch (IllegalArgumentException e) {
      throw new AlteredRowException("credential_act", id.toString(), e);
    }
    macs.require(encoding(act), Bytes.copyOf(row.getBytes("mac")), "credential_act", id);
    return act;
  }

  private static CredentialDeed deed(ResultSet row) throws SQLException {
    String kind = row.getString("kind");
    return switch (kind) {
      case SUSPENDED ->
          new CredentialDeed.Suspended(
              SuspensionReason.valueOf(row.getString("reason")),
              row.getObject("suspended_until", OffsetDateTime.class).toInstant());
      case LIFTED -> new CredentialDeed.Lifted();
      case EXPIRED -> new CredentialDeed.Expired();
      case PASSWORD_CHANGED -> new CredentialDeed.PasswordChanged();
      case REVOKED -> new CredentialDeed.Revoked(RevocationReason.valueOf(row.getString("reason")));
      default -> throw new IllegalArgumentException("an act of an unknown kind");
    };
  }

  private static String kind(CredentialDeed deed) {
    return switch (deed) {
      case CredentialDeed.Suspended _ -> SUSPENDED;
      case CredentialDeed.Lifted _ -> LIFTED;
      case CredentialDeed.Expired _ -> EXPIRED;
      case CredentialDeed.PasswordChanged _ -> PASSWORD_CHANGED;
      case CredentialDeed.Revoked _ -> REVOKED;
    };
  }

  private static Optional<String> reason(CredentialDeed deed) {
    return switch (deed) {
      case CredentialDeed.Suspended suspended -> Optional.of(suspended.reason().name());
      case CredentialDeed.Lifted _, CredentialDeed.Expired _, CredentialDeed.PasswordChanged _ ->
          Optional.empty();
      case CredentialDeed.Revoked revoked -> Optional.of(revoked.reason().name());
    };
  }

  private static Optional<Instant> until(CredentialDeed deed) {
    return deed instanceof CredentialDeed.Suspended suspended
        ? Optional.of(suspended.until())
        : Optional.empty();
  }

  /** Every column but the MAC itself. */
  private static Encoding encoding(CredentialAct act) {
    Encoding row =
        Encoding.of("bakq/row/credential-act/v1")
            .id(act.id())
            .id(act.signer().value())
            .text(kind(act.deed()))
            .text(reason(act.deed()).orElse(""))
            .time(act.at());
    until(act.deed()).ifPresent(row::time);
    return row;
  }
}
