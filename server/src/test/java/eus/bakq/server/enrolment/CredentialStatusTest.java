package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.ComposedMessage;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.notification.OutgoingMessage;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What officers and time do with credentials: CRT-08 to CRT-10, KEY-10, ENR-06. */
@Tag("postgres")
final class CredentialStatusTest {
  private static final RegisteredCaller OFFICER = EnrolmentWorld.officer("00000000T");
  private static final Dni ANE = EnrolmentWorld.ANE;
  private static final List<CredentialPurpose> BOTH = List.of(CredentialPurpose.values());
  private static final IdentificationEvidence EVIDENCE = EnrolmentWorld.evidence("2030-01-31");

  private ActivationWorld world;
  private Signer ane;
  private List<Credential> credentials;
  private long before;

  @BeforeEach
  void activate() throws RefusedException {
    world = new ActivationWorld();
    ane = world.registered(ANE);
    world.activate(ane, BOTH);
    credentials =
        world.enrolment.database.run(handle -> world.credentials.holdUsable(handle, ane.id()));
    before = world.enrolment.lastRecord();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void suspendsAllAtOnceAndTellsThePerson() throws RefusedException {
    Instant until = suspend(Duration.ofDays(3));

    assertState(SignerState.SUSPENDED, CredentialState.SUSPENDED, CertificateState.SUSPENDED);
    assertThat(registered()).allSatisfy(one -> assertThat(one.suspendedUntil()).contains(until));
    assertThat(lines())
        .containsExactly(
            "CERTIFICATE_SUSPENDED registration-1",
            "CERTIFICATE_SUSPENDED registration-1",
            "SIGNER_WRITTEN system");
    AuditRecord record = recorded().getFirst();
    assertThat(record.subject()).isEqualTo(ane.id().toString());
    assertThat(record.details())
        .containsEntry("why", "COMPROMISE_SUSPECTED")
        .containsEntry("until", until.toString())
        .containsEntry("credential", credentials.getFirst().id().toString())
        .doesNotContainKey("evidence_sha256");
    ComposedMessage notice = notice(MessageKind.CREDENTIALS_SUSPENDED);
    assertThat(notice.subject()).isEqualTo("Zure BakQ etenda dago");
    assertThat(notice.text())
        .contains("beste norbaitek zure pasahitza")
        .doesNotContain("COMPROMISE", "{");
    assertThat(notice.recipient()).isEqualTo("ane@adibidea.eus");
  }

  @Test
  void liftsWhenThePersonWasIdentifiedAgain() throws RefusedException {
    suspend(Duration.ofDays(3));
    before = world.enrolment.lastRecord();
    lift(EnrolmentWorld.wish());

    assertState(SignerState.ACTIVE, CredentialState.ACTIVE, CertificateState.GOOD);
    assertThat(lines())
        .containsExactly(
            "CERTIFICATE_SUSPENSION_LIFTED registration-1",
            "CERTIFICATE_SUSPENSION_LIFTED registration-1",
            "SIGNER_WRITTEN system");
    assertThat(recorded().getFirst().details())
        .containsEntry("evidence_sha256", EVIDENCE.sha256().toHex());
    assertThat(world.find(ane).orElseThrow().identification().evidenceSha256())
        .isEqualTo(EVIDENCE.sha256());
    assertThat(notice(MessageKind.SUSPENSION_LIFTED).subject())
        .isEqualTo("Zure BakQ berriro erabil daiteke");
  }

  @Test
  void revokesAndDestroysTheKeys() throws RefusedException {
    revoke(EnrolmentWorld.wish(), RevocationReason.KEY_COMPROMISED);

    assertEnded(RevocationReason.KEY_COMPROMISED);
    assertThat(lines())
        .containsExactly(
            "CERTIFICATE_REVOKED registration-1",
            "KEY_DESTROYED registration-1",
            "CERTIFICATE_REVOKED registration-1",
            "KEY_DESTROYED registration-1",
            "SIGNER_WRITTEN system");
    assertThat(recorded().getFirst().details())
        .containsEntry("why", "KEY_COMPROMISED")
        .containsEntry("evidence_sha256", EVIDENCE.sha256().toHex());
    assertThat(recorded().get(1).details())
        .containsEntry(
            "public_key_sha256", credentials.getFirst().binding().publicKeySha256().toHex());
    assertThat(notice(MessageKind.CREDENTIALS_REVOKED).text())
        .contains("beste norbaitek zure BakQ erabili du");
  }

  @Test
  void revokesWhatIsSuspended() throws RefusedException {
    suspend(Duration.ofDays(3));
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_ASKED);
    assertEnded(RevocationReason.SIGNER_ASKED);
  }

