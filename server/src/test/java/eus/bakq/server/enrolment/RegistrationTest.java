package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.SignerId;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Registration and renewal of the link, ENR-01 to ENR-06, with what stands in the record. */
@Tag("postgres")
final class RegistrationTest {
  private static final RegisteredCaller OFFICER = EnrolmentWorld.officer("00000000T");
  private static final Dni ANE = EnrolmentWorld.ANE;

  private static EnrolmentWorld world;

  private long before;

  @BeforeAll
  static void open() {
    world = new EnrolmentWorld();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    world.database.asSuperuser("TRUNCATE signer, activation, outbox_message, idempotent_call");
    before = world.lastRecord();
  }

  @Test
  void registersASignerWithLinkAndRecordAtOnce() throws RefusedException {
    RegisteredSigner registered = register(EnrolmentWorld.wish());
    Signer signer = find();
    assertThat(signer.id()).isEqualTo(registered.signer());
    assertThat(signer.state()).isEqualTo(SignerState.PENDING_ACTIVATION);
    assertThat(signer.identification().officer()).isEqualTo(OFFICER.name());
    assertThat(signer.identification().at()).isEqualTo(EnrolmentWorld.NOW);
    Activation activation = activation();
    assertThat(activation.signer()).isEqualTo(signer.id());
    assertThat(activation.expiresAt()).isEqualTo(registered.activationExpiresAt());
    assertThat(world.outbox()).containsExactly("ACTIVATION_LINK " + activation.id());
    List<AuditRecord> recorded = world.recorded(before);
    assertThat(recorded)
        .extracting(
            AuditRecord::type, AuditRecord::outcome, AuditRecord::actor, AuditRecord::subject)
        .containsExactly(
            tuple("ENROLMENT_REGISTERED", "SUCCEEDED", "registration-1", signer.id().toString()),
            tuple(
                "ACTIVATION_LINK_ISSUED",
                "SUCCEEDED",
                "registration-1",
                activation.id().toString()),
            tuple("SIGNER_WRITTEN", "SUCCEEDED", "system", signer.id().toString()));
    assertThat(recorded.getFirst().details())
        .containsEntry("version", "1")
        .containsEntry("evidence", signer.identification().evidenceSha256().toHex());
    assertThat(recorded.toString()).doesNotContain("12345678Z", "Etxeberria", "adibidea.eus");
  }

  @Test
  void repeatsItsAnswerToARepeatedWishAndSendsNothingAgain() throws RefusedException {
    IdempotentWish wish = EnrolmentWorld.wish();
    RegisteredSigner first = register(wish);
    assertThat(register(wish)).isEqualTo(first);
    assertThat(world.outbox()).hasSize(1);
    assertThat(world.recorded(before)).hasSize(3);
  }

  @Test
  void doesTheSameWishOnceWhenItComesTwiceAtOnce() throws Exception {
    IdempotentWish wish = EnrolmentWorld.wish();
    List<CompletableFuture<RegisteredSigner>> calls =
        List.of(
            CompletableFuture.supplyAsync(() -> unchecked(wish)),
            CompletableFuture.supplyAsync(() -> unchecked(wish)));
    assertThat(calls.get(0).get()).isEqualTo(calls.get(1).get());
    assertThat(world.count("signer")).isEqualTo(1);
    assertThat(world.outbox()).hasSize(1);
  }

  @Test
  void refusesAUsedRequestIdForAnotherWish() throws RefusedException {
    UUID requestId = UUID.randomUUID();
    register(EnrolmentWorld.wish(requestId, "one"));
    assertRefusedAndRecorded(
        Refusal.REQUEST_ID_REUSED, () -> register(EnrolmentWorld.wish(requestId, "another")));
  }

  @Test
  void refusesWhoIsRegistered() throws RefusedException {
    register(EnrolmentWorld.wish());
    assertRefusedAndRecorded(
        Refusal.SIGNER_ALREADY_REGISTERED, () -> register(EnrolmentWorld.wish()));
    assertThat(world.outbox()).hasSize(1);
  }

