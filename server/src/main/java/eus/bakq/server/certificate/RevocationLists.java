package eus.bakq.server.certificate;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority's revocation list, one for all processes, kept in the database. A new one is issued
 * when somebody wants it and the register has changed since, so that a revocation is told at once
 * (CRT-08), or when it is an hour old; so at most one an hour and one for each change. Its number
 * grows, also over a database that was set back: it is never below the seconds of its time.
 *
 * <p>Safe for several threads.
 */
public final class RevocationLists {
  /** An older list is replaced by one of the same content. */
  static final Duration LONGEST_AGE = Duration.ofHours(1);

  /** The most certificates that a list tells of: a longer one nobody should fetch. */
  private static final int MOST_NOT_GOOD = 100_000;

  /** How often the register is read again because it has changed meanwhile. */
  private static final int MOST_ATTEMPTS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(RevocationLists.class);

  private final Database database;
  private final CertificationAuthority authority;
  private final CertificateRegister register;
  private final RowMacs macs;
  private final AuditLog audit;

  public RevocationLists(
      Database database,
      CertificationAuthority authority,
      CertificateRegister register,
      RowMacs macs,
      AuditLog audit) {
    this.database = database;
    this.authority = authority;
    this.register = register;
    this.macs = macs;
    this.audit = audit;
  }

  /**
   * A list as it is kept.
   *
   * @param change the register's number of changes that it tells of
   */
  private record Issued(long number, long change, Instant time, Bytes list) {
    boolean isOf(long wanted, Instant since, Instant now) {
      return change == wanted
          && !time.isBefore(since)
          && !now.isBefore(time)
          && Duration.between(time, now).compareTo(LONGEST_AGE) < 0;
    }

    Encoding encoding() {
      return Encoding.of("bakq/row/revocation-list/v1")
          .number(number)
          .number(change)
          .time(time)
          .bytes(list.sha256());
    }
  }

  /**
   * The list in DER, of this moment's register.
   *
   * @throws UnavailableException if database or HSM do not answer
   * @throws AlteredRowException if somebody altered the register
   */
  public Bytes current() {
    return currentSince(Instant.MIN);
  }

  /**
   * As {@link #current}, for who asks about a certificate of {@code since}: a list from before a
   * certificate was issued says nothing about it.
   *
   * @param since a time of the database that is over
   */
  public Bytes currentSince(Instant since) {
    try {
      for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        Optional<Bytes> current = attempt(since);
        if (current.isPresent()) {
          return current.get();
        }
      }
      throw UnavailableException.temporarily("the register changes while it is read", null);
    } catch (RefusedException e) {
      throw new IllegalStateException("issuing a list refuses nothing", e);
    }
  }

  /** Empty if the register has changed while it was read. */
  private Optional<Bytes> attempt(Instant since) throws RefusedException {
    Optional<Bytes> kept = database.inTransaction(handle -> kept(handle, since));
    if (kept.isPresent()) {
      return kept;
    }
    long change = database.inTransaction(register::change);
    List<RegisteredCertificate> notGood = notGood();
    return database.inTransaction(handle -> issueIfUnchanged(handle, change, since, notGood));
  }

  private Optional<Bytes> kept(Handle handle, Instant since) {
    Instant now = Database.now(handle);
    long change = register.change(handle);
    return read(handle, "").filter(list -> list.isOf(change, since, now)).map(Issued::list);
  }

  /** Piece by piece, each in a transaction of its own: a long list is many HMACs. */
  private List<RegisteredCertificate> notGood() throws RefusedException {
    List<RegisteredCertificate> all = new ArrayList<>();
    while (true) {
      BigInteger after = all.isEmpty() ? BigInteger.ZERO : all.getLast().serial();
      List<RegisteredCertificate> piece =
          database.inTransaction(handle -> register.notGood(handle, Database.now(handle), after));
      all.addAll(piece);
      if (all.size() > MOST_NOT_GOOD) {
        throw new IllegalStateException("too many certificates for one revocation list");
      }
      if (piece.size() < CertificateRegister.PIECE) {
        return all;
      }
    }
  }

  private Optional<Bytes> issueIfUnchanged(
      Handle handle, long change, Instant since, List<RegisteredCertificate> notGood) {
    // Whoever comes second finds what the first has issued.
    Optional<Issued> held = read(handle, " for update");
    long changeNow = register.change(handle);
    Instant now = Database.now(handle);
    Optional<Issued> issued = held.filter(list -> list.isOf(changeNow, since, now));
    if (issued.isPresent()) {
      return issued.map(Issued::list);
    }
    return changeNow == change
        ? Optional.of(issue(handle, held, change, notGood, now).list())
        : Optional.empty();
  }

  /**
   * @param change read before {@code notGood} was: what changes after this is told by the next list
   */
  private Issued issue(
      Handle handle,
      Optional<Issued> before,
      long change,
      List<RegisteredCertificate> notGood,
      Instant now) {
    long number = Math.max(before.map(list -> list.number() + 1).orElse(1L), now.getEpochSecond());
    Issued issued = new Issued(number, change, now, authority.revocationList(number, notGood, now));
    handle
        .createUpdate(
            """
            update bakq.revocation_list set number = :number, register_change = :change, issued_at = :time,
              list = :list, mac = :mac""")
        .bind("number", number)
        .bind("change", change)
        .bind("time", now.atOffset(ZoneOffset.UTC))
        .bind("list", issued.list().toByteArray())
        .bind("mac", macs.mac(issued.encoding()).toByteArray())
        .execute();
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.REVOCATION_LIST_ISSUED,
            "system",
            "authority",
            Map.of(
                "number", Long.toString(number),
                "entries", Integer.toString(notGood.size()),
                "list_sha256", issued.list().sha256().toHex())));
    return issued;
  }

  /** Empty before the first, and if it was altered: then a new one is issued in its place. */
  private Optional<Issued> read(Handle handle, String hold) {
    try {
      return handle
          .createQuery(
              "select number, register_change, issued_at, list, mac from bakq.revocation_list"
                  + hold)
          .map((row, context) -> read(row))
          .one();
    } catch (AlteredRowException e) {
      LOG.atError().setCause(e).log("the revocation list was altered and is issued anew");
      return Optional.empty();
    }
  }

  private Optional<Issued> read(ResultSet row) throws SQLException {
    byte[] list = row.getBytes("list");
    if (list == null) {
      return Optional.empty();
    }
    Issued issued =
        new Issued(
            row.getLong("number"),
            row.getLong("register_change"),
            row.getObject("issued_at", OffsetDateTime.class).toInstant(),
            Bytes.copyOf(list));
    macs.require(issued.encoding(), Bytes.copyOf(row.getBytes("mac")), "revocation_list", 1);
    return Optional.of(issued);
  }
}
