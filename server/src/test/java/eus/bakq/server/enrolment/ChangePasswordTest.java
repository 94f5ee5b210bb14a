package eus.bakq.server.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.Pki;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.PasswordPolicy;
import eus.bakq.server.authentication.PasswordPolicySettings;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.FakeCitizenKeys;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SuspensionReason;
import java.security.KeyPair;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From one password to another: one of them is good at any time; KEY-04, KEY-10, ENR-13. */
@Tag("postgres")
final class ChangePasswordTest {
  private static final List<CredentialPurpose> SIGNING = List.of(CredentialPurpose.SIGNATURE);
  private static final List<CredentialPurpose> BOTH =
      List.of(CredentialPurpose.SIGNATURE, CredentialPurpose.AUTHENTICATION);
  private static final String FIRST = ActivationWorld.PASSWORD;
  private static final String SECOND = "ibaia zabal, zubia estu";
  private static final String THIRD = "hodei beltza, haize hotza";

  private final PasswordPolicy policy = PasswordPolicy.open(PasswordPolicySettings.STANDARD);
  private ActivationWorld world;
  private PasswordChangeParts parts;
  private Signer ane;
  private long before;

  @BeforeEach
  void register() throws RefusedException {
    world = new ActivationWorld();
    parts =
        new PasswordChangeParts(
            world.enrolment.database.database(),
            world.enrolment.signers,
            world.authentication.altered(),
            world.interactions,
            world.authentication.passwords(),
            world.credentials,
            world.register,
            world.citizenKeys,
            new Seal(world.random),
            world.enrolment.outbox,
            world.enrolment.audit);
    ane = world.registered(EnrolmentWorld.ANE);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void activate(List<CredentialPurpose> purposes) throws RefusedException {
    var _ = world.activate(ane, purposes);
    before = world.enrolment.lastRecord();
  }

  @Test
  void replacesEveryCredentialInOneAct() throws RefusedException {
    activate(BOTH);
    List<Credential> old = usable();

    change(FIRST, SECOND, BOTH);

    List<Credential> usable = usable();
    assertThat(usable).hasSize(2).doesNotContainAnyElementsOf(old);
    assertThat(usable)
        .allSatisfy(
            credential -> {
              assertThat(credential.state()).isEqualTo(CredentialState.ACTIVE);
              assertThat(credential.binding().passwordGeneration()).isEqualTo(2);
              assertThat(registered(credential).state()).isEqualTo(CertificateState.GOOD);
            });
    assertThat(old)
        .allSatisfy(
            credential -> {
              RegisteredCertificate registered = registered(credential);
              assertThat(registered.reason()).contains(RevocationReason.PASSWORD_CHANGED);
              assertThat(registered.reasonCode()).hasValue(4);
              assertThat(now(credential).state()).isEqualTo(CredentialState.KEY_DESTROYED);
              assertThat(now(credential).sealedKey()).isEmpty();
            });
    assertThat(world.find(ane).orElseThrow().state()).isEqualTo(SignerState.ACTIVE);
    assertThat(world.enrolment.count("unlinked_certificate")).isZero();
    assertThat(types())
        .containsSubsequence(
            "KEY_GENERATION_INTENDED",
            "CERTIFICATE_ISSUED",
            "CERTIFICATE_ISSUED",
            "CERTIFICATE_REVOKED",
            "KEY_DESTROYED",
            "CERTIFICATE_REVOKED",
            "KEY_DESTROYED",
            "CERTIFICATE_LINKED",
            "CERTIFICATE_LINKED",
            "PASSWORD_CHANGED");
  }

  @Test
  @DisplayName("ENR-05: a changed password makes no certificate last longer: nobody was identified")
  void endsWhenTheOldOneWouldHave() throws RefusedException, SQLException {
    activate(SIGNING);
    Instant end = usable().getFirst().lastValidAt();
    world.putTheClockOn(Duration.ofDays(2));

    change(FIRST, SECOND, SIGNING);
    change(SECOND, THIRD, SIGNING);

    assertThat(usable().getFirst().lastValidAt()).isEqualTo(end);
  }

  @Test
  void leavesTheOldOneWholeWhenNoKeyIsMade() throws RefusedException {
    activate(SIGNING);
    List<Credential> old = usable();
    world.citizenKeys.failNext(FakeCitizenKeys.Failure.BEFORE_SIGNING);

    assertThatThrownBy(() -> change(FIRST, SECOND, SIGNING))
        .isInstanceOf(UnavailableException.class);

    assertThat(usable()).isEqualTo(old);
    change(FIRST, SECOND, SIGNING);
    assertThat(usable()).doesNotContainAnyElementsOf(old);
  }

  @Test
  void leavesTheOldOnesWholeWhenTheSecondKeyIsNotMadeAndRevokesWhatWasIssued()
      throws RefusedException, SQLException {
    activate(BOTH);
    List<Credential> old = usable();
    AtomicInteger keys = new AtomicInteger();
    world.beforeEachKey.set(
        () -> {
          if (keys.incrementAndGet() == 2) {
            world.citizenKeys.failNext(FakeCitizenKeys.Failure.BEFORE_SIGNING);
          }
        });

    assertThatThrownBy(() -> change(FIRST, SECOND, BOTH)).isInstanceOf(UnavailableException.class);

    assertThat(usable()).isEqualTo(old);
    assertThat(world.enrolment.count("unlinked_certificate")).isOne();
    world.putTheClockOn(Duration.ofMinutes(61));
    world.tidy.run();
    assertThat(world.enrolment.count("unlinked_certificate")).isZero();
    assertThat(revocations()).containsExactly("NEVER_LINKED");
    assertThat(old)
        .allSatisfy(one -> assertThat(registered(one).state()).isEqualTo(CertificateState.GOOD));
  }

  @Test
  void changesNothingWhenAnOfficerSuspendsMeanwhile() throws RefusedException {
    activate(SIGNING);
    world.beforeEachKey.set(this::suspend);

    assertNotChanged(FIRST, SECOND);

    assertThat(usable()).extracting(Credential::state).containsExactly(CredentialState.SUSPENDED);
    assertThat(refusals()).containsExactly("ACCOUNT_CHANGED");
    assertThat(revocations()).containsExactly("NEVER_LINKED");
    assertThat(world.enrolment.count("unlinked_certificate")).isZero();
  }

  @Test
  @DisplayName(
      "of two changes of which one overtakes the other, that one is done and the other not")
  void oneOfTwoChangesIsDone() throws RefusedException {
    activate(SIGNING);
    AtomicInteger keys = new AtomicInteger();
    world.beforeEachKey.set(
        () -> {
          if (keys.incrementAndGet() == 1) {
            try {
              change(FIRST, THIRD, SIGNING);
            } catch (RefusedException e) {
              throw new AssertionError("the one that overtakes", e);
            }
          }
        });

    assertNotChanged(FIRST, SECOND);

    assertThat(usable()).hasSize(1);
    assertThat(refusals()).containsExactly("ACCOUNT_CHANGED");
    assertThat(revocations()).containsExactly("PASSWORD_CHANGED", "NEVER_LINKED");
    world.beforeEachKey.set(() -> {});
    change(THIRD, SECOND, SIGNING);
  }

  @Test
  @DisplayName("KEY-10: rows of before the end of a key, put back meanwhile, make no new key")
  void makesNoNewKeyOfOneThatWasEnded() throws RefusedException, SQLException {
    activate(SIGNING);
    world.beforeEachKey.set(
        () -> {
          revokeAndPutBack();
          world.beforeEachKey.set(() -> {});
        });

    assertNotChanged(FIRST, SECOND);

    assertThat(refusals()).containsExactly("SET_BACK");
  }

  @Test
  @DisplayName("KEY-10, KEY-14: a key of an epoch that has ended makes no new one")
  void makesNoNewKeyOfAnEndedEpoch() throws RefusedException {
    activate(SIGNING);
    world.citizenKeys.endEpoch();

    assertNotChanged(FIRST, SECOND);

    assertThat(refusals()).containsExactly("EPOCH_ENDED");
  }

  @Test
  @DisplayName("AUT-07: so many changes a minute are opened, by everybody together")
  void opensSoManyAMinute() throws RefusedException, SQLException {
    OpenPasswordChange open =
        new OpenPasswordChange(
            parts,
            new EnrolmentSettings(EnrolmentWorld.PAGE, EnrolmentSettings.STANDARD_LIFE, 2),
            world.random);
    Bytes program = Bytes.copyOf(program().getPublic().getEncoded());
    open.run(program);
    open.run(program);

    assertThatThrownBy(() -> open.run(program))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> {
              assertThat(e.refusal()).isEqualTo(Refusal.QUOTA_EXCEEDED);
              assertThat(e.retryAfter()).contains(Duration.ofMinutes(1));
            });

    world.putTheClockOn(Duration.ofSeconds(61));
    open.run(program);
  }

