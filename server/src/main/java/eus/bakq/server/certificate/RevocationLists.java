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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authority's revocation list, one for all processes, kept in the database. A new one is issued
 * when somebody wants it and the register has changed since, so that a revocation is told at once
 * (CRT-08), or when it is an hour old; so at most one an hour and one for each change. Its number
 * grows, also over a database that was set back: it is never below the seconds of its time.
 *
 * <p>One at a time reads the register, in this process, and whoever asked before he began is served
 * with him. So also while certificates are revoked one after the other, each gets a list that tells
 * all that was committed when he asked.
 *
 * <p>Safe for several threads.
 */
public final class RevocationLists {
  /** An older list is replaced by one of the same content. */
  static final Duration LONGEST_AGE = Duration.ofHours(1);

  /** The most certificates that a list tells of: a longer one nobody should fetch. */
  private static final int MOST_NOT_GOOD = 100_000;

  /** How long somebody waits while another reads the register. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(RevocationLists.class);

  private final Database database;
  private final CertificationAuthority authority;
  private final CertificateRegister register;
  private final RowMacs macs;
  private final AuditLog audit;

  /** To read the register: an HMAC for each row. Who waits for it keeps no connection. */
  private final Semaphore turn = new Semaphore(1, true);

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
    boolean tells(long wanted, Instant since, Instant now) {
      return change >= wanted
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
   * What was asked for.
   *
   * @param change the register's number of changes at that moment
   * @param list if there was one that tells them
   */
  private record Asked(long change, Optional<Bytes> list) {}

  /** When the register is read from, and how often it had changed by then. */
  private record Moment(long change, Instant time) {}

  /**
   * The list in DER, of this moment's register.
   *
   * @throws UnavailableException if database or HSM do not answer, or others read the register for
   *     too long
   * @throws AlteredRowException if somebody altered the register, or set it back to before what the
   *     record says
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
      Asked asked = database.inTransaction(handle -> asked(handle, since));
      return asked.list().isPresent() ? asked.list().get() : inTurn(asked.change(), since);
    } catch (RefusedException e) {
      throw new IllegalStateException("issuing a list refuses nothing", e);
    }
  }

  private Asked asked(Handle handle, Instant since) {
    long change = register.change(handle);
    return new Asked(change, kept(handle, change, since));
  }

  private Bytes inTurn(long change, Instant since) throws RefusedException {
    takeTurn();
    try {
      Optional<Bytes> kept = database.inTransaction(handle -> kept(handle, change, since));
      return kept.isPresent() ? kept.get() : issueAnew(since);
    } finally {
      turn.release();
    }
  }

  private void takeTurn() {
    try {
      if (!turn.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw UnavailableException.temporarily("the register is being read for a list", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for a list", e);
    }
  }

  private Optional<Bytes> kept(Handle handle, long change, Instant since) {
    Instant now = Database.now(handle);
    return read(handle, "").filter(list -> list.tells(change, since, now)).map(Issued::list);
  }

  private Bytes issueAnew(Instant since) throws RefusedException {
    Moment moment =
        database.inTransaction(handle -> new Moment(register.change(handle), Database.now(handle)));
    List<RegisteredCertificate> notGood = notGood();
    // Whoever sets rows back has it from here on that no list is issued, and not that one lies.
    database.transact(register::requireAsRecorded);
    return database.inTransaction(handle -> issueUnlessThereIs(handle, moment, since, notGood));
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

  private Bytes issueUnlessThereIs(
      Handle handle, Moment moment, Instant since, List<RegisteredCertificate> notGood) {
    // Whoever comes second, of several processes, finds what the first has issued.
    Optional<Issued> held = read(handle, " for update");
    Instant now = Database.now(handle);
    return held.filter(list -> list.tells(moment.change(), since, now))
        .orElseGet(() -> issue(handle, held, moment, notGood))
        .list();
  }

  /**
   * What changes after {@code moment} is told by the next list: this one is dated when it was read,
   * though not before the last one.
   */
  private Issued issue(
      Handle handle, Optional<Issued> before, Moment moment, List<RegisteredCertificate> notGood) {
    Instant time =
        before.map(Issued::time).filter(last -> last.isAfter(moment.time())).orElse(moment.time());
    long number = Math.max(before.map(list -> list.number() + 1).orElse(1L), time.getEpochSecond());
    Issued issued =
        new Issued(number, moment.change(), time, authority.revocationList(number, notGood, time));
    handle
        .createUpdate(
            """
            update bakq.revocation_list set number = :number, register_change = :change, issued_at = :time,
              list = :list, mac = :mac""")
        .bind("number", number)
        .bind("change", issued.change())
        .bind("time", time.atOffset(ZoneOffset.UTC))
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
      Database.notice(handle, e);
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
