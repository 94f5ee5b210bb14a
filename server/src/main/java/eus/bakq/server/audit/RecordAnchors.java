package eus.bakq.server.audit;

import eus.bakq.server.audit.RefusedHistory.Agreed;
import eus.bakq.server.audit.RefusedHistory.Finding;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.HistoryStanding;
import eus.bakq.server.database.HistoryTrust;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AnchorPlace;
import eus.bakq.server.hsm.OfficersKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the head of the record outside the database, and holds the database to it (AUD-16;
 * docs/adr/0023): in a file of this node before anything is released, and in the tokens that the
 * binding opens, which all nodes share, soon after. A database that lacks what was anchored was set
 * back, cut off or rewritten, or is another one: nothing is done with it until both officers have
 * signed that it may go on from where it is. Safe for several threads.
 */
public final class RecordAnchors {
  private static final Logger LOG = LoggerFactory.getLogger(RecordAnchors.class);

  /** How long somebody's turn is waited for. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /** "anchor" in ASCII: of all nodes of a database one writes to the tokens at a time. */
  private static final long TOKENS_LOCK = 0x616e63686f72L;

  private final Database database;
  private final AuditLog audit;
  private final AnchorFile file;
  private final List<AnchorPlace> tokens;
  private final RefusedHistory refused;
  private final HistoryTrust trust;

  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicLong arrivals = new AtomicLong();

  /** Up to which arrival the file is anchored; in turn only, as all below. */
  private long covered;

  /** What each place keeps, as far as this node has read or written it. */
  private final Map<String, Anchor> known = new HashMap<>();

  /** How often anchors were set by the officers: what was read before that says nothing. */
  private long reconciliations;

  private boolean told;
  private boolean signatureTold;

  /**
   * @param tokens where it is kept beside the file
   * @param officers who alone may say that a database goes on from an older state
   * @param trust is told what was found
   */
  public RecordAnchors(
      Database database,
      AuditLog audit,
      AnchorSettings settings,
      List<AnchorPlace> tokens,
      OfficersKey officers,
      HistoryTrust trust) {
    this.database = database;
    this.audit = audit;
    this.file = new AnchorFile(settings.file());
    this.tokens = List.copyOf(tokens);
    this.refused = new RefusedHistory(file, officers);
    this.trust = trust;
  }

  /** What a look at the database found: its head, and which anchors it does not have. */
  private record Found(Optional<Anchor> head, List<Anchor> missing) {}

  /**
   * The first look, before anything is done for anybody: reads every place, and judges. A token
   * that is away is read when it is back; another one of its kind must be there.
   *
   * @throws UnavailableException if a place, or the database, does not answer
   */
  public void begin() throws RefusedException {
    for (AnchorPlace place : tokensThatAnswer()) {
      keepInMind(place, read(place));
    }
    keepInMind(file, read(file));
    look();
  }

  /**
   * Returns when all that was committed before the call is anchored in the file: one write for all
   * who wait. To be called outside of transactions, before a signature is released.
   *
   * @throws UnavailableException if that cannot be done now, or the database is older than an
   *     anchor: nothing may be released
   */
  public void requireAnchored() throws RefusedException {
    long arrival = arrivals.incrementAndGet();
    takeTurn();
    try {
      if (covered < arrival) {
        lookInTurn();
      }
    } finally {
      turn.unlock();
    }
    trust.require();
  }

  /**
   * Judges the database by what was anchored, and anchors its head in the file if it has grown.
   *
   * @throws UnavailableException if database or file do not answer
   */
  public void look() throws RefusedException {
    takeTurn();
    try {
      lookInTurn();
    } finally {
      turn.unlock();
    }
  }

