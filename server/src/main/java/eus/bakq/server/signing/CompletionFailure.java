package eus.bakq.server.signing;

/**
 * Why a request's documents were never completed, although the signatures were made. None of them
 * was handed out, and none will be.
 */
public enum CompletionFailure {
  /** A time stamp or the status of a certificate was not to be had for too long. */
  EVIDENCE_UNAVAILABLE,
  /**
   * The signer's certificate was revoked, or stayed on hold for too long, before the signature had
   * its time stamp: nobody could trust it any more.
   */
  CERTIFICATE_NOT_GOOD,
  /** A fault of ours, which was not mended in time; the log has it. */
  FAULT
}
