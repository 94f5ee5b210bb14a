package eus.bakq.server;

import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.enrolment.CredentialActs;
import eus.bakq.server.enrolment.CredentialMessages;
import eus.bakq.server.enrolment.CredentialStatus;
import eus.bakq.server.enrolment.EnrolmentRules;
import eus.bakq.server.enrolment.LiftSuspension;
import eus.bakq.server.enrolment.RevokeCredentials;
import eus.bakq.server.enrolment.SuspendCredentials;
import eus.bakq.server.enrolment.TidyCredentials;
import eus.bakq.server.signer.RowMacs;

/** Suspending, lifting, revoking, expiring: the parts of a credential's end, joined. */
record CredentialWiring(
    CredentialStatus status,
    CredentialMessages messages,
    SuspendCredentials suspend,
    LiftSuspension lift,
    RevokeCredentials revoke,
    TidyCredentials tidy) {

  static CredentialWiring of(
      Common common,
      AuthenticationWiring authentication,
      IdempotentCalls calls,
      EnrolmentRules rules) {
    CredentialActs acts =
        new CredentialActs(new RowMacs(common.hsm().infrastructureKeys()), common.random());
    CredentialStatus status =
        new CredentialStatus(
            common.signers(),
            common.credentials(),
            common.register(),
            acts,
            authentication.parts().counters(),
            authentication.interactions(),
            common.outbox(),
            common.audit());
    return new CredentialWiring(
        status,
        new CredentialMessages(common.signers(), acts, common.wording()),
        new SuspendCredentials(
            common.database(),
            calls,
            rules,
            common.signers(),
            status,
            common.outbox(),
            common.audit()),
        new LiftSuspension(
            common.database(),
            calls,
            rules,
            common.signers(),
            status,
            common.outbox(),
            common.audit()),
        new RevokeCredentials(
            common.database(),
            calls,
            rules,
            common.signers(),
            status,
            common.outbox(),
            common.audit()),
        new TidyCredentials(
            common.database(),
            common.signers(),
            common.credentials(),
            common.register(),
            status,
            common.outbox(),
            common.audit()));
  }
}
