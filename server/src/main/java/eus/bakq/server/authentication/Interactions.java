package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/**
 * The conversations under way. Every method takes the transaction it works in; safe for several
 * threads.
 */
public final class Interactions {
  private static final String COLUMNS =
      "id, purpose, subject, program_key, state, expires_at, challenge_id, nonce, signer_id, credential_id,"
          + " frozen_set, code_expires_at, device, code_tries";

  private final SecureRandom random;
  private final Duration life;
  private final CountedEvents denied;

  /**
   * @param denied where it is counted who uses what another program has opened
   */
  public Interactions(SecureRandom random, AuthenticationSettings settings, CountedEvents denied) {
    this.random = random;
    this.denied = denied;
    this.life = settings.interactionLife();
  }

  /**
   * Opens an interaction for a program that shows {@code programKey}. It lives as the settings say,
   * at most until {@code latest}.
   *
   * @throws eus.bakq.server.failure.MalformedException if the key is not one on P-256
   */
  public Interaction open(
      Handle handle, InteractionPurpose purpose, UUID subject, Bytes programKey, Instant latest) {
    ProgramKey.parse(programKey);
    Instant now = Database.now(handle);
    Instant expiresAt = now.plus(life).isBefore(latest) ? now.plus(life) : latest;
    InteractionId id = new InteractionId(new UUID(random.nextLong(), random.nextLong()));
    handle
        .createUpdate(
            """
            insert into bakq.interaction (id, purpose, subject, program_key, state, opened_at, expires_at)
            values (:id, :purpose, :subject, :programKey, 'OPEN', :now, :expiresAt)""")
        .bind("id", id.value())
        .bind("purpose", purpose.name())
        .bind("subject", subject)
        .bind("programKey", programKey.toByteArray())
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
        .execute();
    return new Interaction(
        id, purpose, subject, programKey, InteractionState.OPEN, expiresAt, Optional.empty());
  }

  /**
   * The live interaction {@code id} of {@code purpose}, for the program that opened it.
   *
   * @param method the full name of the gRPC method, which the proof must name
   * @param ticketHash SHA-256 of the ticket, at the step that takes one
   * @throws RefusedException INTERACTION_NOT_FOUND for whatever is not so: unknown, ended, expired,
   *     another purpose, another key; not told apart. PROGRAM_CLOCK_DIFFERS if nothing is wrong but
   *     the time of the proof
   */
  public Interaction requireLive(
      Handle handle,
      InteractionPurpose purpose,
      InteractionId id,
      String method,
      Optional<Bytes> ticketHash,
      UnverifiedProof proof)
      throws RefusedException {
    Instant now = Database.now(handle);
    Interaction live =
        find(handle, id, false)
            .filter(found -> found.purpose() == purpose && found.isLive(now))
            .orElseThrow(() -> new RefusedException(Refusal.INTERACTION_NOT_FOUND));
    if (!ProgramKey.parse(live.programKey()).verifies(proof, method, id, ticketHash)) {
      denied.count(
          AuditEvent.refused(
              AuditEventType.INTERACTION_DENIED,
              "PROOF_NOT_ACCEPTED",
              "unknown",
              id,
              Map.of("purpose", purpose.name(), "count", "1")));
      throw new RefusedException(Refusal.INTERACTION_NOT_FOUND);
    }
    // Only who has a proof by the key learns that it is the clock, and what the right one shows.
    if (!ProgramKey.isOf(proof, now)) {
      throw RefusedException.naming(
          Refusal.PROGRAM_CLOCK_DIFFERS,
          List.of(
              new FieldViolation(
                  "proof.made_at_seconds",
                  "not more than 300 s from the server's time, which is " + now.getEpochSecond())));
    }
    return live;
  }

  /** Locks the row until the transaction ends. */
  Interaction lockLive(Handle handle, InteractionId id) throws RefusedException {
    Instant now = Database.now(handle);
    return find(handle, id, true)
        .filter(found -> found.isLive(now))
        .orElseThrow(() -> new RefusedException(Refusal.INTERACTION_NOT_FOUND));
  }

  private static Optional<Interaction> find(Handle handle, InteractionId id, boolean lock) {
    return handle
        .createQuery(
            "select "
                + COLUMNS
                + " from bakq.interaction where id = :id"
                + (lock ? " for update" : ""))
        .bind("id", id.value())
        .map(Interactions::read)
        .findOne();
  }

