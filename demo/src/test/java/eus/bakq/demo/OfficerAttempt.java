package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.LiftSuspensionRequest;
import eus.bakq.registration.v1.RenewActivationRequest;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.registration.v1.RevokeCredentialsRequest;
import eus.bakq.registration.v1.SuspendCredentialsRequest;
import eus.bakq.registration.v1.UnlockSignerRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.Optional;

/** What an officer does to somebody who is active. */
final class OfficerAttempt extends KillAttempt {
  private static final String INVITED = "INSERT INTO activation ";
  private static final RevocationReason REASON = RevocationReason.REVOCATION_REASON_SIGNER_ASKED;
  private static final int LOCK_AFTER = 5;

  private final KillStep step;
  private KillWorld kill;
  private Citizen citizen;
  private SuspendCredentialsRequest suspension;
  private LiftSuspensionRequest lifting;
  private RevokeCredentialsRequest revocation;
  private UnlockSignerRequest unlocking;
  private RenewActivationRequest renewal;
  private long actsBefore;

  OfficerAttempt(KillStep step) {
    this.step = step;
  }

  @Override
  void prepare(KillWorld world) throws Exception {
    kill = world;
    citizen = kill.citizen();
    suspension = Officer.suspension(citizen, Duration.ofDays(3));
    lifting = Officer.lifting(citizen);
    revocation = Officer.revocation(citizen, REASON);
    unlocking = Officer.unlocking(citizen);
    renewal = Officer.renewal(citizen);
    if (step == KillStep.LIFT) {
      kill.world().officer().suspend(suspension);
    } else if (step == KillStep.RENEW) {
      kill.world().officer().revoke(revocation);
    } else if (step == KillStep.UNLOCK) {
      lock();
    }
    kill.awaitNoMessages(citizen);
    actsBefore = acts();
  }

  private void lock() {
    Sede sede = kill.world().sede(WorldFiles.SEDE_A);
    SignatureRequest request = sede.ask(Documents.form());
    for (int i = 0; i < LOCK_AFTER; i++) {
      citizen.open(request).submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    }
    var _ = sede.cancel(request.getId());
  }

  @Override
  Citizen citizen() {
    return citizen;
  }

  @Override
  void act() {
    Officer officer = kill.world().officer();
    var _ =
        switch (step) {
          case SUSPEND -> officer.suspend(suspension);
          case LIFT -> officer.lift(lifting);
          case REVOKE -> officer.revoke(revocation);
          case UNLOCK -> officer.unlock(unlocking);
          case RENEW -> officer.renew(renewal);
          default -> throw new IllegalStateException(step + " is no step of an officer");
        };
  }

  @Override
  void judge(boolean answered, Optional<KillPoint> point) throws Exception {
    String after =
        switch (step) {
          case SUSPEND -> "SUSPENDED";
          case LIFT -> "ACTIVE";
          default -> "PENDING_ACTIVATION";
        };
    if (step != KillStep.UNLOCK && step != KillStep.RENEW) {
      boolean done = done(point, answered, "insert into bakq.credential_act", isIn(after));
      assertThat(isIn(after)).as(after).isEqualTo(done);
    }
    if (step == KillStep.UNLOCK) {
      boolean done = done(point, answered, "set failures = 0, locked_at = null", isUnlocked());
      assertThat(isUnlocked()).as("unlocked").isEqualTo(done);
    }
    if (step == KillStep.RENEW) {
      boolean done = done(point, answered, INVITED, acts() == actsBefore + 1);
      assertThat(acts()).as("links").isEqualTo(actsBefore + (done ? 1 : 0));
      assertThat(links()).as("messages with a link").isEqualTo(acts());
    }
    act(); // the officer does not know, and sends the same request again
    assertThat(acts()).as("done once").isEqualTo(actsBefore + 1);
  }

  private boolean isIn(String state) throws Exception {
    return text(
            kill.world(), "select state from signer where id = '%s'".formatted(citizen.signerId()))
        .equals(state);
  }

  private boolean isUnlocked() throws Exception {
    return kill.world()
            .count(
                "select count(*) from failure_counter where id = '%s' and locked_at is not null"
                    .formatted(citizen.signerId()))
        == 0;
  }

  private long acts() throws Exception {
    String records =
        switch (step) {
          case UNLOCK -> "audit_record where type = 'ACCOUNT_UNLOCKED' and subject";
          case RENEW -> "activation where state = 'LINK_SENT' and signer_id::text";
          default -> "credential_act where signer_id::text";
        };
    return kill.world()
        .count("select count(*) from %s = '%s'".formatted(records, citizen.signerId()));
  }

  /** How many messages there are, sent or not, for links that can be opened. */
  private long links() throws Exception {
    return kill.world()
        .count(
            """
            select count(*) from outbox_message m join activation a on a.id = m.reference
            where a.state = 'LINK_SENT' and a.signer_id = '%s'"""
                .formatted(citizen.signerId()));
  }

  @Override
  void goOn() throws Exception {
    kill.awaitNoMessages(citizen);
    if (step == KillStep.SUSPEND) {
      kill.world().officer().lift(citizen);
    }
    if (step == KillStep.REVOKE || step == KillStep.RENEW) {
      if (step == KillStep.REVOKE || hasNoLink(kill.world(), citizen)) {
        kill.world().officer().renew(citizen);
      }
      kill.awaitNoMessages(citizen);
      citizen.activate();
    }
    signsSomethingNew(kill, citizen);
    if (step == KillStep.UNLOCK || step == KillStep.LIFT) {
      kill.rest(citizen);
    }
  }
}
