package eus.bakq.server.notification;

/** What is sent to citizens; each has one channel and one text in {@code wording}. */
public enum MessageKind {
  /** E-mail: the activation link. Reference: the activation. */
  ACTIVATION_LINK(Channel.EMAIL),
  /** SMS: the temporary password. Reference: the challenge. */
  TEMPORARY_PASSWORD(Channel.SMS),
  /** SMS: the code of the first authentication. Reference: the challenge. */
  ACTIVATION_CODE(Channel.SMS),
  /** SMS: the code for one frozen set of a sede. Reference: the challenge. */
  SIGNATURE_CODE(Channel.SMS),
  /** SMS: the code for changing the password. Reference: the challenge. */
  PASSWORD_CHANGE_CODE(Channel.SMS),
  /** E-mail: one more wrong try locks the account (AUT-10). Reference: the signer. */
  LOCK_WARNING(Channel.EMAIL),
  /** E-mail: one more wrong try locks the devices that are known. Reference: the signer. */
  KNOWN_DEVICES_WARNING(Channel.EMAIL),
  /** E-mail: one more wrong try locks all devices but those known. Reference: the signer. */
  OTHER_DEVICES_WARNING(Channel.EMAIL),
  /** E-mail: the account is locked. Reference: the signer. */
  ACCOUNT_LOCKED(Channel.EMAIL),
  /** E-mail: the devices that are known are locked. Reference: the signer. */
  KNOWN_DEVICES_LOCKED(Channel.EMAIL),
  /** E-mail: all devices but those known are locked. Reference: the signer. */
  OTHER_DEVICES_LOCKED(Channel.EMAIL),
  /** E-mail: BakQ is active. Reference: the activation. */
  ACTIVATION_COMPLETED(Channel.EMAIL),
  /** E-mail: BakQ is suspended, and why (CRT-09). Reference: the act. */
  CREDENTIALS_SUSPENDED(Channel.EMAIL),
  /** E-mail: BakQ can be used again. Reference: the act. */
  SUSPENSION_LIFTED(Channel.EMAIL),
  /** E-mail: BakQ is revoked, and why (CRT-09). Reference: the act. */
  CREDENTIALS_REVOKED(Channel.EMAIL),
  /** E-mail: the certificate's time is over (CRT-09). Reference: the act. */
  CREDENTIALS_EXPIRED(Channel.EMAIL),
  /** E-mail: the password was changed, and with it key and certificate. Reference: the act. */
  PASSWORD_CHANGED(Channel.EMAIL),
  /** E-mail: a signature was made. Reference: the signature request. */
  SIGNATURE_MADE(Channel.EMAIL),
  /** E-mail: a signature was made and never handed out. Reference: the signature request. */
  SIGNATURE_NOT_HANDED_OUT(Channel.EMAIL);

  private final Channel channel;

  MessageKind(Channel channel) {
    this.channel = channel;
  }

  public Channel channel() {
    return channel;
  }
}
