package eus.bakq.server.hsm;

/**
 * The signing keys of the HSM that are the server's own, one for each purpose (KEY-13). EC on
 * P-256, in the record token.
 */
public enum SigningKey {
  /**
   * Says what a server knows of its record: to the two officers, how many credentials need an
   * epoch. Whoever has the record token's PIN can say it wrongly.
   */
  AUDIT,
  /**
   * Answers about the status of certificates. What it signs is believed because the authority gave
   * it a certificate for that.
   */
  OCSP
}
