package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.authentication.TemporaryPasswords;
import eus.bakq.server.database.Database;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.wording.Wording;

/** What the citizen's steps of an activation are made of. */
public record ActivationParts(
    Database database,
    Signers signers,
    Activations activations,
    Interactions interactions,
    TemporaryPasswords temporaryPasswords,
    Passwords passwords,
    Outbox outbox,
    AuditLog audit,
    Wording wording) {}
