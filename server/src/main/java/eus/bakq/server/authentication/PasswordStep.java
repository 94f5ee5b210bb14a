package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Judges the one password of an interaction, counts it, and answers the same whatever was judged: a
 * ticket and a time. A code is sent only if all was right. Every path does the same: one Argon2id,
 * the same HMACs, one counter row, one record, one outbox row (AUT-11, AUT-12, docs/sole-control.md
 * section 4).
 */
public final class PasswordStep {
  private static final UUID NOBODY = new UUID(0, 0);

  /**
   * The answer, the same for everybody.
   *
   * @param ticket 60 bytes, for the citizen's program only
   */
  public record Answer(SecretBytes ticket, Instant codeExpiresAt) {}

  /**
   * What the program sent; close it, which wipes what is secret.
   *
   * @param method the full name of the gRPC method
   */
  public record Attempt(
      InteractionId interaction,
      String method,
      UnverifiedProof proof,
      Dni dni,
      SecretBytes password)
      implements AutoCloseable {
    @Override
    public void close() {
      password.close();
    }
  }

  private record Candidate(
      Interaction interaction, Optional<SignerId> signer, Optional<Passwords.Kept> kept) {}

  private final Database database;
  private final Signers signers;
  private final Interactions interactions;
  private final Passwords passwords;
  private final Tickets tickets;
  private final FailureCounters counters;
  private final InfrastructureKeys keys;
  private final Outbox outbox;
  private final AuditLog audit;
  private final SecureRandom random;
  private final AuthenticationSettings settings;

  public PasswordStep(AuthenticationParts parts) {
    this.database = parts.database();
    this.signers = parts.signers();
    this.interactions = parts.interactions();
    this.passwords = parts.passwords();
    this.tickets = parts.tickets();
    this.counters = parts.counters();
    this.keys = parts.keys();
    this.outbox = parts.outbox();
    this.audit = parts.audit();
    this.random = parts.random();
    this.settings = parts.settings();
  }

  /**
   * Judges durably before it returns.
   *
   * @throws RefusedException INTERACTION_NOT_FOUND, also for a second password; or what {@code
   *     subject} refuses
   */
  public Answer run(Attempt attempt, AuthenticationSubject<?> subject) throws RefusedException {
    // Before the DNI is looked at, so that a refusal for want of room tells nothing about anybody.
    try (PasswordHashing.Turn turn = passwords.awaitTurn()) {
      return run(turn, attempt, subject);
    }
  }

  private Answer run(PasswordHashing.Turn turn, Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    byte[] standIn =
        keys.mac(
            MacKey.VERIFY,
            Encoding.of("bakq/stand-in/v1").text(attempt.dni().value()).toByteArray());
    Candidate candidate = database.inTransaction(handle -> candidate(handle, attempt, subject));
    Interaction interaction = candidate.interaction();
    UUID judgedAs =
        candidate.signer().map(SignerId::value).orElse(FailureCounters.standIn(standIn));
    AuthenticationSubject.Frozen frozen = subject.freeze(interaction.subject(), candidate.signer());
    Passwords.Kept kept = candidate.kept().orElseGet(() -> passwords.standIn(standIn));
    byte[] share = tickets.freshShare();
    try (Passwords.Judged judged = passwords.judge(turn, judgedAs, kept, attempt.password());
        SecretBytes hsmHalf = tickets.hsmHalf(interaction.id());
        SecretBytes decoy = tickets.freshDecoy()) {
      boolean right = judged.right() && candidate.kept().isPresent();
      Answer answer =
          database.inTransaction(
              handle -> {
                Interaction locked = requireOpen(interactions.lockLive(handle, interaction.id()));
                FailureCounters.Counter counter = counters.lock(handle, judgedAs);
                boolean accepted = right && frozen.allowed() && !counter.locked();
                Challenge challenge =
                    challenge(
                        counter.now(),
                        locked,
                        frozen,
                        accepted ? candidate.signer() : Optional.empty());
                interactions.challenge(handle, locked.id(), challenge, share);
                interactions.supersede(
                    handle,
                    challenge.signer().map(SignerId::value).orElse(NOBODY),
                    locked.purpose(),
                    locked.id());
                frozen.store(handle, locked.id());
                boolean send = accepted && counters.mayHaveCode(counter);
                FailureCounters.Consequence consequence =
                    counters.write(handle, counter, !right, send);
                outbox.put(
                    handle, message(subject, challenge, candidate.signer(), send, consequence));
                audit.append(
                    handle,
                    event(locked, candidate.signer(), right, frozen.allowed(), send, consequence));
                byte[] ticket =
                    tickets.make(
                        hsmHalf,
                        share,
                        locked,
                        challenge,
                        accepted ? judged.activationSecret() : decoy);
                return new Answer(SecretBytes.takeOver(ticket), challenge.expiresAt());
              });
      outbox.wake();
      return answer;
    } finally {
      Arrays.fill(share, (byte) 0);
    }
  }

