package eus.bakq.server.audit;

/**
 * The catalogue of events (requirements 9.2). A type appears with the first act that is recorded by
 * it, and never goes away: old records keep their names. The subject is the id of what the sentence
 * is about, if nothing else is said. {@code docs/audit-events.md} is made of these comments, and a
 * test holds it to them.
 */
public enum AuditEventType {
  /** A server started and passed its checks. Details: {@code profile}, {@code version}. */
  SYSTEM_STARTED,
  /** A server stopped in order; a start without this before it followed a crash. */
  SYSTEM_STOPPED,
  /**
   * An auditor read or verified the record. Details: {@code subject}, {@code after}, {@code count}.
   */
  AUDIT_READ,
  /**
   * A call was refused at the door. Details: {@code audience}, {@code method}, {@code certificate}
   * (SHA-256).
   */
  CALLER_REFUSED,
  /**
   * An officer registered a citizen. Subject: the signer. Details: {@code activation}, {@code
   * evidence} (SHA-256).
   */
  ENROLMENT_REGISTERED,
  /** A registration was refused by a rule (ENR-01 to ENR-06). Details: {@code request}. */
  ENROLMENT_REJECTED,
  /**
   * A link for activating was put into the outbox; an older one is void. Details: {@code signer},
   * {@code expires}.
   */
  ACTIVATION_LINK_ISSUED,
  /** A citizen opened the link. Details: {@code signer}. */
  ACTIVATION_STARTED,
  /** A temporary password was put into the outbox. Details: {@code challenge}, {@code expires}. */
  TEMPORARY_PASSWORD_ISSUED,
  /** A citizen set the own password. Details: {@code generation}. */
  PASSWORD_SET,
  /**
   * A citizen confirmed the data shown, or said that they are wrong. Details: {@code shown}
   * (SHA-256).
   */
  PERSONAL_DATA_CONFIRMED,
  /**
   * A citizen accepted the terms. Details: {@code version}, {@code language}, {@code text}
   * (SHA-256).
   */
  TERMS_ACCEPTED,
  /**
   * BakQ is active: key sealed, certificate linked. Details: {@code signer}, {@code credential}.
   */
  ACTIVATION_COMPLETED,
  /** A step of an activation was refused. Details: {@code step}. */
  ACTIVATION_REFUSED,
  /**
   * A password was judged and counted, before the answer, which is the same either way. Details:
   * {@code interaction}, {@code failures}.
   */
  AUTHENTICATION_PASSWORD_JUDGED,
  /** All factors were right. Subject: the signer. Details: {@code interaction}, {@code factors}. */
  AUTHENTICATION_SUCCEEDED,
  /** The factors together were not right. Details: {@code interaction}, {@code failures}. */
  AUTHENTICATION_FAILED,
  /** The account is locked after five failures in a row (AUT-08). Details: {@code failures}. */
  ACCOUNT_LOCKED,
  /** An officer unlocked an account. Details: {@code evidence} (SHA-256). */
  ACCOUNT_UNLOCKED,
  /**
   * A code by SMS was put into the outbox. Details: {@code challenge}, {@code purpose}, {@code
   * expires}.
   */
  CODE_ISSUED,
  /**
   * A message was handed to its transport. Subject: its reference. Details: {@code kind}, {@code
   * channel}, {@code attempts}, {@code signer}.
   */
  MESSAGE_DELIVERED,
  /**
   * A message was not sent before it expired (EXPIRED), or was no longer to be sent (WITHDRAWN).
   * Details: as MESSAGE_DELIVERED.
   */
  MESSAGE_NOT_DELIVERED,
  /**
   * What a sede asks to have signed was fixed. Details: {@code set} (SHA-256), {@code count},
   * {@code expires}.
   */
  SIGNATURE_REQUEST_FROZEN,
  /** A citizen was shown what is to be signed. Details: {@code interaction}, {@code set}. */
  SIGNATURE_REQUEST_SHOWN,
  /** A citizen declined to sign. Details: {@code interaction}. */
  SIGNATURE_REQUEST_REJECTED,
  /** The sede took its request back. */
  SIGNATURE_REQUEST_CANCELLED,
  /** Nobody authorised the request in time. */
  SIGNATURE_REQUEST_EXPIRED,
  /** Every signature of the request was made. Details: {@code count}. */
  SIGNATURE_REQUEST_COMPLETED,
  /**
   * Signature activation data were made after all factors were right. Details: {@code sad}, {@code
   * credential}, {@code set}, {@code count}, {@code expires}.
   */
  SAD_CREATED,
  /**
   * Signature activation data were refused by the signature activation module. Details: {@code
   * sad}, {@code rule}.
   */
  SAD_REJECTED,
  /** Signature activation data were ended before use. Details: {@code sad}. */
  SAD_BURNT,
  /** A key pair is about to be made in the HSM. Details: {@code credential}, {@code algorithm}. */
  KEY_GENERATION_INTENDED,
  /**
   * A key pair was made and sealed. Details: {@code credential}, {@code spki} (SHA-256), {@code
   * epoch}.
   */
  KEY_GENERATED,
  /** A sealed key was erased. Details: {@code credential}, {@code spki}. */
  KEY_DESTROYED,
  /**
   * A certification request was signed by the new key. Details: {@code credential}, {@code request}
   * (SHA-256).
   */
  CERTIFICATE_REQUESTED,
  /**
   * The authority issued a certificate. Details: {@code credential}, {@code serial}, {@code
   * certificate} (SHA-256).
   */
  CERTIFICATE_ISSUED,
  /**
   * Signer, key and certificate were linked; from now on the key may sign. Details: {@code
   * credential}, {@code certificate}.
   */
  CERTIFICATE_LINKED,
  /**
   * The intent, before the key is used: occurrences are reserved. Details: {@code sad}, {@code
   * credential}, {@code certificate}, {@code set}, {@code count}.
   */
  SIGNATURE_AUTHORISED,
  /**
   * A signature was made and verified, before it is released (AUD-06). Details: {@code sad}, {@code
   * certificate}, {@code digest}, {@code value} (SHA-256).
   */
  SIGNATURE_CREATED,
  /** No signature was made after an intent. Details: {@code sad}, {@code certificate}. */
  SIGNATURE_FAILED,
  /**
   * The process ended between intent and outcome: a value may have been computed and was not
   * released. Details: {@code sad}, {@code count}.
   */
  SIGNATURE_INTERRUPTED,
  /** The sede fetched a signed document. Details: {@code document} (SHA-256). */
  SIGNED_DOCUMENT_FETCHED,
  /** The sede has them; our copies were erased. Details: {@code count}. */
  SIGNED_DOCUMENTS_ACKNOWLEDGED
}
