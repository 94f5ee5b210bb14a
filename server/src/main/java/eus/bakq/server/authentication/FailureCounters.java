package eus.bakq.server.authentication;

import eus.bakq.server.database.Database;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Consecutive wrong factors of each signer, and the codes sent. A lock ends by an officer only
 * (AUT-08, AUT-09); a new code never resets the count (OTP-05). Every method takes the same
 * statements for everybody.
 */
public final class FailureCounters {
  private static final int STAND_INS = 4096;

  /**
   * A counter, its row locked until the transaction ends.
   *
   * @param codesInHour sent in the hour under way
   */
  record Counter(
      UUID id,
      int failures,
      boolean locked,
      int codesInHour,
      Optional<Instant> lastCodeAt,
      Instant now) {}

  /** What a wrong factor did. */
  enum Consequence {
    /** Nothing to tell. */
    COUNTED,
    /** One more locks the account: the signer is warned (AUT-10). */
    WARNED,
    /** The account is locked now. */
    LOCKED,
    /** The account was locked before. */
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
            select failures, locked_at, code_window_began_at, codes_in_window, last_code_at
            from bakq.failure_counter where id = :id for update""")
        .bind("id", id)
        .map(
            (row, context) -> {
              OffsetDateTime began = row.getObject("code_window_began_at", OffsetDateTime.class);
              OffsetDateTime last = row.getObject("last_code_at", OffsetDateTime.class);
              boolean sameHour =
                  began != null && began.toInstant().plus(Duration.ofHours(1)).isAfter(now);
              return new Counter(
                  id,
                  row.getInt("failures"),
                  row.getObject("locked_at", OffsetDateTime.class) != null,
                  sameHour ? row.getInt("codes_in_window") : 0,
                  Optional.ofNullable(last).map(OffsetDateTime::toInstant),
                  now);
            })
        .one();
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
   * Writes what one step did to a locked counter: the wrong factors and the codes, either of which
   * may be none.
   */
  Consequence write(Handle handle, Counter counter, boolean wrong, boolean codeSent) {
    int failures = counter.failures() + (wrong ? 1 : 0);
    boolean locks = !counter.locked() && failures >= settings.lockAfter();
    handle
        .createUpdate(
            """
            update bakq.failure_counter set failures = :failures,
              locked_at = case when :locks then :now else locked_at end,
              code_window_began_at = case when :codeSent and :codes = 1 then :now else code_window_began_at end,
              codes_in_window = :codes,
              last_code_at = case when :codeSent then :now else last_code_at end
            where id = :id""")
        .bind("failures", failures)
        .bind("locks", locks)
        .bind("now", counter.now().atOffset(ZoneOffset.UTC))
        .bind("codes", counter.codesInHour() + (codeSent ? 1 : 0))
        .bind("codeSent", codeSent)
        .bind("id", counter.id())
        .execute();
    if (counter.locked()) {
      return Consequence.WAS_LOCKED;
    }
    if (locks) {
      return Consequence.LOCKED;
    }
    return wrong && failures == settings.lockAfter() - 1 ? Consequence.WARNED : Consequence.COUNTED;
  }

  /** Back to none after a complete success. */
  void reset(Handle handle, Counter counter) {
    handle
        .createUpdate(
            "update bakq.failure_counter set failures = 0 where id = :id and locked_at is null")
        .bind("id", counter.id())
        .execute();
  }

  /** Whether {@code signer} is locked now. */
  public boolean isLocked(Handle handle, SignerId signer) {
    return handle
        .createQuery("select locked_at is not null from bakq.failure_counter where id = :id")
        .bind("id", signer.value())
        .mapTo(Boolean.class)
        .findOne()
        .orElse(false);
  }

  /**
   * Ends a lock, after an officer has identified the person again (AUT-09). Returns whether there
   * was one.
   */
  public boolean unlock(Handle handle, SignerId signer) {
    return handle
            .createUpdate(
                """
                update bakq.failure_counter set failures = 0, locked_at = null
                where id = :id and locked_at is not null""")
            .bind("id", signer.value())
            .execute()
        == 1;
  }
}
