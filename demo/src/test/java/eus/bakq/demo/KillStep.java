package eus.bakq.demo;

import java.util.function.Function;

/** The calls of the walk in which a server is killed, in the order in which people make them. */
enum KillStep {
  REGISTER(ActivationAttempt::new),
  OPEN_LINK(ActivationAttempt::new),
  SET_PASSWORD(ActivationAttempt::new),
  CONFIRM_DATA(ActivationAttempt::new),
  ACCEPT_TERMS(ActivationAttempt::new),
  ACTIVATION_PASSWORD(ActivationAttempt::new),
  ACTIVATION_CODE(ActivationAttempt::new),
  UPLOAD(SigningAttempt::new),
  CREATE(SigningAttempt::new),
  CREATE_UPLOADED(SigningAttempt::new),
  OPEN(SigningAttempt::new),
  PASSWORD(SigningAttempt::new),
  CODE(SigningAttempt::new),
  FETCH(SigningAttempt::new),
  ACKNOWLEDGE(SigningAttempt::new),
  CANCEL(SigningAttempt::new),
  REJECT(SigningAttempt::new),
  SUSPEND(OfficerAttempt::new),
  LIFT(OfficerAttempt::new),
  UNLOCK(OfficerAttempt::new),
  REVOKE(OfficerAttempt::new),
  RENEW(OfficerAttempt::new);

  private final Function<KillStep, KillAttempt> attempts;

  KillStep(Function<KillStep, KillAttempt> attempts) {
    this.attempts = attempts;
  }

  KillAttempt attempt() {
    return attempts.apply(this);
  }
}
