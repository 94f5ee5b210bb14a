package eus.bakq.server;

import eus.bakq.server.authentication.PasswordPolicy;
import eus.bakq.server.caller.CallerRateLimit;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.enrolment.AcceptTerms;
import eus.bakq.server.enrolment.ActivationLinks;
import eus.bakq.server.enrolment.ActivationMessages;
import eus.bakq.server.enrolment.ActivationParts;
import eus.bakq.server.enrolment.ActivationSubject;
import eus.bakq.server.enrolment.Activations;
import eus.bakq.server.enrolment.ChangePassword;
import eus.bakq.server.enrolment.CompleteActivation;
import eus.bakq.server.enrolment.ConfirmPersonalData;
import eus.bakq.server.enrolment.EnrolmentMessages;
import eus.bakq.server.enrolment.EnrolmentRules;
import eus.bakq.server.enrolment.NewCredentials;
import eus.bakq.server.enrolment.OpenActivation;
import eus.bakq.server.enrolment.OpenPasswordChange;
import eus.bakq.server.enrolment.PasswordChangeParts;
import eus.bakq.server.enrolment.PasswordChangeSubject;
import eus.bakq.server.enrolment.PasswordMessages;
import eus.bakq.server.enrolment.RegisterSigner;
import eus.bakq.server.enrolment.RenewActivation;
import eus.bakq.server.enrolment.SetPassword;
import eus.bakq.server.enrolment.UnlockSigner;
import eus.bakq.server.grpc.ActivationGrpcService;
import eus.bakq.server.grpc.IdempotentWishes;
import eus.bakq.server.grpc.PasswordGrpcService;
import eus.bakq.server.grpc.RegistrationGrpcService;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;

/** Registration and activation: the parts of {@code enrolment}, joined. */
record EnrolmentWiring(
    Common common,
    ActivationParts parts,
    Activations activations,
    EnrolmentMessages enrolmentMessages,
    ActivationMessages activationMessages,
    PasswordMessages passwordMessages,
    PasswordPolicy policy,
    RegisterSigner register,
    RenewActivation renew,
    UnlockSigner unlock,
    CredentialWiring credentials,
    CallerRateLimit rateLimit) {

  static EnrolmentWiring of(
      Common common,
      AuthenticationWiring authentication,
      IdempotentCalls calls,
      CallerRateLimit rateLimit) {
    var keys = common.hsm().infrastructureKeys();
    ActivationLinks links = new ActivationLinks(keys, common.configuration().enrolment());
    Activations activations =
        new Activations(
            new RowMacs(keys), links, common.configuration().enrolment(), common.random());
    EnrolmentRules rules = new EnrolmentRules(common.clock());
    ActivationParts parts =
        new ActivationParts(
            common.database(),
            common.signers(),
            activations,
            authentication.interactions(),
            authentication.temporaryPasswords(),
            authentication.parts().passwords(),
            common.outbox(),
            common.audit(),
            common.wording());
    return new EnrolmentWiring(
        common,
        parts,
        activations,
        new EnrolmentMessages(common.signers(), activations, links, common.wording()),
        new ActivationMessages(
            common.signers(),
            authentication.temporaryPasswords(),
            authentication.pendingCodes(),
            common.wording()),
        new PasswordMessages(common.signers(), authentication.pendingCodes(), common.wording()),
        PasswordPolicy.open(common.configuration().passwordPolicy()),
        new RegisterSigner(
            common.database(),
            calls,
            rules,
            common.signers(),
            activations,
            common.outbox(),
            common.audit(),
            common.random()),
        new RenewActivation(
            common.database(),
            calls,
            rules,
            common.signers(),
            activations,
            common.outbox(),
            common.audit()),
        new UnlockSigner(
            common.database(),
            calls,
            rules,
            common.signers(),
            authentication.parts().counters(),
            common.audit()),
        CredentialWiring.of(common, authentication, calls, rules),
        rateLimit);
  }

  RegistrationGrpcService registrationService(IdempotentWishes wishes) {
    return new RegistrationGrpcService(
        wishes,
        rateLimit,
        new RegistrationGrpcService.Acts(
            register,
            renew,
            unlock,
            credentials.suspend(),
            credentials.lift(),
            credentials.revoke()));
  }

  ActivationGrpcService activationService(AuthenticationWiring authentication) {
    ActivationSubject subject = new ActivationSubject(parts);
    return new ActivationGrpcService(
        new ActivationGrpcService.Steps(
            new OpenActivation(parts),
            new SetPassword(parts, policy),
            new ConfirmPersonalData(parts),
            new AcceptTerms(parts),
            authentication.passwordStep(),
            subject,
            new CompleteActivation(
                parts,
                authentication.codeStep(),
                authentication.parts().devices(),
                subject,
                newCredentials())));
  }

  PasswordGrpcService passwordService(AuthenticationWiring authentication) {
    PasswordChangeParts changeParts =
        new PasswordChangeParts(
            common.database(),
            common.signers(),
            authentication.parts().altered(),
            authentication.interactions(),
            authentication.parts().passwords(),
            common.credentials(),
            common.register(),
            common.hsm().citizenKeys(),
            common.seal(),
            common.outbox(),
            common.audit());
    PasswordChangeSubject subject = new PasswordChangeSubject(changeParts);
    return new PasswordGrpcService(
        new PasswordGrpcService.Steps(
            new OpenPasswordChange(
                changeParts, common.configuration().enrolment(), common.random()),
            authentication.passwordStep(),
            subject,
            new ChangePassword(
                changeParts,
                authentication.codeStep(),
                authentication.parts().devices(),
                subject,
                policy,
                newCredentials(),
                credentials.status())));
  }

  private NewCredentials newCredentials() {
    return new NewCredentials(common.database(), common.audit(), making());
  }

  private NewCredentials.Making making() {
    KeyAlgorithm algorithm = common.configuration().keyAlgorithm();
    return new NewCredentials.Making(
        common.hsm().citizenKeys(),
        common.authority(),
        common.register(),
        common.credentials(),
        common.seal(),
        common.random(),
        algorithm,
        algorithm == KeyAlgorithm.EC_P256
            ? SignatureAlgorithm.ECDSA_P256_SHA256
            : SignatureAlgorithm.of(common.configuration().rsaScheme(), DigestAlgorithm.SHA256),
        common.configuration().sam().algorithms().lastEnd(algorithm).orElse(AlgorithmPolicy.NO_END),
        common.configuration().citizenPurposes());
  }
}
