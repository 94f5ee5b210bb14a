package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.KeyUseRecords;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.KeyUseReading;
import eus.bakq.server.hsm.KeyUses;
import eus.bakq.server.hsm.UnusableKeyUseFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds who guesses passwords at the tokens, beside this service: compares how often the HSM says
 * that the keys of passwords were used with what the record tells of uses (docs/adr/0028;
 * docs/sole-control.md section 1). One node at a time does it, once in a period; the last
 * comparison is read from the record, so it is set back only with the record. For one thread at a
 * time.
 */
public final class CompareKeyUses {
  private static final Logger LOG = LoggerFactory.getLogger(CompareKeyUses.class);

  private final Database database;
  private final AuditLog audit;
  private final List<Path> files;
  private final KeyUseSettings settings;
  private final KeyUseRecords records = new KeyUseRecords();

  /** Counts that were read, and wait for the record to tell of all that they counted. */
  private List<KeyUseReading> settling = List.of();

  /**
   * @param files of each partition; none: nothing is ever compared, which is said here once
   */
  public CompareKeyUses(
      Database database, AuditLog audit, List<Path> files, KeyUseSettings settings) {
    this.database = Objects.requireNonNull(database);
    this.audit = Objects.requireNonNull(audit);
    this.files = List.copyOf(files);
    this.settings = Objects.requireNonNull(settings);
    if (files.isEmpty()) {
      LOG.atWarn().log("nothing tells how often the HSM is used: guessing there is not noticed");
    }
  }

  /** What was found. */
  private record Result(KeyUseFinding finding, Map<String, String> details) {}

  /**
   * Compares if a period has gone by since any node did, and there are counts to compare. What was
   * found is recorded before it is logged.
   *
   * @return what was found; empty if it is not time yet
   */
  public Optional<KeyUseFinding> run() throws RefusedException {
    if (files.isEmpty() || !database.inTransaction(this::isDue)) {
      settling = List.of();
      return Optional.empty();
    }
    Result unread = null;
    if (settling.isEmpty()) {
      List<KeyUseReading> read = new ArrayList<>();
      unread = read(read).orElse(null);
      settling = unread == null ? read : List.of();
    }
    Optional<Result> unreadable = Optional.ofNullable(unread);
    List<KeyUseReading> readings = settling; // the transaction may be made again
    Optional<Result> found =
        database.inTransaction(handle -> judgeAndRecord(handle, unreadable, readings));
    found.map(Result::finding).ifPresent(_ -> settling = List.of());
    found.ifPresent(CompareKeyUses::tell);
    return found.map(Result::finding);
  }

  private boolean isDue(Handle handle) {
    Instant now = Database.now(handle);
    return records
        .lastLook(handle)
        .map(last -> !now.isBefore(last.plus(settings.every())))
        .orElse(true);
  }

  private Optional<Result> read(List<KeyUseReading> into) {
    for (Path file : files) {
      try {
        into.add(KeyUseReading.read(file));
      } catch (UnusableKeyUseFileException e) {
        return Optional.of(unreadable(into.size() + 1, e.getMessage()));
      }
    }
    return Optional.empty();
  }

  private static Result unreadable(int partition, String why) {
    return new Result(
        KeyUseFinding.UNREADABLE, Map.of("partition", Integer.toString(partition), "why", why));
  }

  private Optional<Result> judgeAndRecord(
      Handle handle, Optional<Result> unreadable, List<KeyUseReading> readings) {
    records.hold(handle);
    if (!isDue(handle)) {
      return Optional.empty(); // another node was first
    }
    Optional<Result> result = unreadable.isPresent() ? unreadable : judge(handle, readings);
    result.ifPresent(found -> audit.append(handle, event(found)));
    return result;
  }

  /** Empty if there is nothing new to compare yet. */
  private Optional<Result> judge(Handle handle, List<KeyUseReading> readings) {
    Instant now = Database.now(handle);
    for (int i = 0; i < readings.size(); i++) {
      if (readings.get(i).taken().isAfter(now.plus(settings.settle()))) {
        return Optional.of(unreadable(i + 1, "is of the future"));
      }
    }
    ComparedKeyUses counted = new ComparedKeyUses(readings, KeyUses.NONE);
    Optional<ComparedKeyUses> last = last(handle);
    boolean comparable = last.isPresent() && last.get().isComparableWith(readings);
    if (comparable && !canFollow(last.get(), readings)) {
      return Optional.of(result(KeyUseFinding.WENT_BACK, counted, Map.of()));
    }
    boolean apart =
        Duration.between(counted.earliest(), counted.latest()).compareTo(settings.settle()) > 0;
    boolean old = comparable && !counted.latest().isAfter(last.get().latest());
    if (apart || old || isStale(counted.earliest(), now)) {
      settling = List.of(); // of no use; newer ones are read the next time
      // Two files are not renewed at one moment: that they are apart is told if it lasts.
      Instant since = apart ? records.lastLook(handle).orElse(Instant.EPOCH) : counted.earliest();
      return isStale(counted.earliest(), now) || isStale(since, now)
          ? Optional.of(stale(counted))
          : Optional.empty();
    }
    if (counted.latest().plus(settings.settle()).isAfter(now)) {
      return Optional.empty();
    }
    if (comparable) {
      return Optional.of(compare(handle, last.get(), counted));
    }
    boolean first = records.lastLook(handle).isEmpty();
    return Optional.of(
        result(first ? KeyUseFinding.EXPLAINED : KeyUseFinding.BEGUN_ANEW, counted, Map.of()));
  }

