package eus.bakq.server.enrolment;

import eus.bakq.server.authentication.Interaction;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.UnverifiedProof;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.InteractionId;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Who takes a step of an activation, as the program says; to be checked by {@link #require}.
 *
 * @param method the full name of the gRPC method, which the proof must name
 */
public record ActivationStep(InteractionId interaction, String method, UnverifiedProof proof) {

  /**
   * A step that was checked: the interaction is live, and the activation is where the step belongs.
   */
  record Checked(Interaction interaction, Activation activation, Signer signer) {}

  /**
   * Checks the program, and that the activation is in {@code state}, its row locked.
   *
   * @throws RefusedException INTERACTION_NOT_FOUND, PROGRAM_CLOCK_DIFFERS, ACTIVATION_STEP
   */
  Checked require(Handle handle, ActivationParts parts, ActivationState state)
      throws RefusedException {
    Interaction live =
        parts
            .interactions()
            .requireLive(
                handle,
                InteractionPurpose.ACTIVATION,
                interaction,
                method,
                Optional.empty(),
                proof);
    Activation activation =
        parts.activations().findAndHold(handle, new ActivationId(live.subject())).orElseThrow();
    if (activation.state() != state) {
      throw new RefusedException(Refusal.ACTIVATION_STEP);
    }
    Signer signer = parts.signers().find(handle, activation.signer()).orElseThrow();
    return new Checked(live, activation, signer);
  }
}
