package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Judges ticket and code together, at most three times for one password, and makes the {@link
 * AuthenticatedSigner}. The right code succeeds once, however often it comes at the same time
 * (OTP-03); every wrong one is counted (OTP-05).
 */
public final class CodeStep {
  private static final int MOST_TRIES = 3;
  private static final UUID NOBODY = new UUID(0, 0);

  /**
   * What the program sent; close it, which wipes what is secret.
   *
   * @param method the full name of the gRPC method
   */
  public record Attempt(
      InteractionId interaction,
      String method,
      UnverifiedProof proof,
      SecretBytes ticket,
      SecretBytes code)
      implements AutoCloseable {
    @Override
    public void close() {
      ticket.close();
      code.close();
    }
  }

  private record Stored(Interaction interaction, Challenge challenge, Optional<byte[]> share) {}

  private final Database database;
  private final Interactions interactions;
  private final Tickets tickets;
  private final Codes codes;
  private final FailureCounters counters;
  private final Outbox outbox;
  private final AuditLog audit;

  public CodeStep(AuthenticationParts parts) {
    this.database = parts.database();
    this.interactions = parts.interactions();
    this.tickets = parts.tickets();
    this.codes = parts.codes();
    this.counters = parts.counters();
    this.outbox = parts.outbox();
    this.audit = parts.audit();
  }

  /**
   * Judges durably before it returns or throws. On success {@code subject} has gone on in the same
   * transaction.
   *
   * @throws RefusedException INTERACTION_NOT_FOUND; PROGRAM_CLOCK_DIFFERS; PASSWORD_AGAIN if the
   *     ticket's other half was lost; AUTHENTICATION_FAILED for anything wrong, without saying
   *     what; or what {@code subject} refuses
   */
  public <T> T run(Attempt attempt, AuthenticationSubject<T> subject) throws RefusedException {
    Stored stored = storedOrRecorded(attempt, subject);
    Interaction interaction = stored.interaction();
    Challenge challenge = stored.challenge();
    byte[] share = stored.share().orElseThrow(() -> new RefusedException(Refusal.PASSWORD_AGAIN));
    boolean codeRight;
    try (SecretBytes expected =
        codes.code(
            interaction, challenge, challenge.signer().map(SignerId::value).orElse(NOBODY))) {
      codeRight = expected.use(a -> attempt.code().use(b -> MessageDigest.isEqual(a, b)));
    }
    Optional<T> outcome = Optional.empty();
    Optional<SecretBytes> opened;
    try (SecretBytes hsmHalf = tickets.hsmHalf(interaction.id())) {
      opened =
          attempt
              .ticket()
              .use(ticket -> tickets.open(hsmHalf, share, interaction, challenge, ticket));
    } finally {
      Arrays.fill(share, (byte) 0);
    }
    try {
      outcome = database.inTransaction(handle -> judge(handle, stored, codeRight, opened, subject));
      outbox.wake();
      return outcome.orElseThrow(() -> new RefusedException(Refusal.AUTHENTICATION_FAILED));
    } finally {
      if (outcome.isEmpty()) {
        opened.ifPresent(SecretBytes::close);
      }
    }
  }

  /** The counter of somebody whose password was not accepted: one of those that stand in. */
  private static UUID standIn(InteractionId interaction) {
    return FailureCounters.standIn(
        Encoding.of("").id(interaction.value()).toBytes().sha256().toByteArray());
  }

  private static UUID countedAs(InteractionId interaction, Challenge challenge) {
    return challenge.signer().map(SignerId::value).orElseGet(() -> standIn(interaction));
  }

  /** A code for an interaction that is over, such as one used twice, is recorded, then refused. */
  private Stored storedOrRecorded(Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    try {
      return database.inTransaction(handle -> stored(handle, attempt, subject));
    } catch (RefusedException e) {
      database.transact(handle -> recordAfterEnd(handle, attempt, subject));
      throw e;
    }
  }

  private void recordAfterEnd(Handle handle, Attempt attempt, AuthenticationSubject<?> subject) {
    if (interactions.countAfterEnd(handle, subject.purpose(), attempt.interaction())) {
      audit.append(
          handle,
          AuditEvent.refused(
              AuditEventType.AUTHENTICATION_FAILED,
              "INTERACTION_IS_OVER",
              "unknown",
              interactions.subject(handle, attempt.interaction()),
              Map.of(
                  "interaction", attempt.interaction().toString(),
                  "purpose", subject.purpose().name())));
    }
  }

