package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A signer whose password and code were both right, just now, for one frozen set. Only {@link
 * CodeStep} makes one: holding one is the proof. Carries what opens the signer's seal; close it.
 */
public final class AuthenticatedSigner implements AutoCloseable {
  private final SignerId signer;
  private final Optional<CredentialId> credential;
  private final InteractionId interaction;
  private final UUID subject;
  private final ChallengeId challenge;
  private final Bytes frozenSet;
  private final Instant authenticatedAt;
  private final long deviceGeneration;
  private final SecretBytes activationSecret;

  AuthenticatedSigner(
      SignerId signer,
      Interaction interaction,
      Challenge challenge,
      Instant now,
      long deviceGeneration,
      SecretBytes activationSecret) {
    this.signer = signer;
    this.credential = challenge.credential();
    this.interaction = interaction.id();
    this.subject = interaction.subject();
    this.challenge = challenge.id();
    this.frozenSet = challenge.frozenSet();
    this.authenticatedAt = now;
    this.deviceGeneration = deviceGeneration;
    this.activationSecret = activationSecret;
  }

  public SignerId signer() {
    return signer;
  }

  /** The credential that was frozen with the set; empty in an activation. */
  public Optional<CredentialId> credential() {
    return credential;
  }

  public InteractionId interaction() {
    return interaction;
  }

  /** The activation, the signature request or the change of password. */
  public UUID subject() {
    return subject;
  }

  /** The challenge whose code was right. */
  public ChallengeId challenge() {
    return challenge;
  }

  /** What was agreed to. */
  public Bytes frozenSet() {
    return frozenSet;
  }

  public Instant authenticatedAt() {
    return authenticatedAt;
  }

  /** Of the device cookies of this signer that are good. */
  long deviceGeneration() {
    return deviceGeneration;
  }

  /** {@code S} of docs/sole-control.md section 3: what opens the seal. Belongs to this object. */
  public SecretBytes activationSecret() {
    return activationSecret;
  }

  @Override
  public void close() {
    activationSecret.close();
  }
}
