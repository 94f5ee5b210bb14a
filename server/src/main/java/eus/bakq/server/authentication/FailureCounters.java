package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.SignerId;
import eus.bakq.server.wording.LockScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Consecutive wrong factors of each signer, those of known devices and those of all others, and the
 * codes sent. A lock ends by an officer only (AUT-08, AUT-09); a new code never resets a count
 * (OTP-05), and success with one kind of device not that of the other. Every method takes the same
 * statements for everybody.
 */
public final class FailureCounters {
  private static final int STAND_INS = 4096;

  /** Wrong factors in a row of one kind of device. */
  record Tally(int failures, boolean locked) {}

  /**
   * A counter, its row locked until the transaction ends.
   *
   * @param deviceGeneration of the cookies that are good
   * @param codesInHour sent in the hour under way
   */
  record Counter(
      UUID id,
      Tally known,
      Tally unknown,
      long deviceGeneration,
      int codesInHour,
      Optional<Instant> lastCodeAt,
      Instant now) {
    Tally of(Device device) {
      return switch (device) {
        case KNOWN -> known;
        case UNKNOWN -> unknown;
      };
    }
  }

  /** What a wrong factor did to the count that it belongs to. */
  enum Consequence {
    /** Nothing to tell. */
    COUNTED,
    /** One more locks: the signer is warned (AUT-10). */
    WARNED,
    /** Locked now. */
    LOCKED,
    /** Locked before. */
    WAS_LOCKED
  }

  private final AuthenticationSettings settings;

  public FailureCounters(AuthenticationSettings settings) {
    this.settings = settings;
  }

  /** The counter that stands in for somebody who is not registered. */
  static UUID standIn(byte[] mac) {
    int slot = ((mac[0] & 0xff) << 8 | (mac[1] & 0xff)) % STAND_INS;
    return new UUID(0, slot);
  }

  Counter lock(Handle handle, UUID id) {
    handle
        .createUpdate(
            "insert into bakq.failure_counter (id) values (:id) on conflict (id) do nothing")
        .bind("id", id)
        .execute();
    Instant now = Database.now(handle);
    return handle
        .createQuery(
            """
            select failures, locked_at, known_failures, known_locked_at, device_generation,
              code_window_began_at, codes_in_window, last_code_at
            from bakq.failure_counter where id = :id for update""")
        .bind("id", id)
        .map((row, context) -> read(id, row, now))
        .one();
  }

  private Counter read(UUID id, ResultSet row, Instant now) throws SQLException {
    boolean unknownLocked = row.getObject("locked_at", OffsetDateTime.class) != null;
    boolean knownLocked = row.getObject("known_locked_at", OffsetDateTime.class) != null;
    // Who makes the rule stricter opens no lock by it.
    boolean anyLocked = settings.locks() == LockRule.SINGLE && (unknownLocked || knownLocked);
    OffsetDateTime began = row.getObject("code_window_began_at", OffsetDateTime.class);
    OffsetDateTime last = row.getObject("last_code_at", OffsetDateTime.class);
    boolean sameHour = began != null && began.toInstant().plus(Duration.ofHours(1)).isAfter(now);
    return new Counter(
        id,
        new Tally(row.getInt("known_failures"), knownLocked || anyLocked),
        new Tally(row.getInt("failures"), unknownLocked || anyLocked),
        row.getLong("device_generation"),
        sameHour ? row.getInt("codes_in_window") : 0,
        Optional.ofNullable(last).map(OffsetDateTime::toInstant),
        now);
  }

  /** What the count of {@code device} locks when it is full. */
  LockScope scope(Device device) {
    return switch (settings.locks()) {
      case SINGLE -> LockScope.EVERYWHERE;
      case TWO -> device == Device.KNOWN ? LockScope.KNOWN_DEVICES : LockScope.OTHER_DEVICES;
    };
  }

  /** Whether one more code may be sent now (OTP-13). */
  boolean mayHaveCode(Counter counter) {
    return counter.codesInHour() < settings.codesPerHour()
        && counter
            .lastCodeAt()
            .map(last -> !last.plus(settings.codeGap()).isAfter(counter.now()))
            .orElse(true);
  }

  /**
   * Writes what one step by {@code device} did to a locked counter: the wrong factors and the
   * codes, either of which may be none.
   */
  Consequence write(
      Handle handle, Counter counter, Device device, boolean wrong, boolean codeSent) {
    Tally before = counter.of(device);
    int failures = before.failures() + (wrong ? 1 : 0);
    boolean locks = !before.locked() && failures >= settings.lockAfter();
    boolean known = device == Device.KNOWN;
    handle
        .createUpdate(
            """
            update bakq.failure_counter set failures = :failures,
              locked_at = case when :locks then :now else locked_at end,
              known_failures = :knownFailures,
              known_locked_at = case when :knownLocks then :now else known_locked_at end,
              code_window_began_at = case when :codeSent and :codes = 1 then :now else code_window_began_at end,
              codes_in_window = :codes,
              last_code_at = case when :codeSent then :now else last_code_at end
            where id = :id""")
        .bind("failures", known ? counter.unknown().failures() : failures)
        .bind("locks", locks && !known)
        .bind("knownFailures", known ? failures : counter.known().failures())
        .bind("knownLocks", locks && known)
        .bind("now", counter.now().atOffset(ZoneOffset.UTC))
        .bind("codes", counter.codesInHour() + (codeSent ? 1 : 0))
        .bind("codeSent", codeSent)
        .bind("id", counter.id())
        .execute();
    if (before.locked()) {
      return Consequence.WAS_LOCKED;
    }
    if (locks) {
      return Consequence.LOCKED;
    }
    return wrong && failures == settings.lockAfter() - 1 ? Consequence.WARNED : Consequence.COUNTED;
  }

  /** Back to none after a complete success by {@code device}: that count, and no other. */
  void reset(Handle handle, Counter counter, Device device) {
    handle
        .createUpdate(
            """
            update bakq.failure_counter set
              failures = case when not :known and locked_at is null then 0 else failures end,
              known_failures = case when :known and known_locked_at is null then 0 else known_failures end
            where id = :id""")
        .bind("known", device == Device.KNOWN)
        .bind("id", counter.id())
        .execute();
  }

  /**
   * Ends all device cookies of {@code signer}: whatever is presented from now on is a stranger.
   * Holds the counter until the transaction ends; to be called before interactions are touched.
   *
   * @return the generation of the cookies that are good from now on
   */
  public long endDevices(Handle handle, SignerId signer) {
    return handle
        .createQuery(
            """
            insert into bakq.failure_counter (id, device_generation) values (:id, 2)
            on conflict (id) do update set device_generation = failure_counter.device_generation + 1
            returning device_generation""")
        .bind("id", signer.value())
        .mapTo(Long.class)
        .one();
  }

  /**
   * Ends every lock of {@code signer}, after an officer has identified the person again (AUT-09),
   * and all device cookies: who has used up the tries of known devices may have one. Returns
   * whether there was a lock; without one nothing changes.
   */
  public boolean unlock(Handle handle, SignerId signer) {
    return handle
            .createUpdate(
                """
                update bakq.failure_counter set failures = 0, locked_at = null,
                  known_failures = 0, known_locked_at = null, device_generation = device_generation + 1
                where id = :id and (locked_at is not null or known_locked_at is not null)""")
            .bind("id", signer.value())
            .execute()
        == 1;
  }
}