  private Stored stored(Handle handle, Attempt attempt, AuthenticationSubject<?> subject)
      throws RefusedException {
    Interaction interaction =
        interactions.requireLive(
            handle,
            subject.purpose(),
            attempt.interaction(),
            attempt.method(),
            Optional.of(Tickets.hash(attempt.ticket())),
            attempt.proof());
    Challenge challenge = requireChallenged(interaction);
    Optional<byte[]> share = interactions.share(handle, interaction.id());
    if (share.isEmpty()) {
      // Lost in a crash, or erased since the row was read, because another try has ended the
      // interaction: then it is not for us to say that nothing was signed.
      requireChallenged(interactions.lockLive(handle, interaction.id()));
    }
    return new Stored(interaction, challenge, share);
  }

  private static Challenge requireChallenged(Interaction interaction) throws RefusedException {
    if (interaction.state() != InteractionState.CHALLENGED) {
      throw new RefusedException(Refusal.INTERACTION_NOT_FOUND);
    }
    return interaction.challenge().orElseThrow();
  }

  private <T> Optional<T> judge(
      Handle handle,
      Stored stored,
      boolean codeRight,
      Optional<SecretBytes> opened,
      AuthenticationSubject<T> subject)
      throws RefusedException {
    subject.hold(handle, stored.interaction().subject());
    // The counter before the interaction: the signer's next password holds the counter when it
    // takes this challenge from him.
    FailureCounters.Counter expected =
        counters.lock(handle, countedAs(stored.interaction().id(), stored.challenge()));
    Interaction locked = interactions.lockLive(handle, stored.interaction().id());
    Challenge challenge = requireChallenged(locked);
    Optional<SignerId> signer = challenge.signer();
    UUID countedAs = countedAs(locked.id(), challenge);
    FailureCounters.Counter counter =
        countedAs.equals(expected.id()) ? expected : counters.lock(handle, countedAs);
    boolean inTime = counter.now().isBefore(challenge.expiresAt());
    if (signer.isPresent()
        && codeRight
        && opened.isPresent()
        && inTime
        && !counter.of(challenge.device()).locked()) {
      counters.reset(handle, counter, challenge.device());
      long generation = deviceGeneration(handle, counter, locked, signer.get());
      interactions.end(handle, locked, InteractionState.SUCCEEDED);
      outbox.put(handle, voidMessage(subject, challenge));
      T result =
          subject.succeeded(
              handle,
              new AuthenticatedSigner(
                  signer.get(), locked, challenge, counter.now(), generation, opened.get()));
      audit.append(
          handle,
          AuditEvent.succeeded(
              AuditEventType.AUTHENTICATION_SUCCEEDED,
              signer.get().toString(),
              locked.subject(),
              details(locked, challenge, "COUNTED")));
      return Optional.of(result);
    }
    interactions.countTry(handle, locked.id());
    if (challenge.tries() + 1 >= MOST_TRIES) {
      interactions.end(handle, locked, InteractionState.ENDED);
    }
    FailureCounters.Consequence consequence =
        counters.write(handle, counter, challenge.device(), signer.isPresent(), false);
    outbox.put(
        handle,
        LockMessages.about(
                consequence, counters.scope(challenge.device()), signer, challenge.expiresAt())
            .orElseGet(() -> voidMessage(subject, challenge)));
    audit.append(
        handle,
        AuditEvent.refused(
            AuditEventType.AUTHENTICATION_FAILED,
            reason(signer.isPresent(), codeRight, opened.isPresent(), inTime),
            signer.map(SignerId::toString).orElse("unknown"),
            locked.subject(),
            details(locked, challenge, consequence.name())));
    return Optional.empty();
  }

  /** Who activates anew has no other device: who had the cookie of one is a stranger now. */
  private long deviceGeneration(
      Handle handle, FailureCounters.Counter counter, Interaction interaction, SignerId signer) {
    return switch (interaction.purpose()) {
      case ACTIVATION -> counters.endDevices(handle, signer);
      case SIGNATURE, PASSWORD_CHANGE -> counter.deviceGeneration();
    };
  }

  private static String reason(
      boolean passwordRight, boolean codeRight, boolean ticketRight, boolean inTime) {
    if (!passwordRight) {
      return "PASSWORD_WAS_NOT_ACCEPTED";
    }
    if (!ticketRight) {
      return "FOREIGN_TICKET";
    }
    if (!codeRight) {
      return "WRONG_CODE";
    }
    return inTime ? "ACCOUNT_LOCKED" : "CODE_EXPIRED";
  }

  private static Map<String, String> details(
      Interaction interaction, Challenge challenge, String account) {
    return Map.of(
        "interaction", interaction.id().toString(),
        "purpose", interaction.purpose().name(),
        "challenge", challenge.id().toString(),
        "try", Integer.toString(challenge.tries() + 1),
        "device", challenge.device().name(),
        "account", account);
  }

  private static OutgoingMessage voidMessage(
      AuthenticationSubject<?> subject, Challenge challenge) {
    return new OutgoingMessage(
        subject.codeMessage(), challenge.id().value(), Optional.empty(), challenge.expiresAt());
  }
}
