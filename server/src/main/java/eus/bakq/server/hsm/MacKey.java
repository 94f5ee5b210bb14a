package eus.bakq.server.hsm;

/** The HMAC-SHA-256 keys of the HSM, one for each purpose (KEY-13). Each is in the token named. */
public enum MacKey {
  /** Custody: the password's verifier. */
  VERIFY,
  /** Custody: what opens a seal. */
  ACTIVATE,
  /** Record: SMS codes, temporary passwords and activation links. */
  OTP,
  /** Record: tickets. */
  TICKET,
  /** Record: reference codes. */
  REFERENCE,
  /** Record: what is kept of a request's body for {@code request_id}. */
  REQUEST_ID,
  /** Record: keys of documents at rest. */
  DOCUMENTS,
  /** Record: links between signer, contact data, key and certificate. */
  ROWS,
  /** Record: signature activation data. */
  SAD,
  /** Record: what lets a program be known as a device of one signer. */
  DEVICE
}
