package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.KeyUses;
import eus.bakq.server.hsm.MacKey;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.AlteredRows;
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
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * Judges the one password of an interaction, counts it, and answers the same whatever was judged: a
 * ticket and a time. A code is sent only if all was right. Every path does the same: one Argon2id,
 * the same HMACs, one counter row, one record, one outbox row (AUT-11, AUT-12, docs/sole-control.md
 * section 4).
 */
public final class PasswordStep {
  private static final KeyUses STAND_IN = new KeyUses(1, 0);

  /** What a password that is judged asks of the HSM, whoever gives it. */
  static final KeyUses KEY_USES = STAND_IN.plus(Passwords.KEY_USES_OF_JUDGED);

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
   * @param device the device cookie that the program keeps, if it keeps one
   */
  public record Attempt(
      InteractionId interaction,
      String method,
      UnverifiedProof proof,
      Dni dni,
      SecretBytes password,
      Optional<SecretBytes> device)
      implements AutoCloseable {
    @Override
    public void close() {
      password.close();
      device.ifPresent(SecretBytes::close);
    }
  }

  private record Judgement(
      Interaction interaction,
      Optional<SignerId> signer,
      UUID judgedAs,
      boolean right,
      Passwords.Judged judged,
      DeviceCookies.Presented presented)
      implements AutoCloseable {
    @Override
    public void close() {
      judged.close();
    }
  }

  private record Candidate(
      Interaction interaction, Optional<SignerId> signer, Optional<Passwords.Kept> kept) {}

  private final Database database;
  private final Signers signers;
  private final AlteredRows altered;
  private final Interactions interactions;
  private final Passwords passwords;
  private final Tickets tickets;
  private final FailureCounters counters;
  private final DeviceCookies devices;
  private final CodeQuotas quotas;
  private final InfrastructureKeys keys;
  private final Outbox outbox;
  private final AuditLog audit;
  private final SecureRandom random;
  private final AuthenticationSettings settings;

  public PasswordStep(AuthenticationParts parts) {
    this.database = parts.database();
    this.signers = parts.signers();
    this.altered = parts.altered();
    this.interactions = parts.interactions();
    this.passwords = parts.passwords();
    this.tickets = parts.tickets();
    this.counters = parts.counters();
    this.devices = parts.devices();
    this.quotas = parts.quotas();
    this.keys = parts.keys();
    this.outbox = parts.outbox();
    this.audit = parts.audit();
    this.random = parts.random();
    this.settings = parts.settings();
  }

  /**
   * Judges durably before it returns.
   *
   * @throws RefusedException INTERACTION_NOT_FOUND, also for a second password;
   *     PROGRAM_CLOCK_DIFFERS; or what {@code subject} refuses
   */
  public Answer run(Attempt attempt, AuthenticationSubject<?> subject) throws RefusedException {
    // First the interaction, so that nobody without one takes a turn; then the turn, before the DNI
    // is looked at, so that a refusal for want of room tells nothing about anybody.
    database.transact(handle -> requireOpen(requireLive(handle, attempt, subject)));
    try (UnrecordedKeyUses.Step uses = passwords.beginStep();
        Judgement judgement = judge(attempt, subject, uses)) {
      AuthenticationSubject.Frozen frozen =
          subject.freeze(judgement.interaction().subject(), judgement.signer());
      byte[] share = tickets.freshShare();
      try (SecretBytes hsmHalf = tickets.hsmHalf(attempt.interaction());
          SecretBytes decoy = tickets.freshDecoy()) {
        Answer answer =
            database.inTransaction(
                handle -> {
                  Challenge challenge = record(handle, judgement, frozen, subject, share);
                  return new Answer(
                      SecretBytes.takeOver(
                          tickets.make(
                              hsmHalf,
                              share,
                              judgement.interaction(),
                              challenge,
                              challenge.signer().isPresent()
                                  ? judgement.judged().activationSecret()
                                  : decoy)),
                      challenge.expiresAt());
                });
        uses.recorded();
        outbox.wake();
        return answer;
      } finally {
        Arrays.fill(share, (byte) 0);
      }
    }
  }