  /** The interaction of a challenge, whatever its state: for composing its message. */
  Optional<Interaction> findByChallenge(Handle handle, ChallengeId challenge) {
    return handle
        .createQuery("select " + COLUMNS + " from bakq.interaction where challenge_id = :challenge")
        .bind("challenge", challenge.value())
        .map(Interactions::read)
        .findOne();
  }

  /**
   * From OPEN to CHALLENGED: the one password of this interaction has been judged.
   *
   * @param interaction as it was read, locked
   */
  void challenge(Handle handle, Interaction interaction, Challenge challenge, byte[] share) {
    interaction.state().requireStep(InteractionState.CHALLENGED);
    InteractionId id = interaction.id();
    exactlyOne(
        handle
            .createUpdate(
                """
                update bakq.interaction set state = 'CHALLENGED', challenge_id = :challenge, nonce = :nonce,
                  signer_id = cast(:signer as uuid), credential_id = cast(:credential as uuid), frozen_set = :frozenSet,
                  code_expires_at = :codeExpiresAt, device = :device
                where id = :id and state = 'OPEN'""")
            .bind("id", id.value())
            .bind("challenge", challenge.id().value())
            .bind("nonce", challenge.nonce().toByteArray())
            .bind("signer", challenge.signer().map(SignerId::toString).orElse(null))
            .bind("credential", challenge.credential().map(CredentialId::toString).orElse(null))
            .bind("frozenSet", challenge.frozenSet().toByteArray())
            .bind("codeExpiresAt", challenge.expiresAt().atOffset(ZoneOffset.UTC))
            .bind("device", challenge.device().name())
            .execute());
    handle
        .createUpdate(
            "insert into bakq.interaction_share (interaction_id, share) values (:id, :share)")
        .bind("id", id.value())
        .bind("share", share)
        .execute();
  }

  /**
   * Makes every other challenge of {@code signer} for {@code purpose} one that no code fits any
   * more: only the newest code of a person is alive (OTP-06). It stays open and answers as after a
   * wrong password, so that nobody can see from it that another was right.
   */
  void supersede(Handle handle, UUID signer, InteractionPurpose purpose, InteractionId newest) {
    handle
        .createUpdate(
            """
            update bakq.interaction set signer_id = null, credential_id = null
            where signer_id = :signer and purpose = :purpose and state = 'CHALLENGED' and id <> :newest""")
        .bind("signer", signer)
        .bind("purpose", purpose.name())
        .bind("newest", newest.value())
        .execute();
  }

  /**
   * Counts a step on an interaction that is over, at most three; false if it is not over, or was
   * counted so often. For the record: a code that is used twice leaves a trace, and no flood of
   * them does.
   */
  boolean countAfterEnd(Handle handle, InteractionPurpose purpose, InteractionId id) {
    return handle
            .createUpdate(
                """
                update bakq.interaction set tries_after_end = tries_after_end + 1
                where id = :id and purpose = :purpose and state in ('SUCCEEDED', 'ENDED')
                  and tries_after_end < 3""")
            .bind("id", id.value())
            .bind("purpose", purpose.name())
            .execute()
        == 1;
  }

  /** What an interaction is about. */
  UUID subject(Handle handle, InteractionId id) {
    return handle
        .createQuery("select subject from bakq.interaction where id = :id")
        .bind("id", id.value())
        .mapTo(UUID.class)
        .one();
  }

  /** Half of the ticket's key, if it is still there. */
  Optional<byte[]> share(Handle handle, InteractionId id) {
    return handle
        .createQuery("select share from bakq.interaction_share where interaction_id = :id")
        .bind("id", id.value())
        .mapTo(byte[].class)
        .findOne();
  }

  /** Counts one more try of a code; to be called with the row locked. */
  void countTry(Handle handle, InteractionId id) {
    exactlyOne(
        handle
            .createUpdate("update bakq.interaction set code_tries = code_tries + 1 where id = :id")
            .bind("id", id.value())
            .execute());
  }

