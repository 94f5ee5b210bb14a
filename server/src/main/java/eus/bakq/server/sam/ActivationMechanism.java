package eus.bakq.server.sam;

/** How a key is activated. A key is bound to one mechanism for life (SAD-15). */
public final class ActivationMechanism {
  /** BakQ password, then a code by SMS. */
  public static final String PASSWORD_AND_SMS = "bakq/password+sms/v1";

  private ActivationMechanism() {}
}
