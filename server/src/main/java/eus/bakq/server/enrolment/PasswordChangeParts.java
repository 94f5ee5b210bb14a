package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.authentication.Interactions;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.database.Database;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.AlteredRows;
import eus.bakq.server.signer.Signers;

/** What the steps of a change of password are made of. */
public record PasswordChangeParts(
    Database database,
    Signers signers,
    AlteredRows altered,
    Interactions interactions,
    Passwords passwords,
    Credentials credentials,
    CertificateRegister register,
    CitizenKeys citizenKeys,
    Seal seal,
    Outbox outbox,
    AuditLog audit) {}
