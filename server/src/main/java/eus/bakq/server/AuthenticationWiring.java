package eus.bakq.server;

import eus.bakq.server.authentication.AuthenticationParts;
import eus.bakq.server.authentication.AuthenticationSettings;
import eus.bakq.server.authentication.CodeQuotas;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.FailureCounters;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.authentication.LockMessages;
import eus.bakq.server.authentication.PasswordHashing;
import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.authentication.PendingCodes;
import eus.bakq.server.authentication.TemporaryPasswords;
import eus.bakq.server.signer.AlteredRows;

/** Who is there: the parts of {@code authentication}, joined. */
record AuthenticationWiring(
    AuthenticationParts parts,
    PasswordStep passwordStep,
    CodeStep codeStep,
    PendingCodes pendingCodes,
    TemporaryPasswords temporaryPasswords,
    LockMessages lockMessages) {

  static AuthenticationWiring of(Common common) {
    AuthenticationSettings settings = common.configuration().authentication();
    PasswordHashing hashing = PasswordHashing.open(common.configuration().passwordHashing());
    AuthenticationParts parts =
        new AuthenticationParts(
            common.database(),
            common.signers(),
            new AlteredRows(common.counted()),
            new Interactions(common.random(), settings, common.counted()),
            new Passwords(
                hashing,
                common.hsm().infrastructureKeys(),
                common.random(),
                common.hsm().counters().unrecordedKeyUses()),
            new FailureCounters(settings),
            new CodeQuotas(common.signers(), common.outbox(), common.configuration().codeQuotas()),
            common.hsm().infrastructureKeys(),
            common.outbox(),
            common.audit(),
            common.random(),
            settings);
    return new AuthenticationWiring(
        parts,
        new PasswordStep(parts),
        new CodeStep(parts),
        new PendingCodes(parts),
        new TemporaryPasswords(parts),
        new LockMessages(common.signers(), common.wording()));
  }

  Interactions interactions() {
    return parts.interactions();
  }
}