  @Test
  void keepsNothingOfWhatItRefusesButTheRecord() {
    LocalDate tooYoung = LocalDate.parse("2010-11-22");
    Instant fiveYearsAgo = Instant.parse("2021-11-21T10:00:00Z");
    IdempotentWish wish = EnrolmentWorld.wish();
    assertRefusedAndRecorded(
        Refusal.APPLICANT_UNDER_AGE,
        () -> register(wish, tooYoung, EnrolmentWorld.evidence("2030-01-31")));
    assertRefusedAndRecorded(
        Refusal.IDENTITY_DOCUMENT_EXPIRED,
        () -> register(wish, LocalDate.EPOCH, EnrolmentWorld.evidence("2026-11-20")));
    assertRefusedAndRecorded(
        Refusal.IDENTIFICATION_TOO_OLD,
        () ->
            register(
                wish,
                LocalDate.EPOCH,
                EnrolmentWorld.evidence("2030-01-31", Optional.of(fiveYearsAgo))));
    assertRefusedAndRecorded(
        Refusal.OFFICER_IS_APPLICANT,
        () ->
            world
                .registerSigner()
                .run(EnrolmentWorld.officer("12345678Z"), wish, EnrolmentWorld.registration(ANE)));
    assertRefusedAndRecorded(
        Refusal.CALLER_NOT_ALLOWED,
        () ->
            world
                .registerSigner()
                .run(
                    EnrolmentWorld.caller(CallerRole.SEDE, Optional.empty()),
                    wish,
                    EnrolmentWorld.registration(ANE)));
    for (String table : List.of("signer", "activation", "outbox_message", "idempotent_call")) {
      assertThat(world.count(table)).as(table).isZero();
    }
  }

  @Test
  void keepsNothingWhenTheHsmDoesNotAnswer() {
    world.keys.setAnswering(false);
    try {
      assertThatThrownBy(() -> register(EnrolmentWorld.wish()))
          .isInstanceOf(UnavailableException.class);
    } finally {
      world.keys.setAnswering(true);
    }
    assertThat(world.count("signer")).isZero();
    assertThat(world.count("idempotent_call")).isZero();
  }

  @Test
  void renewsTheLinkOfWhoHasNotActivated() throws RefusedException {
    register(EnrolmentWorld.wish());
    Activation old = activation();
    IdempotentWish wish = EnrolmentWorld.wish();
    before = world.lastRecord();
    RegisteredSigner renewed = renew(wish);
    assertThat(renew(wish)).isEqualTo(renewed);
    assertThat(world.count("activation")).isEqualTo(2);
    assertThat(activation(old.id()).state()).isEqualTo(ActivationState.SUPERSEDED);
    assertThat(find().identityDocument().expiry()).isEqualTo(LocalDate.parse("2031-12-31"));
    assertThat(find().version()).isEqualTo(2);
    assertThat(world.outbox()).hasSize(2);
    assertThat(world.recorded(before))
        .extracting(AuditRecord::type)
        .containsExactly("ENROLMENT_REGISTERED", "ACTIVATION_LINK_ISSUED", "SIGNER_WRITTEN");
    assertThat(world.recorded(before).getFirst().details()).containsEntry("version", "2");
  }

  @Test
  void renewsNothingForStrangersForTheActiveOrForOneself() throws RefusedException {
    assertRefusedAndRecorded(Refusal.SIGNER_NOT_FOUND, () -> renew(EnrolmentWorld.wish()));
    register(EnrolmentWorld.wish());
    assertRefusedAndRecorded(
        Refusal.OFFICER_IS_APPLICANT,
        () ->
            world
                .renewActivation()
                .run(
                    EnrolmentWorld.officer("12345678Z"),
                    EnrolmentWorld.wish(),
                    ANE,
                    EnrolmentWorld.evidence("2031-12-31")));
    assertRefusedAndRecorded(
        Refusal.IDENTITY_DOCUMENT_EXPIRED,
        () ->
            world
                .renewActivation()
                .run(OFFICER, EnrolmentWorld.wish(), ANE, EnrolmentWorld.evidence("2026-11-20")));
    world.database.run(
        handle -> {
          Signer active = world.signers.changeState(handle, find(), SignerState.ACTIVE);
          world.audit.append(handle, Signers.written(active));
          return active;
        });
    assertRefusedAndRecorded(Refusal.SIGNER_STATE, () -> renew(EnrolmentWorld.wish()));
    assertThat(world.outbox()).hasSize(1);
  }

  /** ENR-14: the alert. */
  @Test
  void recordsThatARowWasAltered() throws Exception {
    register(EnrolmentWorld.wish());
    SignerId signer = find().id();
    world.database.asSuperuser(
        "UPDATE signer SET email = 'eve@adibidea.eus', version = version + 1");
    before = world.lastRecord();
    assertThatThrownBy(() -> renew(EnrolmentWorld.wish())).isInstanceOf(AlteredRowException.class);
    assertThat(world.recorded(before))
        .singleElement()
        .satisfies(
            alert -> {
              assertThat(alert.outcome()).isEqualTo("FAILED");
              assertThat(alert.reason()).isEqualTo("ROW_ALTERED");
              assertThat(alert.subject()).isEqualTo(signer.toString());
            });
  }

  @Test
  void composesTheLinkAtTheMomentOfSending() throws RefusedException {
    register(EnrolmentWorld.wish());
    Activation activation = activation();
    ComposedMessage message = compose(MessageKind.ACTIVATION_LINK, activation).orElseThrow();
    assertThat(message.recipient()).isEqualTo("ane@adibidea.eus");
    assertThat(message.subject()).isEqualTo("Aktibatu zure BakQ");
    assertThat(message.text()).contains(world.links.link(activation) + "\n");
  }

