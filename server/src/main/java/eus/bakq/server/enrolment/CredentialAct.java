package eus.bakq.server.enrolment;

import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** A deed as it was done: what the person is told of (CRT-09). */
record CredentialAct(UUID id, SignerId signer, CredentialDeed deed, Instant at) {
  CredentialAct {
    Objects.requireNonNull(id);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(deed);
    Objects.requireNonNull(at);
  }
}
