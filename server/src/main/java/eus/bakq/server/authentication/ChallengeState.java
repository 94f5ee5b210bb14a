package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.State;
import java.util.Optional;
import java.util.Set;

/**
 * What a challenge, which the one password of an interaction has left, is good for. It is in no
 * column of its own: the state of the interaction, and whether the challenge names a signer, say
 * it. That a code's time is over is judged apart.
 */
public enum ChallengeState implements State<ChallengeState> {
  /** The code that was sent to the signer fits. */
  LIVE,
  /**
   * No code fits: the password was wrong, or not allowed to do this; a newer challenge of the
   * signer has come (OTP-06); or what the signer may do has changed. It answers as a live one to a
   * wrong code.
   */
  DEAD,
  /** A right code has used it up (OTP-03). */
  CONSUMED,
  /** Its interaction has ended without success: three wrong codes (OTP-04), or abandoned. */
  OVER;

  @Override
  public boolean isFirst() {
    return this == LIVE || this == DEAD;
  }

  @Override
  public Set<ChallengeState> next() {
    return switch (this) {
      case LIVE -> Set.of(DEAD, CONSUMED, OVER);
      // Whatever comes, it fits nobody again.
      case DEAD -> Set.of(OVER);
      case CONSUMED, OVER -> Set.of();
    };
  }

  /** That of {@code interaction}; empty before a password was given. */
  static Optional<ChallengeState> of(Interaction interaction) {
    return interaction
        .challenge()
        .map(
            challenge ->
                switch (interaction.state()) {
                  case OPEN, CHALLENGED -> challenge.signer().isPresent() ? LIVE : DEAD;
                  case SUCCEEDED -> CONSUMED;
                  case ENDED -> OVER;
                });
  }
}