  private boolean isStale(Instant taken, Instant now) {
    return taken.plus(settings.staleAfter()).isBefore(now);
  }

  private static Result stale(ComparedKeyUses counted) {
    return new Result(KeyUseFinding.STALE, Map.of("taken", counted.earliest().toString()));
  }

  private static boolean canFollow(ComparedKeyUses last, List<KeyUseReading> readings) {
    for (int i = 0; i < readings.size(); i++) {
      if (!readings.get(i).canFollow(last.readings().get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Only a record that has the hash that it says: what somebody wrote over is no last time. */
  private Optional<ComparedKeyUses> last(Handle handle) {
    long sequence = records.lastComparison(handle);
    if (sequence == 0) {
      return Optional.empty();
    }
    return audit.find(handle, sequence).flatMap(ComparedKeyUses::of);
  }

  /**
   * What remains open is what the tokens counted more than the record told, by the time when the
   * last of the counts was taken. Uses that were counted by then may be recorded later, and those
   * recorded before may have been counted later, where clocks or partitions differ: each way for as
   * long as the record is given to settle.
   */
  private Result compare(Handle handle, ComparedKeyUses last, ComparedKeyUses counted) {
    Instant from = last.latest();
    Instant to = counted.latest();
    KeyUses used = counted.total().minus(last.total());
    KeyUses explained = explained(handle, from, to);
    KeyUses open = last.open().plus(used).minus(explained);
    KeyUses least = open.minus(explained(handle, to, to.plus(settings.settle())));
    KeyUses most = open.plus(explained(handle, counted.earliest().minus(settings.settle()), to));
    KeyUseFinding finding = KeyUseFinding.EXPLAINED;
    if (least.exceed(settings.tolerance())) {
      finding = KeyUseFinding.SURPLUS;
    } else if (most.times(-1).exceed(settings.tolerance())) {
      finding = KeyUseFinding.DEFICIT;
    }
    // What was told is not told again.
    KeyUses left = finding == KeyUseFinding.EXPLAINED ? open.withoutATenth() : KeyUses.NONE;
    return result(
        finding,
        new ComparedKeyUses(counted.readings(), left),
        Map.of(
            "verify_used", Long.toString(used.verify()),
            "activate_used", Long.toString(used.activate()),
            "verify_explained", Long.toString(explained.verify()),
            "activate_explained", Long.toString(explained.activate()),
            "verify_unexplained", Long.toString(open.verify()),
            "activate_unexplained", Long.toString(open.activate())));
  }

  private KeyUses explained(Handle handle, Instant after, Instant until) {
    KeyUseRecords.Told told = records.between(handle, after, until);
    return PasswordStep.KEY_USES
        .times(told.judged())
        .plus(Passwords.KEY_USES_OF_PREPARED.times(told.set()))
        .plus(Passwords.KEY_USES_OF_REPLACED.times(told.changed()))
        .plus(new KeyUses(told.verify(), told.activate()));
  }

  private static Result result(
      KeyUseFinding finding, ComparedKeyUses kept, Map<String, String> further) {
    Map<String, String> details = new HashMap<>(kept.details());
    details.putAll(further);
    return new Result(finding, details);
  }

  private static AuditEvent event(Result result) {
    return switch (result.finding()) {
      case EXPLAINED ->
          AuditEvent.succeeded(
              AuditEventType.KEY_USES_COMPARED, "system", "custody", result.details());
      case SURPLUS, DEFICIT, WENT_BACK, BEGUN_ANEW ->
          AuditEvent.failed(
              AuditEventType.KEY_USES_COMPARED,
              result.finding().name(),
              "system",
              "custody",
              result.details());
      case STALE, UNREADABLE ->
          AuditEvent.failed(
              AuditEventType.KEY_USES_NOT_COMPARED,
              result.finding().name(),
              "system",
              "custody",
              result.details());
    };
  }

  private static void tell(Result result) {
    switch (result.finding()) {
      case EXPLAINED -> LOG.atDebug().log("the record explains how often the HSM was used");
      case SURPLUS ->
          LOG.atError()
              .addKeyValue("verify", result.details().get("verify_unexplained"))
              .addKeyValue("activate", result.details().get("activate_unexplained"))
              .log("the keys of passwords were used more often than the record tells");
      case DEFICIT ->
          LOG.atError()
              .addKeyValue("verify", result.details().get("verify_unexplained"))
              .addKeyValue("activate", result.details().get("activate_unexplained"))
              .log("the record tells of uses of the keys of passwords that the HSM did not count");
      case WENT_BACK -> LOG.atError().log("a count of the HSM went back");
      case BEGUN_ANEW -> LOG.atError().log("the counts of the HSM have begun anew");
      case STALE ->
          LOG.atError()
              .addKeyValue("taken", result.details().get("taken"))
              .log("the counts of the HSM are stale");
      case UNREADABLE ->
          LOG.atError()
              .addKeyValue("partition", result.details().get("partition"))
              .addKeyValue("why", result.details().get("why"))
              .log("the counts of the HSM cannot be read");
    }
  }
}
