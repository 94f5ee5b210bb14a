package eus.bakq.demo;

/** The calls of the walk in which a server is killed, in the order in which people make them. */
enum KillStep {
  REGISTER,
  OPEN_LINK,
  SET_PASSWORD,
  CONFIRM_DATA,
  ACCEPT_TERMS,
  ACTIVATION_PASSWORD,
  ACTIVATION_CODE,
  UPLOAD,
  CREATE,
  CREATE_UPLOADED,
  OPEN,
  PASSWORD,
  CODE,

  /** The code for two documents that are wanted at B-LTA, once their values are recorded. */
  COMPLETE,
  FETCH,
  ACKNOWLEDGE,
  CANCEL,
  REJECT,
  SUSPEND,
  LIFT,
  UNLOCK,
  REVOKE,
  RENEW;

  /** Whether people are told nothing by it. */
  boolean isQuiet() {
    return switch (this) {
      case SET_PASSWORD,
          CONFIRM_DATA,
          ACCEPT_TERMS,
          UPLOAD,
          CREATE,
          CREATE_UPLOADED,
          OPEN,
          FETCH,
          ACKNOWLEDGE,
          CANCEL,
          REJECT ->
          true;
      case REGISTER,
          OPEN_LINK,
          ACTIVATION_PASSWORD,
          ACTIVATION_CODE,
          PASSWORD,
          CODE,
          COMPLETE,
          SUSPEND,
          LIFT,
          UNLOCK,
          REVOKE,
          RENEW ->
          false;
    };
  }

  /** Whether {@code point} is looked at in this step: what another step has as well, is not. */
  boolean has(KillPoint point) {
    return this != COMPLETE || point.committed(SigningAttempt.LEDGER) >= SigningAttempt.KEPT;
  }

  KillAttempt attempt() {
    return switch (this) {
      case REGISTER,
          OPEN_LINK,
          SET_PASSWORD,
          CONFIRM_DATA,
          ACCEPT_TERMS,
          ACTIVATION_PASSWORD,
          ACTIVATION_CODE ->
          new ActivationAttempt(this);
      case UPLOAD,
          CREATE,
          CREATE_UPLOADED,
          OPEN,
          PASSWORD,
          CODE,
          COMPLETE,
          FETCH,
          ACKNOWLEDGE,
          CANCEL,
          REJECT ->
          new SigningAttempt(this);
      case SUSPEND, LIFT, UNLOCK, REVOKE, RENEW -> new OfficerAttempt(this);
    };
  }
}
