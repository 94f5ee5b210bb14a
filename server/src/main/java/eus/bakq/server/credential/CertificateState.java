package eus.bakq.server.credential;

/** What the authority says of a certificate. That its time is over is not told here. */
public enum CertificateState {
  /** Neither suspended nor revoked. */
  GOOD,
  /** On hold, until a time; then revoked, if it was not lifted (CRT-10). */
  SUSPENDED,
  /** Not valid any more, for ever. */
  REVOKED
}