  /**
   * Reads the tokens' anchors, which other nodes advance too, judges, and advances those that are
   * behind. They never go back. One that is away is judged and advanced when it is back: what it
   * keeps is older then, and no reason to believe anything else.
   *
   * @throws UnavailableException if the tokens, the database or the file do not answer
   */
  public void advanceTokens() throws RefusedException {
    long before = inTurn(() -> reconciliations);
    Map<AnchorPlace, Optional<Anchor>> kept = new LinkedHashMap<>();
    for (AnchorPlace place : tokensThatAnswer()) {
      kept.put(place, read(place)); // not in turn: a token may let us wait
    }
    inTurn(
        () -> {
          if (reconciliations == before) {
            kept.forEach(this::keepInMind);
          }
          return true;
        });
    look();
    Optional<Anchor> head = inTurn(this::anchoredHead);
    boolean behind =
        head.isPresent()
            && kept.values().stream()
                .anyMatch(
                    anchor -> anchor.isEmpty() || anchor.get().sequence() < head.get().sequence());
    if (behind) {
      database.transact(handle -> advance(handle, head.get()));
    }
  }

  private <T> T inTurn(Supplier<T> read) {
    takeTurn();
    try {
      return read.get();
    } finally {
      turn.unlock();
    }
  }

  private void lookInTurn() throws RefusedException {
    long arrived = arrivals.get();
    Found found = database.inTransaction(this::find);
    if (!found.missing().isEmpty() && !isReconciled(found)) {
      trust.found(HistoryStanding.OLDER_THAN_ANCHOR);
      tell(found);
      return;
    }
    if (found.missing().isEmpty() && found.head().isPresent()) {
      keepInFile(found.head().get());
    }
    trust.found(HistoryStanding.CONFIRMED);
    told = false;
    covered = arrived;
  }

  private Found find(Handle handle) {
    return new Found(
        audit.head(handle),
        known.values().stream().distinct().filter(anchor -> !audit.has(handle, anchor)).toList());
  }

  private void keepInFile(Anchor head) {
    if (head.equals(known.get(file.name()))) {
      return;
    }
    try {
      file.keep(head.encoded());
    } catch (UnavailableException e) {
      trust.found(HistoryStanding.NOT_ANCHORED);
      throw e;
    }
    known.put(file.name(), head);
  }

  /** Says it to the operators and in the record of what there is, once; and to the officers. */
  private void tell(Found found) throws RefusedException {
    if (!told) {
      LOG.atError()
          .addKeyValue("anchored", found.missing())
          .addKeyValue("head", found.head())
          .log("the database is older than an anchor of its record");
      database.transact(handle -> audit.append(handle, refusedEvent(found)));
      told = true;
    }
    Optional<Finding> written = refused.written().filter(finding -> covers(finding, found));
    if (written.isEmpty() || !isThere(written.get().head())) {
      Anchor head = database.inTransaction(audit::head).orElseThrow();
      refused.write(Finding.of(found.missing(), head));
    }
  }

  private boolean isThere(Anchor head) throws RefusedException {
    return database.inTransaction(handle -> audit.has(handle, head));
  }

  private static boolean covers(Finding finding, Found found) {
    return finding.anchors().containsAll(found.missing());
  }

  /** Whether both officers have agreed to exactly this; then all anchors are set to the head. */
  private boolean isReconciled(Found found) throws RefusedException {
    Optional<Agreed> agreed = refused.agreed();
    boolean fits =
        agreed.isPresent()
            && covers(agreed.get().finding(), found)
            && isThere(agreed.get().finding().head());
    if (!fits) {
      if (refused.isSigned() && !signatureTold) {
        LOG.atWarn().log("what is said to reconcile the database was not signed for it by both");
        signatureTold = true;
      }
      return false;
    }
    if (tokens.stream().anyMatch(AnchorPlace::isAway)) {
      // Its anchor would refuse the database again as soon as it is back.
      throw UnavailableException.temporarily("a token is away that is to be reconciled too", null);
    }
    database.transact(handle -> audit.append(handle, reconciledEvent(agreed.get())));
    Anchor head = database.inTransaction(audit::head).orElseThrow();
    for (AnchorPlace place : tokens) {
      place.keep(head.encoded());
      known.put(place.name(), head);
    }
    keepInFile(head);
    refused.settle();
    reconciliations++;
    signatureTold = false;
    LOG.atWarn()
        .addKeyValue("head", head)
        .log("the database was reconciled with its anchors by both officers");
    return true;
  }

