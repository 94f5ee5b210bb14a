package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.registration.v1.RegisterSignerRequest;
import java.util.Optional;

/** From the officer to the certificate. */
final class ActivationAttempt extends KillAttempt {
  private static final String REGISTERED = "INSERT INTO signer";
  private static final String MOVED = "UPDATE activation SET state";
  private static final String CHALLENGED = "insert into bakq.interaction_share";
  private static final String LINKED = "insert into bakq.credential ";

  private final KillStep step;
  private KillWorld kill;
  private Citizen citizen;
  private RegisterSignerRequest registration;
  private Activating activating;
  private String secret = "";
  private String before = "";

  ActivationAttempt(KillStep step) {
    this.step = step;
  }

  @Override
  void prepare(KillWorld world) throws Exception {
    kill = world;
    citizen = kill.world().newCitizen();
    registration = Officer.registration(citizen);
    if (step == KillStep.REGISTER) {
      return;
    }
    citizen.register(kill.world().officer(), registration);
    kill.awaitNoMessages(citizen);
    if (step != KillStep.OPEN_LINK) {
      activating = citizen.openLink();
      secret = citizen.nextTemporaryPassword();
      if (step != KillStep.SET_PASSWORD) {
        stepsUntilCode();
      }
      kill.awaitNoMessages(citizen);
    }
    before = state();
  }

  private void stepsUntilCode() {
    activating.setPassword(secret, Citizen.PASSWORD);
    if (step == KillStep.CONFIRM_DATA) {
      return;
    }
    activating.confirm(Officer.DOCUMENT_EXPIRY);
    if (step == KillStep.ACCEPT_TERMS) {
      return;
    }
    activating.acceptTerms();
    if (step == KillStep.ACTIVATION_CODE) {
      activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
      secret = citizen.nextCode();
    }
  }

  @Override
  Citizen citizen() {
    return citizen;
  }

  @Override
  void act() {
    switch (step) {
      case REGISTER -> kill.world().officer().register(registration);
      case OPEN_LINK -> activating = citizen.openLink();
      case SET_PASSWORD -> activating.setPassword(secret, Citizen.PASSWORD);
      case CONFIRM_DATA -> activating.confirm(Officer.DOCUMENT_EXPIRY);
      case ACCEPT_TERMS -> activating.acceptTerms();
      case ACTIVATION_PASSWORD -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
      case ACTIVATION_CODE -> activating.submitCode(secret);
      default -> throw new IllegalStateException(step + " is no step of an activation");
    }
  }

  @Override
  void judge(boolean answered, Optional<KillPoint> point) throws Exception {
    if (step == KillStep.REGISTER) {
      judgeRegistration(answered, point);
    } else {
      assertThat(state()).as("the activation").isEqualTo(expected(answered, point));
    }
    if (step == KillStep.ACTIVATION_PASSWORD) {
      judgePassword(answered, point);
    }
  }

  @Override
  void goOn() throws Exception {
    kill.awaitNoMessages(citizen);
    if (!state().equals("COMPLETED")) {
      activateAgain();
    }
    assertThat(state()).isEqualTo("COMPLETED");
    signsSomethingNew(kill, citizen);
    kill.rest(citizen);
  }

  /** A challenge and the SMS with its code, or neither. */
  private void judgePassword(boolean answered, Optional<KillPoint> point) throws Exception {
    String challenged =
        """
        select count(*) from interaction i join activation a on a.id = i.subject
        where i.state = 'CHALLENGED' and a.signer_id = '%s'"""
            .formatted(citizen.signerId());
    String sent =
        """
        select count(*) from outbox_message m join interaction i on i.challenge_id = m.reference
        join activation a on a.id = i.subject where i.state = 'CHALLENGED' and a.signer_id = '%s'"""
            .formatted(citizen.signerId());
    long known = kill.world().count(challenged);
    assertThat(known)
        .as("challenges")
        .isEqualTo(done(point, answered, CHALLENGED, known == 1) ? 1 : 0);
    assertThat(kill.world().count(sent)).as("codes").isEqualTo(known);
  }

  private void judgeRegistration(boolean answered, Optional<KillPoint> point) throws Exception {
    long known = kill.world().count(registered());
    boolean done = done(point, answered, REGISTERED, known == 1);
    assertThat(known).as("registered").isEqualTo(done ? 1 : 0);
    // The officer does not know, and sends the same request again: the same answer, once done.
    citizen.register(kill.world().officer(), registration);
    assertThat(kill.world().count(registered())).isOne();
    assertThat(kill.world().officer().register(registration)).isEqualTo(citizen.signerId());
    assertThat(
            kill.world()
                .count(
                    "select count(*) from activation where signer_id = '%s'"
                        .formatted(citizen.signerId())))
        .isOne();
  }

  private String registered() {
    return "select count(*) from signer where dni = '%s'".formatted(citizen.dni());
  }

  private String expected(boolean answered, Optional<KillPoint> point) throws Exception {
    String after =
        switch (step) {
          case OPEN_LINK -> "OPENED";
          case SET_PASSWORD -> "PASSWORD_SET";
          case CONFIRM_DATA -> "DATA_CONFIRMED";
          case ACCEPT_TERMS -> "TERMS_ACCEPTED";
          case ACTIVATION_CODE -> "COMPLETED";
          default -> before;
        };
    boolean done =
        done(
            point,
            answered,
            step == KillStep.ACTIVATION_CODE ? LINKED : MOVED,
            state().equals(after));
    return done ? after : before;
  }

  private String state() throws Exception {
    return text(
        kill.world(),
        "select state from activation where signer_id = '%s' order by created_at desc limit 1"
            .formatted(citizen.signerId()));
  }

  /** With the same link, from its opening on; what was sent for an earlier opening is worthless. */
  private void activateAgain() throws Exception {
    if (hasNoLink(kill.world(), citizen)) {
      var _ = kill.world().officer().renew(citizen); // it came to a mailbox of a dead process
      kill.awaitNoMessages(citizen);
    }
    Activating again = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();
    again.setPassword(temporary, Citizen.PASSWORD);
    again.confirm(Officer.DOCUMENT_EXPIRY);
    again.acceptTerms();
    again.submitPassword(citizen.dni(), Citizen.PASSWORD);
    String code = citizen.nextCode();
    if (step == KillStep.ACTIVATION_CODE && !code.equals(secret)) {
      String old = secret;
      assertThat(Refused.by(() -> again.submitCode(old)).reason())
          .as("the code of before")
          .isEqualTo("AUTHENTICATION_FAILED");
    }
    again.submitCode(code);
  }
}
