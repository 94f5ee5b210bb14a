package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.CredentialPurpose;

/** What the authority signs certificates for. */
public enum CertificateKind {
  /** A citizen's, to sign documents. */
  SIGNATURE,
  /** A citizen's, to say who he is. */
  AUTHENTICATION,
  /** The one whose key answers for the authority's certificates (OCSP). */
  OCSP_RESPONDER,
  /** The one of a start, whose key is forgotten at once. */
  SELF_TEST;

  /** The kind of the certificates of citizens' credentials. */
  public static CertificateKind of(CredentialPurpose purpose) {
    return switch (purpose) {
      case SIGNATURE -> SIGNATURE;
      case AUTHENTICATION -> AUTHENTICATION;
    };
  }

  /** Whether it belongs to a credential. */
  boolean isOfACredential() {
    return this == SIGNATURE || this == AUTHENTICATION;
  }
}