  private static AuditEvent refusedEvent(Found found) {
    return AuditEvent.failed(
        AuditEventType.DATABASE_OLDER_THAN_ANCHOR,
        "RECORD_MISSING",
        "system",
        "record",
        details(found.missing(), found.head()));
  }

  private static AuditEvent reconciledEvent(Agreed agreed) {
    Finding finding = agreed.finding();
    Map<String, String> details = details(finding.anchors(), Optional.of(finding.head()));
    details.put("missing", Long.toString(finding.missing()));
    details.put("statement_sha256", agreed.sha256().toHex());
    return AuditEvent.succeeded(AuditEventType.DATABASE_RECONCILED, "officers", "record", details);
  }

  /** Of several anchors the furthest. */
  private static Map<String, String> details(Collection<Anchor> missing, Optional<Anchor> head) {
    Anchor furthest =
        missing.stream()
            .max((one, other) -> Long.compare(one.sequence(), other.sequence()))
            .orElseThrow();
    Map<String, String> details = new LinkedHashMap<>();
    details.put("anchored_sequence", Long.toString(furthest.sequence()));
    details.put("anchored_hash", furthest.hash().toHex());
    details.put("head_sequence", head.map(a -> Long.toString(a.sequence())).orElse("0"));
    details.put("head_hash", head.map(a -> a.hash().toHex()).orElse("none"));
    return details;
  }

  /** The head that the file keeps, if the database is trusted; empty if it is not. */
  private Optional<Anchor> anchoredHead() {
    return trust.standing() == HistoryStanding.CONFIRMED
        ? Optional.ofNullable(known.get(file.name()))
        : Optional.empty();
  }

  /** Another node that does the same keeps this one from it until its next turn. */
  private void advance(Handle handle, Anchor head) {
    boolean alone =
        handle
            .createQuery("SELECT pg_try_advisory_xact_lock(:lock)")
            .bind("lock", TOKENS_LOCK)
            .mapTo(Boolean.class)
            .one();
    if (!alone) {
      return;
    }
    for (AnchorPlace place : tokensThatAnswer()) {
      Optional<Anchor> kept = read(place);
      boolean mayAdvance =
          kept.isEmpty()
              || (kept.get().sequence() < head.sequence() && audit.has(handle, kept.get()));
      if (mayAdvance) {
        place.keep(head.encoded());
      }
    }
  }

  /**
   * The tokens that may be asked now.
   *
   * @throws UnavailableException if of some kind there is none
   */
  private List<AnchorPlace> tokensThatAnswer() {
    List<AnchorPlace> answer = tokens.stream().filter(place -> !place.isAway()).toList();
    if (kinds(answer) < kinds(tokens)) {
      throw UnavailableException.temporarily("no token answers that keeps an anchor", null);
    }
    return answer;
  }

  private static long kinds(List<AnchorPlace> places) {
    return places.stream().map(AnchorPlace::kind).distinct().count();
  }

  private void keepInMind(AnchorPlace place, Optional<Anchor> kept) {
    if (kept.isPresent()) {
      known.put(place.name(), kept.get());
    } else {
      known.remove(place.name());
    }
  }

  private static Optional<Anchor> read(AnchorPlace place) {
    return place
        .read()
        .map(
            kept ->
                Anchor.parse(kept)
                    .orElseThrow(
                        () ->
                            UnavailableException.temporarily(
                                "an anchor has another form than any that was kept", null)));
  }

  private void takeTurn() {
    try {
      if (!turn.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw UnavailableException.temporarily("the record's anchor is being written", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UnavailableException.temporarily("interrupted while waiting for the anchor", e);
    }
  }
}
