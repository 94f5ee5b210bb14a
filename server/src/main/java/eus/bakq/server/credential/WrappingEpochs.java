package eus.bakq.server.credential;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.OfficersFile;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.Epoch;
import eus.bakq.server.hsm.Epochs;
import eus.bakq.server.hsm.InfrastructureKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps in database and record which epochs of wrapping keys there are, finds out which of them no
 * credential needs any more, and says so to the two officers, who alone can end one
 * (docs/sole-control.md section 2; KEY-14). For one thread at a time.
 */
public final class WrappingEpochs {
  /** How often credentials are counted, beside each start. */
  static final Duration PERIOD = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(WrappingEpochs.class);
  private static final String ACTOR = "officers";

  private final Database database;
  private final AuditLog audit;
  private final InfrastructureKeys keys;
  private final Epochs epochs;
  private final Duration longest;
  private final OfficersFile file;
  private final LongSupplier nanoTime;

  private boolean counted;
  private long countedAt;
  private boolean ageTold;

  /**
   * @param epochs as this node's transcript has them
   * @param longest after which the newest epoch should be followed by another one
   * @param file where the officers' program reads how much an epoch is needed
   * @param nanoTime as {@link System#nanoTime}
   */
  public WrappingEpochs(
      Database database,
      AuditLog audit,
      InfrastructureKeys keys,
      Epochs epochs,
      Duration longest,
      OfficersFile file,
      LongSupplier nanoTime) {
    this.database = Objects.requireNonNull(database);
    this.audit = Objects.requireNonNull(audit);
    this.keys = Objects.requireNonNull(keys);
    this.epochs = Objects.requireNonNull(epochs);
    this.longest = Objects.requireNonNull(longest);
    this.file = Objects.requireNonNull(file);
    this.nanoTime = Objects.requireNonNull(nanoTime);
  }

  /**
   * Before anything is done for anybody: brings what the officers have signed into database and
   * record. To be called once.
   *
   * @throws eus.bakq.server.hsm.HsmRefusedException if the database has seen a later transcript
   *     than this node's
   */
  public void begin() throws RefusedException {
    database.transact(
        handle -> {
          requireLatestTranscript(handle);
          List<AuditEvent> events = new ArrayList<>();
          for (Epoch epoch : epochs.all()) {
            if (insert(handle, epoch)) {
              events.add(begun(epoch));
            }
            if (epoch.ended().isPresent() && end(handle, epoch, epoch.ended().get())) {
              events.add(ended(handle, epoch));
            }
          }
          if (!events.isEmpty()) {
            audit.appendAll(handle, events);
          }
        });
  }

  /**
   * Once an hour, and the first time that it is called: closes each older epoch that no credential
   * needs, and tells the officers how many need the others.
   *
   * @throws eus.bakq.server.failure.UnavailableException if no time is to be had, or database,
   *     record token or the officers' file do not answer; it is done at the next call then
   */
  public void run() throws RefusedException {
    if (counted && nanoTime.getAsLong() - countedAt < PERIOD.toNanos()) {
      return;
    }
    long started = nanoTime.getAsLong();
    Instant now = database.inTransaction(Database::now);
    tellAge(now);
    List<EpochStatement.Need> needs = new ArrayList<>();
    for (Epoch older : epochs.older()) {
      needs.add(database.inTransaction(handle -> closeIfEmpty(handle, older)));
    }
    if (!needs.isEmpty()) {
      file.write(new EpochStatement(epochs.transcriptSha256(), now, needs).signed(keys));
    }
    counted = true;
    countedAt = started;
  }

  /** Whether this process has said that another epoch is to begin. */
  boolean hasToldAge() {
    return ageTold;
  }

  private void tellAge(Instant now) {
    if (!ageTold && epochs.newest().begun().plus(longest).isBefore(now)) {
      LOG.atWarn()
          .addKeyValue("epoch", epochs.newest().id())
          .addKeyValue("begun", epochs.newest().begun())
          .log("the newest epoch is older than it should be: another one is to begin");
      ageTold = true;
    }
  }

  private void requireLatestTranscript(Handle handle) {
    record Seen(String id, boolean ended) {}
    List<Seen> seen =
        handle
            .createQuery("select id, ended_at is not null as ended from bakq.wrapping_epoch")
            .map((row, context) -> new Seen(row.getString("id"), row.getBoolean("ended")))
            .list();
    seen.forEach(each -> epochs.requireNoOlder(each.id(), each.ended()));
  }

  private static boolean insert(Handle handle, Epoch epoch) {
    return handle
            .createUpdate(
                "insert into bakq.wrapping_epoch (id, begun_at) values (:id, :begun)"
                    + " on conflict do nothing")
            .bind("id", epoch.id())
            .bind("begun", epoch.begun().atOffset(ZoneOffset.UTC))
            .execute()
        == 1;
  }

  private static boolean end(Handle handle, Epoch epoch, Instant ended) {
    return handle
            .createUpdate(
                """
                update bakq.wrapping_epoch
                set ended_at = :ended, closed_at = coalesce(closed_at, :ended)
                where id = :id and ended_at is null""")
            .bind("id", epoch.id())
            .bind("ended", ended.atOffset(ZoneOffset.UTC))
            .execute()
        == 1;
  }

  /** Holds the epoch's row: whoever makes a credential in it meanwhile is counted, or refused. */
  private EpochStatement.Need closeIfEmpty(Handle handle, Epoch epoch) {
    boolean closed =
        handle
            .createQuery(
                "select closed_at is not null from bakq.wrapping_epoch where id = :id for update")
            .bind("id", epoch.id())
            .mapTo(Boolean.class)
            .one();
    long living = living(handle, epoch);
    if (living > 0 || closed) {
      return new EpochStatement.Need(epoch.id(), living, closed && living == 0);
    }
    handle
        .createUpdate("update bakq.wrapping_epoch set closed_at = :now where id = :id")
        .bind("id", epoch.id())
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .execute();
    audit.append(
        handle,
        AuditEvent.succeeded(
            AuditEventType.WRAPPING_EPOCH_CLOSED, "system", epoch.id(), Map.of("living", "0")));
    return new EpochStatement.Need(epoch.id(), 0, true);
  }

  private static long living(Handle handle, Epoch epoch) {
    return handle
        .createQuery(
            "select count(*) from bakq.credential where epoch = :id and state <> 'KEY_DESTROYED'")
        .bind("id", epoch.id())
        .mapTo(Long.class)
        .one();
  }

  private AuditEvent begun(Epoch epoch) {
    return AuditEvent.succeeded(
        AuditEventType.WRAPPING_EPOCH_BEGUN,
        ACTOR,
        epoch.id(),
        Map.of(
            "begun",
            epoch.begun().toString(),
            "transcript_sha256",
            epochs.transcriptSha256().toHex()));
  }

  private AuditEvent ended(Handle handle, Epoch epoch) {
    return AuditEvent.succeeded(
        AuditEventType.WRAPPING_EPOCH_ENDED,
        ACTOR,
        epoch.id(),
        Map.of(
            "ended",
            epoch.ended().orElseThrow().toString(),
            "living",
            Long.toString(living(handle, epoch)),
            "transcript_sha256",
            epochs.transcriptSha256().toHex()));
  }
}