  /**
   * Ends the interaction and erases its share, so that its ticket opens nothing any more.
   *
   * @param interaction as it was read, locked
   */
  void end(Handle handle, Interaction interaction, InteractionState end) {
    interaction.state().requireStep(end);
    InteractionId id = interaction.id();
    exactlyOne(
        handle
            .createUpdate(
                "update bakq.interaction set state = :end where id = :id and state = :from")
            .bind("id", id.value())
            .bind("end", end.name())
            .bind("from", interaction.state().name())
            .execute());
    handle
        .createUpdate("delete from bakq.interaction_share where interaction_id = :id")
        .bind("id", id.value())
        .execute();
  }

  /** How many interactions were opened on {@code subject} within the last day. */
  public int count(Handle handle, UUID subject) {
    return handle
        .createQuery("select count(*) from bakq.interaction where subject = :subject")
        .bind("subject", subject)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * How many changes of password were opened since {@code since}, by everybody together; looks at
   * {@code most} at most. Two who open at the same moment do not see each other.
   */
  public int passwordChangesSince(Handle handle, Instant since, int most) {
    return handle
        .createQuery(
            """
            select count(*) from (select 1 from bakq.interaction
              where purpose = 'PASSWORD_CHANGE' and opened_at > :since limit :most) lately""")
        .bind("since", since.atOffset(ZoneOffset.UTC))
        .bind("most", most)
        .mapTo(Integer.class)
        .one();
  }

  /** Ends all live interactions on {@code subject}. */
  public void abandonAll(Handle handle, UUID subject) {
    handle
        .createUpdate(
            """
            delete from bakq.interaction_share using bakq.interaction i
            where interaction_id = i.id and i.subject = :subject""")
        .bind("subject", subject)
        .execute();
    handle
        .createUpdate(
            """
            update bakq.interaction set state = 'ENDED'
            where subject = :subject and state in ('OPEN', 'CHALLENGED')""")
        .bind("subject", subject)
        .execute();
  }

  /**
   * Makes every challenge of {@code signer}, whatever for, one that no code fits any more: what the
   * signer may do has changed. They stay open and answer as after a wrong password.
   */
  public void disown(Handle handle, SignerId signer) {
    handle
        .createUpdate(
            """
            update bakq.interaction set signer_id = null, credential_id = null
            where signer_id = :signer and state = 'CHALLENGED'""")
        .bind("signer", signer.value())
        .execute();
  }

  /**
   * Erases the shares of interactions whose time is over, and rows that ended a day ago: at most
   * 1,000 of each a call.
   */
  public int purge(Handle handle) {
    OffsetDateTime now = Database.now(handle).atOffset(ZoneOffset.UTC);
    handle
        .createUpdate(
            """
            delete from bakq.interaction_share where interaction_id in
              (select s.interaction_id from bakq.interaction_share s
                left join bakq.interaction i on i.id = s.interaction_id
                where i.id is null or i.expires_at < :now limit 1000)""")
        .bind("now", now)
        .execute();
    return handle
        .createUpdate(
            """
            delete from bakq.interaction where id in
              (select id from bakq.interaction where expires_at < :dayAgo order by expires_at limit 1000
                for update skip locked)""")
        .bind("dayAgo", now.minusDays(1))
        .execute();
  }

  private static void exactlyOne(int rows) {
    if (rows != 1) {
      throw new IllegalStateException("an interaction changed under its lock");
    }
  }

  private static Interaction read(ResultSet row, StatementContext context) throws SQLException {
    UUID challenge = row.getObject("challenge_id", UUID.class);
    return new Interaction(
        new InteractionId(row.getObject("id", UUID.class)),
        InteractionPurpose.valueOf(row.getString("purpose")),
        row.getObject("subject", UUID.class),
        Bytes.copyOf(row.getBytes("program_key")),
        InteractionState.valueOf(row.getString("state")),
        row.getObject("expires_at", OffsetDateTime.class).toInstant(),
        challenge == null ? Optional.empty() : Optional.of(readChallenge(row, challenge)));
  }

  private static Challenge readChallenge(ResultSet row, UUID id) throws SQLException {
    return new Challenge(
        new ChallengeId(id),
        Bytes.copyOf(row.getBytes("nonce")),
        Optional.ofNullable(row.getObject("signer_id", UUID.class)).map(SignerId::new),
        Optional.ofNullable(row.getObject("credential_id", UUID.class)).map(CredentialId::new),
        Bytes.copyOf(row.getBytes("frozen_set")),
        row.getObject("code_expires_at", OffsetDateTime.class).toInstant(),
        Device.valueOf(row.getString("device")),
        row.getInt("code_tries"));
  }
}
