package eus.bakq.server.sam;

import eus.bakq.server.credential.Credential;

/**
 * A signer's consent, verified. Only {@link ActivationVerifier} makes one: holding one is the proof
 * that every check of {@link ActivationVerifier} has passed.
 */
final class SignatureActivationData {
  private final ActivationContent content;
  private final Credential credential;

  SignatureActivationData(ActivationContent content, Credential credential) {
    this.content = content;
    this.credential = credential;
  }

  ActivationContent content() {
    return content;
  }

  Credential credential() {
    return credential;
  }
}