  /** One Argon2id and the same HMACs for everybody. */
  private Judgement judge(
      Attempt attempt, AuthenticationSubject<?> subject, UnrecordedKeyUses.Step uses)
      throws RefusedException {
    try (PasswordHashing.Turn turn = passwords.awaitTurn()) {
      byte[] standIn =
          keys.mac(
              MacKey.VERIFY,
              Encoding.of("bakq/stand-in/v1").text(attempt.dni().value()).toByteArray());
      uses.used(STAND_IN);
      Candidate candidate = database.inTransaction(handle -> candidate(handle, attempt, subject));
      UUID judgedAs =
          candidate.signer().map(SignerId::value).orElse(FailureCounters.standIn(standIn));
      Passwords.Kept kept = candidate.kept().orElseGet(() -> passwords.standIn(standIn));
      DeviceCookies.Presented presented = devices.examine(judgedAs, attempt.device());
      Passwords.Judged judged = passwords.judge(turn, judgedAs, kept, attempt.password());
      uses.used(Passwords.KEY_USES_OF_JUDGED);
      return new Judgement(
          candidate.interaction(),
          candidate.signer(),
          judgedAs,
          judged.right() && candidate.kept().isPresent(),
          judged,
          presented);
    }
  }

  /**
   * The judgement, durable. A password that is right but brings no code (locked, not allowed, too
   * many codes) leaves the same as a wrong one.
   */
  private Challenge record(
      Handle handle,
      Judgement judgement,
      AuthenticationSubject.Frozen frozen,
      AuthenticationSubject<?> subject,
      byte[] share)
      throws RefusedException {
    subject.hold(handle, judgement.interaction().subject());
    Interaction locked = requireOpen(interactions.lockLive(handle, judgement.interaction().id()));
    FailureCounters.Counter counter = counters.lock(handle, judgement.judgedAs());
    Device device = devices.device(judgement.presented(), counter);
    boolean within =
        quotas.allow(handle, judgement.signer().orElse(new SignerId(NOBODY)), counter.now());
    boolean send =
        judgement.right()
            && frozen.allowed()
            && !counter.of(device).locked()
            && counters.mayHaveCode(counter)
            && within;
    Challenge challenge =
        challenge(
            counter.now(), locked, frozen, device, send ? judgement.signer() : Optional.empty());
    interactions.supersede(
        handle,
        challenge.signer().map(SignerId::value).orElse(NOBODY),
        locked.purpose(),
        locked.id());
    interactions.challenge(handle, locked, challenge, share);
    frozen.store(handle, locked.id());
    FailureCounters.Consequence consequence =
        counters.write(handle, counter, device, !judgement.right(), send);
    outbox.put(
        handle,
        send
            ? codeMessage(subject, challenge, judgement.signer())
            : LockMessages.about(
                    consequence, counters.scope(device), judgement.signer(), challenge.expiresAt())
                .orElseGet(() -> codeMessage(subject, challenge, Optional.empty())));
    audit.append(
        handle,
        event(
            locked,
            challenge,
            judgement.signer(),
            judgement.right(),
            frozen.allowed(),
            consequence));
    return challenge;
  }

  private Interaction requireLive(Handle handle, Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    return interactions.requireLive(
        handle,
        subject.purpose(),
        attempt.interaction(),
        attempt.method(),
        Optional.empty(),
        attempt.proof());
  }

  private Candidate candidate(Handle handle, Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    Interaction interaction = requireOpen(requireLive(handle, attempt, subject));
    Optional<Signer> registered =
        altered.findOrStandIn(() -> signers.find(handle, attempt.dni()), signers::standIn);
    // Somebody whom the subject does not concern is a stranger here: nobody can use up another's
    // tries.
    Predicate<Signer> concerned = subject.concerned(handle, interaction.subject());
    Optional<SignerId> signer = registered.filter(concerned).map(Signer::id);
    // The same statement for a stranger.
    SignerId asked = signer.orElse(new SignerId(NOBODY));
    Optional<Passwords.Kept> kept =
        altered.findOrStandIn(() -> passwords.find(handle, asked), () -> {});
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
      Device device,
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
        device,
        0);
  }

  /** The code, or a void row in its place. */
  private static OutgoingMessage codeMessage(
      AuthenticationSubject<?> subject, Challenge challenge, Optional<SignerId> to) {
    return new OutgoingMessage(
        subject.codeMessage(), challenge.id().value(), to, challenge.expiresAt());
  }

  private static AuditEvent event(
      Interaction interaction,
      Challenge challenge,
      Optional<SignerId> candidate,
      boolean right,
      boolean allowed,
      FailureCounters.Consequence consequence) {
    String actor = candidate.map(SignerId::toString).orElse("unknown");
    Map<String, String> details =
        Map.of(
            "interaction", interaction.id().toString(),
            "purpose", interaction.purpose().name(),
            "code", challenge.signer().isPresent() ? "sent" : "not sent",
            "device", challenge.device().name(),
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
