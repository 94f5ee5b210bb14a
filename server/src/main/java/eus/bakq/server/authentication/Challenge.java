package eus.bakq.server.authentication;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a code is bound to. The code itself is nowhere: it is computed from this and an HSM key.
 *
 * @param nonce 16 random bytes
 * @param signer whose password was right and who is allowed; empty for everybody else
 * @param frozenSet the hash of all that would be agreed to
 * @param device from where the password came: by this its codes are counted
 * @param tries how many codes were tried, 0 to 3
 */
record Challenge(
    ChallengeId id,
    Bytes nonce,
    Optional<SignerId> signer,
    Optional<CredentialId> credential,
    Bytes frozenSet,
    Instant expiresAt,
    Device device,
    int tries) {
  Challenge {
    Objects.requireNonNull(id);
    Objects.requireNonNull(nonce);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(credential);
    Objects.requireNonNull(frozenSet);
    Objects.requireNonNull(expiresAt);
    Objects.requireNonNull(device);
  }
}
