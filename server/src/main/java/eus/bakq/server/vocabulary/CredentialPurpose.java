package eus.bakq.server.vocabulary;

/** What a key with its certificate is for: never both (CRT-04). */
public enum CredentialPurpose {
  /** Signs documents; key usage nonRepudiation alone. */
  SIGNATURE,
  /** Says who somebody is; key usage digitalSignature alone. */
  AUTHENTICATION
}