  @Test
  void closesTheAccountOfWhoHasDied() throws RefusedException {
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_DIED);

    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.CLOSED);
    assertThat(lines()).hasSize(6).endsWith("ACCOUNT_CLOSED registration-1");
    assertThatThrownBy(
            () ->
                world
                    .enrolment
                    .renewActivation()
                    .run(OFFICER, EnrolmentWorld.wish(), ANE, EVIDENCE))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.SIGNER_STATE));
  }

  @Test
  void letsWhoWasRevokedActivateAnewWithAnotherKey() throws RefusedException {
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_ASKED);
    world.enrolment.renewActivation().run(OFFICER, EnrolmentWorld.wish(), ANE, EVIDENCE);
    world.activate(ane, BOTH);

    List<Credential> renewed =
        world.enrolment.database.run(handle -> world.credentials.holdUsable(handle, ane.id()));
    assertThat(renewed).hasSize(2);
    assertThat(renewed)
        .extracting(one -> one.binding().publicKeySha256())
        .doesNotContainAnyElementsOf(
            credentials.stream().map(one -> one.binding().publicKeySha256()).toList());
    assertThat(renewed)
        .allSatisfy(one -> assertThat(one.binding().passwordGeneration()).isEqualTo(2));
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.ACTIVE);
    // The old ones stay as they ended.
    assertThat(read()).allSatisfy(one -> assertThat(one.sealedKey()).isEmpty());
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_ASKED);
  }

  @Test
  void doesARepeatedWishOnce() throws RefusedException {
    IdempotentWish suspension = EnrolmentWorld.wish();
    Instant until = world.now().plus(Duration.ofDays(3));
    suspend(suspension, until);
    suspend(suspension, until);
    IdempotentWish lift = EnrolmentWorld.wish();
    lift(lift);
    lift(lift);
    IdempotentWish revocation = EnrolmentWorld.wish();
    revoke(revocation, RevocationReason.SIGNER_ASKED);
    revoke(revocation, RevocationReason.SIGNER_ASKED);
    assertThat(lines()).hasSize(11);
    assertThat(world.enrolment.count("credential_act")).isEqualTo(3);
  }

  @Test
  void refusesWhatTheStateDoesNotAllow() throws RefusedException {
    assertRefused(Refusal.CREDENTIAL_STATE, () -> lift(EnrolmentWorld.wish()));
    suspend(Duration.ofDays(3));
    assertRefused(Refusal.CREDENTIAL_STATE, () -> suspend(Duration.ofDays(3)));
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_ASKED);
    assertRefused(Refusal.NO_CREDENTIAL, () -> suspend(Duration.ofDays(3)));
    assertRefused(Refusal.NO_CREDENTIAL, () -> lift(EnrolmentWorld.wish()));
    assertRefused(
        Refusal.NO_CREDENTIAL,
        () -> revoke(EnrolmentWorld.wish(), RevocationReason.KEY_COMPROMISED));
    assertEnded(RevocationReason.SIGNER_ASKED);
  }

  @Test
  void refusesToLiftWhatShouldBeRevokedByNow() throws Exception {
    suspend(Duration.ofHours(2));
    world.putTheClockOn(Duration.ofHours(2));
    assertRefused(Refusal.CREDENTIAL_STATE, () -> lift(EnrolmentWorld.wish()));
  }

  /** ENR-06. */
  @Test
  void letsNoOfficerActOnHimself() {
    RegisteredCaller himself = EnrolmentWorld.officer(ANE.value());
    Instant until = world.now().plus(Duration.ofDays(3));
    assertRefused(
        Refusal.OFFICER_IS_APPLICANT,
        () -> suspending().run(himself, EnrolmentWorld.wish(), suspension(ANE, until)));
    assertRefused(
        Refusal.OFFICER_IS_APPLICANT,
        () -> lifting().run(himself, EnrolmentWorld.wish(), ANE, EVIDENCE));
    assertRefused(
        Refusal.OFFICER_IS_APPLICANT,
        () ->
            revoking()
                .run(
                    himself,
                    EnrolmentWorld.wish(),
                    new RevokeCredentials.Wish(
                        ANE, RevocationReason.SIGNER_ASKED, Optional.empty())));
    assertState(SignerState.ACTIVE, CredentialState.ACTIVE, CertificateState.GOOD);
  }

  @Test
  void refusesWhoIsNotRegisteredAndADocumentThatHasExpired() throws RefusedException {
    Dni nobody = Dni.parse("99999999R");
    Instant until = world.now().plus(Duration.ofDays(3));
    assertRefused(
        Refusal.SIGNER_NOT_FOUND,
        () -> suspending().run(OFFICER, EnrolmentWorld.wish(), suspension(nobody, until)));
    assertRefused(
        Refusal.SIGNER_NOT_FOUND,
        () -> lifting().run(OFFICER, EnrolmentWorld.wish(), nobody, EVIDENCE));
    suspend(Duration.ofDays(3));
    assertRefused(
        Refusal.IDENTITY_DOCUMENT_EXPIRED,
        () ->
            lifting()
                .run(OFFICER, EnrolmentWorld.wish(), ANE, EnrolmentWorld.evidence("2026-11-20")));
    assertState(SignerState.SUSPENDED, CredentialState.SUSPENDED, CertificateState.SUSPENDED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT59M", "P30DT1M", "-PT1H"})
  void suspendsForAnHourToThirtyDays(String outside) {
    assertThatThrownBy(() -> suspend(Duration.parse(outside)))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("suspended_until");
    assertState(SignerState.ACTIVE, CredentialState.ACTIVE, CertificateState.GOOD);
  }

  /** CRT-10. */
  @Test
  void revokesASuspensionThatNobodyHasLifted() throws Exception {
    suspend(Duration.ofHours(2));
    before = world.enrolment.lastRecord();
    world.putTheClockOn(Duration.ofMinutes(110));
    world.tidy.run();
    assertState(SignerState.SUSPENDED, CredentialState.SUSPENDED, CertificateState.SUSPENDED);

    world.putTheClockOn(Duration.ofMinutes(11));
    world.tidy.run();
    assertEnded(RevocationReason.SUSPENSION_ENDED);
    assertThat(lines())
        .containsExactly(
            "CERTIFICATE_REVOKED system",
            "KEY_DESTROYED system",
            "CERTIFICATE_REVOKED system",
            "KEY_DESTROYED system",
            "SIGNER_WRITTEN system");
    assertThat(notice(MessageKind.CREDENTIALS_REVOKED).text()).contains("inork ez du etetea");
    world.tidy.run();
    assertThat(lines()).hasSize(5);
  }

  /** KEY-10: what was suspended when its time was over ends so too. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void destroysTheKeysOfExpiredCertificates(boolean suspended) throws Exception {
    if (suspended) {
      world.putTheClockOn(Duration.ofDays(10));
      suspend(Duration.ofDays(30));
    }
    before = world.enrolment.lastRecord();
    world.putTheClockOn(Duration.ofDays(suspended ? 21 : 31));
    world.tidy.run();

    assertThat(read())
        .allSatisfy(
            one -> {
              assertThat(one.state()).isEqualTo(CredentialState.KEY_DESTROYED);
              assertThat(one.sealedKey()).isEmpty();
            });
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.PENDING_ACTIVATION);
    assertThat(lines())
        .containsExactly(
            "CERTIFICATE_EXPIRED system",
            "KEY_DESTROYED system",
            "CERTIFICATE_EXPIRED system",
            "KEY_DESTROYED system",
            "SIGNER_WRITTEN system");
    assertThat(notice(MessageKind.CREDENTIALS_EXPIRED).subject()).isEqualTo("Zure BakQ iraungi da");
    world.tidy.run();
    assertThat(lines()).hasSize(5);
  }

  @Test
  void letsOneAlteredRowNotKeepTheOthersFromTheirEnd() throws Exception {
    Signer miren = world.registered(Dni.parse("99999999R"));
    world.activate(miren, List.of(CredentialPurpose.SIGNATURE));
    world.enrolment.database.asSuperuser(
        "set session_replication_role = replica",
        "update credential set epoch = 'x' where signer_id = '" + ane.id() + "'");
    world.putTheClockOn(Duration.ofDays(31));
    world.tidy.run();
    assertThat(world.find(miren).orElseThrow().state()).isEqualTo(SignerState.PENDING_ACTIVATION);
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.ACTIVE);
  }

  /** As the release before there was a register left them. */
  @Test
  void takesOlderCredentialsIntoTheRegister() throws Exception {
    world.enrolment.database.asSuperuser(
        "truncate certificate_register",
        "set session_replication_role = replica",
        "update credential set expires_at = null");
    world.tidy.run();
    assertState(SignerState.ACTIVE, CredentialState.ACTIVE, CertificateState.GOOD);
    assertThat(registered())
        .extracting(one -> one.credential().orElseThrow())
        .containsExactlyElementsOf(credentials.stream().map(Credential::id).toList());
    revoke(EnrolmentWorld.wish(), RevocationReason.SIGNER_ASKED);
    assertEnded(RevocationReason.SIGNER_ASKED);
  }

  private Instant suspend(Duration length) throws RefusedException {
    Instant until = world.now().plus(length);
    suspend(EnrolmentWorld.wish(), until);
    return until;
  }

  private void suspend(IdempotentWish wish, Instant until) throws RefusedException {
    suspending().run(OFFICER, wish, suspension(ANE, until));
  }

  private static SuspendCredentials.Wish suspension(Dni dni, Instant until) {
    return new SuspendCredentials.Wish(
        dni, SuspensionReason.COMPROMISE_SUSPECTED, until, Optional.empty());
  }

  private void lift(IdempotentWish wish) throws RefusedException {
    lifting().run(OFFICER, wish, ANE, EVIDENCE);
  }

  private void revoke(IdempotentWish wish, RevocationReason reason) throws RefusedException {
    revoking()
        .run(
            OFFICER, wish, new RevokeCredentials.Wish(ANE, reason, Optional.of(EVIDENCE.sha256())));
  }

  private SuspendCredentials suspending() {
    return new SuspendCredentials(
        world.enrolment.database.database(),
        world.enrolment.calls,
        world.enrolment.rules,
        world.enrolment.signers,
        world.status,
        world.enrolment.outbox,
        world.enrolment.audit);
  }

  private LiftSuspension lifting() {
    return new LiftSuspension(
        world.enrolment.database.database(),
        world.enrolment.calls,
        world.enrolment.rules,
        world.enrolment.signers,
        world.status,
        world.enrolment.outbox,
        world.enrolment.audit);
  }

  private RevokeCredentials revoking() {
    return new RevokeCredentials(
        world.enrolment.database.database(),
        world.enrolment.calls,
        world.enrolment.rules,
        world.enrolment.signers,
        world.status,
        world.enrolment.outbox,
        world.enrolment.audit);
  }

  private void assertState(
      SignerState signer, CredentialState credential, CertificateState certificate) {
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(signer);
    assertThat(read()).hasSize(2).extracting(Credential::state).containsOnly(credential);
    assertThat(registered())
        .hasSize(2)
        .extracting(RegisteredCertificate::state)
        .containsOnly(certificate);
  }

  private void assertEnded(RevocationReason reason) {
    assertState(
        SignerState.PENDING_ACTIVATION, CredentialState.KEY_DESTROYED, CertificateState.REVOKED);
    assertThat(registered()).allSatisfy(one -> assertThat(one.reason()).contains(reason));
    assertThat(
            world.enrolment.database.<List<Bytes>>run(
                handle ->
                    handle
                        .createQuery(
                            "select sealed_key from credential where sealed_key is not null")
                        .map((row, context) -> Bytes.copyOf(row.getBytes(1)))
                        .list()))
        .isEmpty();
  }

  /** Refused, recorded, and nothing else done. */
  private void assertRefused(Refusal refusal, ThrowingCallable act) {
    long last = world.enrolment.lastRecord();
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
    assertThat(world.enrolment.recorded(last))
        .extracting(record -> record.type() + " " + record.reason())
        .containsExactly("ENROLMENT_REJECTED " + refusal.name());
  }

  /** The credentials of the beginning, as they are now. */
  private List<Credential> read() {
    return credentials.stream()
        .map(
            one ->
                world
                    .enrolment
                    .database
                    .<Optional<Credential>>run(handle -> world.credentials.find(handle, one.id()))
                    .orElseThrow())
        .toList();
  }

  private List<RegisteredCertificate> registered() {
    return credentials.stream()
        .map(
            one ->
                world
                    .enrolment
                    .database
                    .<Optional<RegisteredCertificate>>run(
                        handle -> world.register.find(handle, one.certificate().getSerialNumber()))
                    .orElseThrow())
        .toList();
  }

  private UUID act() {
    return world.enrolment.database.run(
        handle ->
            handle
                .createQuery("select id from credential_act order by done_at desc limit 1")
                .mapTo(UUID.class)
                .one());
  }

  /** What the newest act tells its person. */
  private ComposedMessage notice(MessageKind kind) {
    UUID act = act();
    assertThat(world.enrolment.outbox()).contains(kind + " " + act);
    return composed(new OutgoingMessage(kind, act, Optional.of(ane.id()), world.now()))
        .orElseThrow();
  }

  private Optional<ComposedMessage> composed(OutgoingMessage message) {
    return world.enrolment.database.run(handle -> world.messages.compose(handle, message));
  }

  private List<AuditRecord> recorded() {
    return world.enrolment.recorded(before);
  }

  private List<String> lines() {
    return recorded().stream().map(record -> record.type() + " " + record.actor()).toList();
  }
}