  @Test
  void composesNothingForALinkThatIsNoLongerWanted() throws RefusedException {
    register(EnrolmentWorld.wish());
    Activation old = activation();
    assertThat(compose(MessageKind.ACTIVATION_COMPLETED, old)).isEmpty();
    renew(EnrolmentWorld.wish());
    assertThat(compose(MessageKind.ACTIVATION_LINK, old)).isEmpty();
    assertThat(
            world.database.<Optional<ComposedMessage>>run(
                handle ->
                    world.messages.compose(
                        handle,
                        new OutgoingMessage(
                            MessageKind.ACTIVATION_LINK,
                            UUID.randomUUID(),
                            Optional.of(old.signer()),
                            old.expiresAt()))))
        .isEmpty();
  }

  @Test
  void composesNothingForAnotherSignerThanTheActivations() throws RefusedException {
    register(EnrolmentWorld.wish());
    Activation activation = activation();
    OutgoingMessage diverted =
        new OutgoingMessage(
            MessageKind.ACTIVATION_LINK,
            activation.id().value(),
            Optional.of(new SignerId(UUID.randomUUID())),
            activation.expiresAt());
    assertThat(
            world.database.<Optional<ComposedMessage>>run(
                handle -> world.messages.compose(handle, diverted)))
        .isEmpty();
  }

  @Test
  void composesOnlyItsOwnKinds() {
    assertThat(List.of(MessageKind.values()))
        .filteredOn(world.messages::composes)
        .containsExactly(MessageKind.ACTIVATION_LINK, MessageKind.ACTIVATION_COMPLETED);
  }

  @Test
  void tellsThatBakqIsActiveOnceItIs() throws RefusedException {
    register(EnrolmentWorld.wish());
    Activation activation = activation();
    for (ActivationState next :
        List.of(
            ActivationState.OPENED,
            ActivationState.PASSWORD_SET,
            ActivationState.DATA_CONFIRMED,
            ActivationState.TERMS_ACCEPTED,
            ActivationState.COMPLETED)) {
      Activation read = activation;
      activation =
          world
              .database
              .database()
              .inTransaction(
                  handle -> world.activations.advance(handle, read, next, EnrolmentWorld.NOW));
      assertThat(compose(MessageKind.ACTIVATION_LINK, activation)).isEmpty();
    }
    assertThat(compose(MessageKind.ACTIVATION_COMPLETED, activation).orElseThrow().subject())
        .isEqualTo("Zure BakQ aktibatuta dago");
  }

  private RegisteredSigner register(IdempotentWish wish) throws RefusedException {
    return register(wish, LocalDate.parse("1987-03-09"), EnrolmentWorld.evidence("2030-01-31"));
  }

  private static RegisteredSigner register(
      IdempotentWish wish, LocalDate birthDate, IdentificationEvidence evidence)
      throws RefusedException {
    return world
        .registerSigner()
        .run(OFFICER, wish, EnrolmentWorld.registration(ANE, birthDate, evidence));
  }

  private RegisteredSigner unchecked(IdempotentWish wish) {
    try {
      return register(wish);
    } catch (RefusedException e) {
      throw new AssertionError(e);
    }
  }

  private static RegisteredSigner renew(IdempotentWish wish) throws RefusedException {
    return world.renewActivation().run(OFFICER, wish, ANE, EnrolmentWorld.evidence("2031-12-31"));
  }

  private static Signer find() {
    return world.database.run(handle -> world.signers.find(handle, ANE).orElseThrow());
  }

  private static Activation activation() {
    return activation(
        new ActivationId(
            world.database.run(
                handle ->
                    handle
                        .createQuery("SELECT id FROM activation ORDER BY created_at DESC LIMIT 1")
                        .mapTo(UUID.class)
                        .one())));
  }

  private static Activation activation(ActivationId id) {
    return world.database.run(handle -> world.activations.find(handle, id).orElseThrow());
  }

  private static Optional<ComposedMessage> compose(MessageKind kind, Activation activation) {
    return world.database.run(
        handle ->
            world.messages.compose(
                handle,
                new OutgoingMessage(
                    kind,
                    activation.id().value(),
                    Optional.of(activation.signer()),
                    activation.expiresAt())));
  }

  private static void assertRefusedAndRecorded(Refusal refusal, ThrowingCallable act) {
    long last = world.lastRecord();
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    assertThat(world.recorded(last))
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.type()).isEqualTo("ENROLMENT_REJECTED");
              assertThat(record.reason()).isEqualTo(refusal.name());
              assertThat(record.details()).containsKey("request");
            });
  }
}