  private void assertNotChanged(String old, String chosen) {
    assertThatThrownBy(() -> change(old, chosen, SIGNING))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.PASSWORD_NOT_CHANGED));
  }

  private void suspend() {
    act(
        (handle, signer) ->
            world.status.suspend(
                handle,
                new CredentialStatus.Ground("officer", Optional.empty()),
                signer,
                new CredentialDeed.Suspended(
                    SuspensionReason.SIGNER_ASKED, Database.now(handle).plus(Duration.ofDays(1))),
                Database.now(handle)));
  }

  /** As the database's administrator does it, who keeps rows with the MACs of then. */
  private void revokeAndPutBack() {
    try {
      for (String table : List.of("signer", "credential", "certificate_register")) {
        world.enrolment.database.asSuperuser(
            "create table public.kept_%s as select * from bakq.%s".formatted(table, table));
      }
      act(
          (handle, signer) ->
              world.status.revoke(
                  handle,
                  new CredentialStatus.Ground("officer", Optional.empty()),
                  signer,
                  RevocationReason.KEY_COMPROMISED,
                  Database.now(handle)));
      for (String table : List.of("signer", "credential", "certificate_register")) {
        world.enrolment.database.asSuperuser(
            "set session_replication_role = replica",
            "delete from bakq." + table,
            "insert into bakq.%s select * from public.kept_%s".formatted(table, table));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Deed {
    void on(Handle handle, Signer signer) throws RefusedException;
  }

  private void act(Deed deed) {
    try {
      world
          .enrolment
          .database
          .database()
          .transact(
              handle ->
                  deed.on(
                      handle, world.enrolment.signers.findAndHold(handle, ane.id()).orElseThrow()));
    } catch (RefusedException e) {
      throw new AssertionError("an officer's act", e);
    }
  }

  /** Takes all steps of a change. */
  private void change(String old, String chosen, List<CredentialPurpose> purposes)
      throws RefusedException {
    PasswordChangeSubject subject = new PasswordChangeSubject(parts);
    KeyPair program = program();
    InteractionId interaction =
        new OpenPasswordChange(parts, world.enrolment.settings, world.random)
            .run(Bytes.copyOf(program.getPublic().getEncoded()))
            .interaction();
    SecretBytes ticket;
    try (PasswordStep.Attempt attempt =
        new PasswordStep.Attempt(
            interaction,
            ActivationWorld.METHOD,
            world.proof(program, interaction, "-"),
            ane.dni(),
            ActivationWorld.password(old),
            Optional.empty())) {
      ticket = new PasswordStep(world.authentication).run(attempt, subject).ticket();
    }
    Bytes hash = Bytes.copyOf(ticket.use(Bytes::sha256));
    try (CodeStep.Attempt attempt =
            new CodeStep.Attempt(
                interaction,
                ActivationWorld.METHOD,
                world.proof(program, interaction, hash.toHex()),
                ticket,
                world.code("PASSWORD_CHANGE_CODE"));
        SecretBytes password = ActivationWorld.password(chosen);
        ChangePassword.Changed changed =
            new ChangePassword(
                    parts,
                    new CodeStep(world.authentication),
                    world.authentication.devices(),
                    subject,
                    policy,
                    world.newCredentials(purposes),
                    world.status)
                .run(attempt, password)) {
      assertThat(changed.certificate().certificate()).isEqualTo(usable().getLast().certificate());
    }
  }

  private KeyPair program() {
    return Pki.ecKeys(world.random, "secp256r1");
  }

  private List<Credential> usable() {
    return world.enrolment.database.run(handle -> world.credentials.holdUsable(handle, ane.id()));
  }

  private Credential now(Credential credential) {
    return world.enrolment.database.run(
        handle -> world.credentials.find(handle, credential.id()).orElseThrow());
  }

  private RegisteredCertificate registered(Credential credential) {
    return world.enrolment.database.run(
        handle ->
            world.register.find(handle, credential.certificate().getSerialNumber()).orElseThrow());
  }

  private List<String> revocations() {
    return recorded().stream()
        .filter(record -> record.type().equals("CERTIFICATE_REVOKED"))
        .map(record -> record.details().get("why"))
        .toList();
  }

  private List<String> refusals() {
    return recorded().stream()
        .filter(record -> record.type().equals("PASSWORD_CHANGE_REFUSED"))
        .map(AuditRecord::reason)
        .toList();
  }

  private List<String> types() {
    return recorded().stream().map(AuditRecord::type).toList();
  }

  private List<AuditRecord> recorded() {
    return world.enrolment.recorded(before);
  }
}