  private Candidate candidate(Handle handle, Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    Interaction interaction =
        requireOpen(
            interactions.requireLive(
                handle,
                subject.purpose(),
                attempt.interaction(),
                attempt.method(),
                Optional.empty(),
                attempt.proof()));
    Optional<SignerId> signer = signers.find(handle, attempt.dni()).map(Signer::id);
    if (signer.isEmpty()) {
      signers.standIn();
    }
    // The same statement for somebody who is not registered.
    Optional<Passwords.Kept> kept = passwords.find(handle, signer.orElse(new SignerId(NOBODY)));
    return new Candidate(interaction, signer, kept);
  }

  private static Interaction requireOpen(Interaction interaction) throws RefusedException {
    if (interaction.state() != InteractionState.OPEN) {
      throw new RefusedException(Refusal.INTERACTION_NOT_FOUND);
    }
    return interaction;
  }

  private Challenge challenge(
      Instant now,
      Interaction interaction,
      AuthenticationSubject.Frozen frozen,
      Optional<SignerId> signer) {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    Instant codeExpiresAt = now.plus(settings.codeLife());
    return new Challenge(
        new ChallengeId(new UUID(random.nextLong(), random.nextLong())),
        Bytes.copyOf(nonce),
        signer,
        signer.flatMap(present -> frozen.credential()),
        frozen.hash(),
        codeExpiresAt.isBefore(interaction.expiresAt()) ? codeExpiresAt : interaction.expiresAt(),
        0);
  }

  /** Exactly one row for everybody: the code, a warning, or a void one. */
  private static OutgoingMessage message(
      AuthenticationSubject<?> subject,
      Challenge challenge,
      Optional<SignerId> candidate,
      boolean send,
      FailureCounters.Consequence consequence) {
    if (send) {
      return new OutgoingMessage(
          subject.codeMessage(), challenge.id().value(), candidate, challenge.expiresAt());
    }
    return LockMessages.about(consequence, candidate, challenge.expiresAt())
        .orElseGet(
            () ->
                new OutgoingMessage(
                    subject.codeMessage(),
                    challenge.id().value(),
                    Optional.empty(),
                    challenge.expiresAt()));
  }

  private static AuditEvent event(
      Interaction interaction,
      Optional<SignerId> candidate,
      boolean right,
      boolean allowed,
      boolean sent,
      FailureCounters.Consequence consequence) {
    String actor = candidate.map(SignerId::toString).orElse("unknown");
    Map<String, String> details =
        Map.of(
            "interaction", interaction.id().toString(),
            "purpose", interaction.purpose().name(),
            "code", sent ? "sent" : "not sent",
            "account", consequence.name());
    if (candidate.isEmpty()) {
      return judged("UNKNOWN_SIGNER", actor, interaction, details);
    }
    if (!right) {
      return judged("WRONG_PASSWORD", actor, interaction, details);
    }
    if (consequence == FailureCounters.Consequence.WAS_LOCKED) {
      return judged("ACCOUNT_LOCKED", actor, interaction, details);
    }
    if (!allowed) {
      return judged("NOT_ALLOWED", actor, interaction, details);
    }
    return AuditEvent.succeeded(
        AuditEventType.AUTHENTICATION_PASSWORD_JUDGED, actor, interaction.subject(), details);
  }

  private static AuditEvent judged(
      String reason, String actor, Interaction interaction, Map<String, String> details) {
    return AuditEvent.refused(
        AuditEventType.AUTHENTICATION_PASSWORD_JUDGED,
        reason,
        actor,
        interaction.subject(),
        details);
  }
}
