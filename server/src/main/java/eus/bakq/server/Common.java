package eus.bakq.server;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.audit.RecordAnchors;
import eus.bakq.server.caller.RegisteredCallers;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.database.Database;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.sam.ActivationLedger;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.wording.Wording;
import java.security.SecureRandom;
import java.time.Clock;

/** What more than one capability is joined to. */
record Common(
    ServerConfiguration configuration,
    Hsm hsm,
    Database database,
    AuditLog audit,
    RecordAnchors anchors,
    CountedEvents counted,
    Signers signers,
    Credentials credentials,
    CertificateRegister register,
    Seal seal,
    SignatureDocuments documents,
    CertificationAuthority authority,
    RegisteredCallers callers,
    Outbox outbox,
    ActivationLedger ledger,
    Wording wording,
    SecureRandom random,
    Clock clock) {}
