package eus.bakq.server.audit;

/**
 * The catalogue of events. A type appears with the first act that is recorded by it; once released
 * it never goes away: old records keep their names. The subject is the id of what the sentence is
 * about, if nothing else is said. {@code docs/audit-events.md} is made of these comments; tests
 * hold it to them, and them to what the code writes.
 */
public enum AuditEventType {
  /**
   * A server passed its checks and begins to act. Subject: {@code server}. Details: {@code
   * profile}, {@code version}, {@code node} (the same in its SYSTEM_STOPPED), and the limits of the
   * clocks: {@code clock_alert_after_ms}, {@code clock_stop_after_ms} (TIM-02).
   */
  SYSTEM_STARTED,
  /**
   * A server stopped in order: it records nothing after this. A node whose start has none did not
   * stop so far, or not in order. Subject and details: as SYSTEM_STARTED.
   */
  SYSTEM_STOPPED,
  /**
   * The clocks of a node and of the database differ by more than the operators should know; nothing
   * stopped. Reason: DIFFERS. Subject: {@code clock}. Details: {@code node}; {@code
   * ahead_at_least_ms} and {@code ahead_at_most_ms}, the bounds within which the database's is
   * ahead; {@code jump_ms}, by how far it surely is not where the node's monotonic clock would have
   * it; {@code behind_mark_ms}, by how far it is behind the latest time given out; {@code
   * alert_after_ms}, {@code stop_after_ms}.
   */
  CLOCK_SKEW_NOTICED,
  /**
   * A node gives out no time any more: it signs, activates and issues nothing (TIM-01, TIM-03). The
   * time of the record goes on by the node's monotonic clock. Reason: TOO_FAR_APART,
   * DATABASE_JUMPED or STANDS_STILL. Subject and details: as CLOCK_SKEW_NOTICED.
   */
  CLOCK_SKEW_STOPPED,
  /** The clocks agree again. Subject and details: as CLOCK_SKEW_NOTICED. */
  CLOCK_SKEW_OVER,
  /**
   * The database lacks a record that was anchored outside of it: it was set back, cut off or
   * rewritten, or is another one. The node that found it does nothing more with it (AUD-16).
   * Reason: RECORD_MISSING. Subject: {@code record}. Details: {@code anchored_sequence}, {@code
   * anchored_hash} (of the furthest anchor), {@code head_sequence} and {@code head_hash} (of what
   * was found; 0 and {@code none} if nothing was).
   */
  DATABASE_OLDER_THAN_ANCHOR,
  /**
   * Both officers have signed that the database goes on from where it is, and a node has set its
   * anchors to it (KEY-08). Actor: {@code officers}. Subject: {@code record}. Details: as
   * DATABASE_OLDER_THAN_ANCHOR, of what they were shown; {@code missing} (how many records), {@code
   * statement_sha256} (of what they signed).
   */
  DATABASE_RECONCILED,
  /**
   * The keys of passwords in the custody token were used, and no other record tells of it: they
   * were checked at a login, or a step was refused after the HSM had been asked. At most one of a
   * node in a minute. Actor: {@code system}. Subject: {@code custody}. Details: {@code node};
   * {@code verify}, {@code activate} (how often each).
   */
  KEY_USES_UNRECORDED,
  /**
   * How often the HSM says that the keys of passwords were used was compared with what the record
   * tells (docs/adr/0028). Reason, where it does not explain them: SURPLUS (somebody guesses at the
   * tokens), DEFICIT, WENT_BACK or BEGUN_ANEW. Actor: {@code system}. Subject: {@code custody}.
   * Details: {@code partitions} (how many), and each with {@code partition_} and its number:
   * beginning, time and counts of {@code verify} and {@code activate}; {@code verify_open}, {@code
   * activate_open} (carried to the next comparison); of what was compared {@code verify_used},
   * {@code verify_explained}, {@code verify_unexplained} and the same of {@code activate_used},
   * {@code activate_explained}, {@code activate_unexplained}.
   */
  KEY_USES_COMPARED,
  /**
   * That was to be compared, and there was nothing to compare. Reason: STALE (the counts are of
   * {@code taken}) or UNREADABLE. Actor: {@code system}. Subject: {@code custody}. Details: {@code
   * taken}, or {@code partition} and {@code why}.
   */
  KEY_USES_NOT_COMPARED,
  /**
   * A server met an epoch for the first time in a transcript of both officers: from then on keys
   * are wrapped under its wrapping key, until a later one begins (KEY-14). Actor: {@code officers}.
   * Subject: the epoch. Details: {@code begun} (when the wrapping key was made), {@code
   * transcript_sha256}.
   */
  WRAPPING_EPOCH_BEGUN,
  /**
   * No credential needs an older epoch any more, and none can be made in it. Subject: the epoch.
   * Details: {@code living} (how many need it: 0).
   */
  WRAPPING_EPOCH_CLOSED,
  /**
   * A server met in a transcript of both officers that an epoch has ended: its wrapping key is
   * destroyed, or about to be, and nothing opens under it any more (KEY-08, KEY-10). Actor: {@code
   * officers}. Subject: the epoch. Details: {@code ended} (when they signed it), {@code living}
   * (how many credentials are void by it: 0, but in a database that was set back), {@code
   * transcript_sha256}.
   */
  WRAPPING_EPOCH_ENDED,
  /**
   * An auditor read or verified the record. Subject: the one that was asked for, or {@code all}.
   * Details: {@code act} (LIST or VERIFY).
   */
  AUDIT_READ,
  /**
   * A call was refused at the door. Subject: the method. Details: {@code listener}, {@code
   * correlation_id}, {@code certificate_sha256} ({@code none} if there was no certificate).
   */
  CALLER_REFUSED,
  /**
   * Further calls were refused at the door within a minute, beyond those that have a record each
   * (CALLER_REFUSED): ten of a certificate, sixty in all. Subject: the listener. Details: {@code
   * count}, {@code certificate_sha256} ({@code none} if there was none, {@code several} if there
   * were too many to tell apart).
   */
  CALLER_REFUSALS_COUNTED,
  /**
   * Calls did not succeed, and no other record tells of them. Equal ones of a minute are one
   * record. Subject: the method. Reason: as docs/errors.md has it. Actor: the caller, or {@code
   * unknown}. Details: {@code count}, {@code correlation_id} (of the first, under which the log
   * knows it).
   */
  CALL_FAILED,
  /**
   * Somebody used an interaction with a program's key that is not the one that it was opened with,
   * or with a proof that is not right (PROOF_NOT_ACCEPTED); he was answered as if there were none.
   * Equal ones of a minute are one record. Subject: the interaction. Details: {@code count}, {@code
   * purpose}.
   */
  INTERACTION_DENIED,
  /**
   * A row of the database does not stand under its MAC, or documents are not what was frozen: who
   * wrote it was not this service. It is not used (ENR-14). Equal ones of a minute are one record.
   * Subject: the row. Reason: ROW_ALTERED. Details: {@code count}, {@code table}.
   */
  ROW_ALTERED,
  /**
   * A sede asked for another sede's signature request, and was answered as if there were none.
   * Subject: the request. Actor: the sede that asked. No details.
   */
  SIGNATURE_REQUEST_DENIED,
  /**
   * A sede named another sede's upload when it asked, and was answered as if there were none.
   * Subject: the upload. Actor: the sede that asked. No details.
   */
  UPLOAD_DENIED,
  /**
   * An officer registered a citizen, or gave a registered one a new link. Subject: the signer.
   * Details: {@code activation}, {@code method}, {@code identified} (when), {@code evidence}
   * (SHA-256), {@code version} of the signer; above 1, it was known before.
   */
  ENROLMENT_REGISTERED,
  /**
   * A signer's row was written, by the act that is recorded beside this: from now on no older
   * version of the row is believed. Actor: {@code system}. Subject: the signer. Details: {@code
   * version}, from 1.
   */
  SIGNER_WRITTEN,
  /**
   * An act of an officer was refused by a rule (ENR-01 to ENR-06). Subject: its {@code request_id}.
   * Or it found a row that was altered (ROW_ALTERED); then the subject is the row. Details: {@code
   * request}; of an altered row {@code table} too.
   */
  ENROLMENT_REJECTED,
  /**
   * A link for activating was put into the outbox; an older one is void. Subject: the activation.
   * Details: {@code signer}, {@code expires}.
   */
  ACTIVATION_LINK_ISSUED,
  /** A citizen opened the link. Subject: the activation. Details: {@code interaction}. */
  ACTIVATION_STARTED,
  /**
   * A temporary password was put into the outbox. Subject: the activation. Details: {@code
   * interaction}.
   */
  TEMPORARY_PASSWORD_ISSUED,
  /**
   * A citizen set the own password. Subject: the activation. Details: {@code interaction}, {@code
   * generation}.
   */
  PASSWORD_SET,
  /** A citizen confirmed the data shown. Subject: the activation. Details: {@code interaction}. */
  PERSONAL_DATA_CONFIRMED,
  /**
   * A citizen accepted the terms. Subject: the activation. Details: {@code interaction}, {@code
   * version}, {@code language}, {@code terms_sha256} (of the text).
   */
  TERMS_ACCEPTED,
  /**
   * BakQ is active: key sealed, certificate linked. Subject: the activation. Details: as
   * CERTIFICATE_ISSUED.
   */
  ACTIVATION_COMPLETED,
  /**
   * A step of an activation was refused: WRONG_TEMPORARY_PASSWORD or PERSONAL_DATA_NOT_CONFIRMED.
   * Subject: the activation. Details: {@code interaction}.
   */
  ACTIVATION_REFUSED,
  /**
   * A citizen changed the password, and has a new key and certificate; the ones before ended in the
   * same transaction (CERTIFICATE_REVOKED, KEY_DESTROYED). Subject: the signer. Details: {@code
   * change}, {@code interaction}, {@code generation} (of the password), {@code act} (of which the
   * person is told).
   */
  PASSWORD_CHANGED,
  /**
   * A change of password was refused though all factors were right; nothing changed. Reason:
   * ACCOUNT_CHANGED (suspended, revoked or changed elsewhere meanwhile), CERTIFICATE_NOT_GOOD,
   * SET_BACK (the record says that the key is destroyed or on hold: somebody has put rows back),
   * EPOCH_ENDED (of the key, by the officers: somebody has put rows back), ANOTHER_PASSWORD (it
   * does not open the seal of the key: somebody has put its row back), SAME_PASSWORD, NAMES_DIFFER
   * (ENR-13). Subject: the change. Details: {@code interaction}.
   */
  PASSWORD_CHANGE_REFUSED,
  /**
   * A password was judged and counted, before the answer, which is the same either way. Subject:
   * the activation, the signature request or the change of password. Details: {@code interaction},
   * {@code purpose}, {@code code} (sent or not sent), {@code device} (KNOWN or UNKNOWN: by which
   * count), {@code account} (that count: COUNTED; WARNED: one more failure locks it; LOCKED: by
   * this one; WAS_LOCKED).
   */
  AUTHENTICATION_PASSWORD_JUDGED,
  /**
   * All factors were right. Subject: as AUTHENTICATION_PASSWORD_JUDGED. Details: {@code
   * interaction}, {@code purpose}, {@code challenge}, {@code try}, {@code device}, {@code account}.
   */
  AUTHENTICATION_SUCCEEDED,
  /** The factors together were not right. Subject and details: as AUTHENTICATION_SUCCEEDED. */
  AUTHENTICATION_FAILED,
  /**
   * An account ended for good: its person has died (SIGNER_DIED). Subject: the signer. Details:
   * {@code act}, {@code why}.
   */
  ACCOUNT_CLOSED,
  /**
   * An officer unlocked an account, and ended its device cookies. Subject: the signer. Details:
   * {@code evidence_sha256}.
   */
  ACCOUNT_UNLOCKED,
  /**
   * A message was handed to its transport. Subject: its reference. Details: {@code kind}, {@code
   * channel}, {@code attempts}; {@code signer} if it is for one.
   */
  MESSAGE_DELIVERED,
  /**
   * A message was not sent before it expired (EXPIRED), or was no longer to be sent (WITHDRAWN).
   * Subject and details: as MESSAGE_DELIVERED.
   */
  MESSAGE_NOT_DELIVERED,
  /**
   * What a sede asks to have signed was fixed. Details: {@code frozen_set} (SHA-256), {@code
   * documents} (how many), {@code format}, {@code level}, {@code digest}, {@code expected_signer}
   * (named or anyone).
   */
  SIGNATURE_REQUEST_FROZEN,
  /**
   * A citizen was shown what is to be signed. Details: {@code interaction}, {@code frozen_set},
   * {@code language}.
   */
  SIGNATURE_REQUEST_SHOWN,
  /** A citizen declined to sign. Details: {@code interaction}. */
  SIGNATURE_REQUEST_REJECTED,
  /** The sede took its request back. */
  SIGNATURE_REQUEST_CANCELLED,
  /** Nobody authorised the request in time. */
  SIGNATURE_REQUEST_EXPIRED,
  /**
   * Every signature of the request was made. Details: {@code sad}, {@code documents} (how many),
   * {@code signed_set} (SHA-256 over {@code bakq/signed-set/v1} and the SHA-256 of each signed
   * document).
   */
  SIGNATURE_REQUEST_COMPLETED,
  /**
   * Every signature of the request was made, none was handed out, and none will be; the values and
   * the documents were erased. Reason: EVIDENCE_UNAVAILABLE (no time stamp or status for too long),
   * CERTIFICATE_NOT_GOOD (the signer's certificate was revoked or stayed on hold), FAULT (of ours;
   * the log has it). Details: {@code sad}, {@code credential}, {@code documents} (how many), {@code
   * released} (none).
   */
  SIGNATURE_REQUEST_FAILED,
  /**
   * Signature activation data were made after all factors were right. Subject: the signature
   * request. Details: {@code sad}, {@code sad_sha256}, {@code credential}, {@code hashes} (how
   * many), {@code client} (the sede).
   */
  SAD_CREATED,
  /**
   * Signature activation data were refused by the signature activation module; the reason is the
   * rule. Subject: the signature request. Details: {@code sad_sha256}.
   */
  SAD_REJECTED,
  /**
   * Signature activation data ended with nothing released; the request can be authorised anew.
   * Subject: the signature request. Details: {@code sad}.
   */
  SAD_BURNT,
  /**
   * A key pair is about to be made in the HSM. Subject: the activation or the change of password.
   * Details: {@code interaction}.
   */
  KEY_GENERATION_INTENDED,
  /**
   * A key pair was made in the HSM. Subject: as KEY_GENERATION_INTENDED. Details: {@code
   * public_key_sha256}, {@code algorithm}, {@code epoch} (of the wrapping key).
   */
  KEY_GENERATED,
  /**
   * A certification request was signed by the new key. Subject: as KEY_GENERATION_INTENDED.
   * Details: {@code public_key_sha256}, {@code request_sha256}.
   */
  CERTIFICATE_REQUESTED,
  /**
   * The authority issued a certificate. Subject: as KEY_GENERATION_INTENDED, {@code self-test} or
   * {@code ocsp-responder}. Details: {@code certificate_sha256}, {@code certificate_serial}
   * (hexadecimal); of a citizen's {@code credential}, {@code purpose}, {@code public_key_sha256}
   * too.
   */
  CERTIFICATE_ISSUED,
  /**
   * The authority issued a revocation list. Subject: {@code authority}. Details: {@code number},
   * {@code entries} (how many certificates it tells of), {@code list_sha256}.
   */
  REVOCATION_LIST_ISSUED,
  /**
   * Signer, key and certificate were linked; from now on the key may sign. Subject: as
   * KEY_GENERATION_INTENDED. Details: as CERTIFICATE_ISSUED.
   */
  CERTIFICATE_LINKED,
  /**
   * A certificate was issued that does not name the account as it is; it was given up with its key,
   * which was stored nowhere (ENR-13). Reason: NAMES_DIFFER. Subject: as KEY_GENERATION_INTENDED.
   * Details: as CERTIFICATE_ISSUED.
   */
  CERTIFICATE_REJECTED,
  /**
   * A certificate was suspended, and its key with it. Subject: the signer. Details: {@code act} (of
   * which the person is told), {@code credential}, {@code certificate_serial} (hexadecimal), {@code
   * why}, {@code until}; {@code evidence_sha256} if there was something written.
   */
  CERTIFICATE_SUSPENDED,
  /**
   * A suspension was lifted. Subject: the signer. Details: {@code act}, {@code credential}, {@code
   * certificate_serial}, {@code evidence_sha256}.
   */
  CERTIFICATE_SUSPENSION_LIFTED,
  /**
   * A certificate was revoked. Subject: the signer; of one that never came to a signer
   * (NEVER_LINKED) the credential that it was for. Details: {@code certificate_serial}, {@code
   * why}; of a signer's {@code act}, {@code credential} too, and {@code evidence_sha256} if there
   * was something written.
   */
  CERTIFICATE_REVOKED,
  /**
   * A certificate that was in use without being in the register was taken into it, as good.
   * Subject: the signer. Details: {@code credential}, {@code certificate_serial}, {@code
   * certificate_sha256}.
   */
  CERTIFICATE_TAKEN_IN,
  /**
   * A certificate's time is over. Subject: the signer. Details: {@code act} (of which the person is
   * told), {@code credential}, {@code certificate_serial}.
   */
  CERTIFICATE_EXPIRED,
  /**
   * A citizen's sealed key was erased, because its certificate has ended (KEY-10): if it is ever
   * found again, it comes out of a backup. Subject: the signer. Details: {@code credential}, {@code
   * public_key_sha256}.
   */
  KEY_DESTROYED,
  /**
   * The intent, before the key is used: an occurrence is reserved. One record for each hash, with
   * its {@code ordinal} from 0. Subject: the signature request. Details: {@code sad}, {@code
   * ordinal}, {@code credential}, {@code certificate_sha256}, {@code algorithm}, {@code
   * dtbs_digest}, {@code client}.
   */
  SIGNATURE_AUTHORISED,
  /**
   * A signature was made and verified, before it is released (AUD-06). One record for each hash.
   * Subject: the signature request. Details: as SIGNATURE_AUTHORISED, and {@code value_sha256};
   * {@code attempts}: how often the HSM was asked, more than once if it failed meanwhile.
   */
  SIGNATURE_CREATED,
  /**
   * No signature was made after an intent. Subject: the signature request. Details: {@code sad},
   * {@code credential}, {@code released} (none).
   */
  SIGNATURE_FAILED,
  /**
   * The process ended between intent and outcome: a value may have been computed and was not
   * released. One record for each hash. Subject: the signature request. Details: {@code sad},
   * {@code ordinal}, {@code credential}, {@code dtbs_digest}, {@code released} (none).
   */
  SIGNATURE_INTERRUPTED,
  /**
   * The sede fetched a signed document. Subject: the signature request. Details: {@code ordinal}
   * from 0, {@code sha256} (of the document).
   */
  SIGNED_DOCUMENT_FETCHED,
  /** The sede has them; our copies were erased. Subject: the signature request. */
  SIGNED_DOCUMENTS_ACKNOWLEDGED
}
