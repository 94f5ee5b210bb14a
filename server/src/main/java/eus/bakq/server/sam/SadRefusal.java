package eus.bakq.server.sam;

/**
 * Why signature activation data are refused; for the record only, outside it is one
 * ACTIVATION_REFUSED.
 */
public enum SadRefusal {
  /** Not well formed, or of an unknown version. */
  MALFORMED,
  /** The MAC is not one of the SAD key. */
  WRONG_MAC,
  /** Its time has not come, is over, or is longer than allowed. */
  OUT_OF_TIME,
  /** Never issued here. */
  UNKNOWN,
  /** Reserved or used before. */
  ALREADY_USED,
  /** Of another signature request, caller or interaction than the one it is presented for. */
  ANOTHER_REQUEST,
  /** The hashes presented are not those authorised, in their order and number. */
  HASH_NOT_AUTHORISED,
  /** The credential is unknown, not active, or of another signer. */
  CREDENTIAL_NOT_ACTIVE,
  /** The credential is for another purpose than signing. */
  CREDENTIAL_NOT_FOR_SIGNING,
  /** The key is not the one named. */
  KEY_DIFFERS,
  /** The epoch of the key has ended, or is none of ours: its wrapping key is destroyed. */
  EPOCH_ENDED,
  /** The certificate is not valid now, or names somebody else. */
  CERTIFICATE_NOT_VALID,
  /** The authority's register does not say that the certificate is good (SAD-21). */
  CERTIFICATE_NOT_GOOD,
  /** The factors were not those that the key's mechanism asks for, or are too long ago. */
  AUTHENTICATION_NOT_ENOUGH,
  /** The algorithm is not allowed, or not one of this key. */
  ALGORITHM_NOT_ALLOWED,
  /** The seal does not open with what the factors gave. */
  SEAL_DOES_NOT_OPEN,
  /** The key does not open in the HSM. */
  KEY_UNUSABLE,
  /** The value that the HSM computed does not verify. */
  VALUE_DOES_NOT_VERIFY
}
