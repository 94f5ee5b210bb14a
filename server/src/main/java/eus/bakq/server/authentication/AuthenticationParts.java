package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.database.Database;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.AlteredRows;
import eus.bakq.server.signer.Signers;
import java.security.SecureRandom;

/** What the steps of an authentication are made of. */
public record AuthenticationParts(
    Database database,
    Signers signers,
    AlteredRows altered,
    Interactions interactions,
    Passwords passwords,
    FailureCounters counters,
    CodeQuotas quotas,
    InfrastructureKeys keys,
    Outbox outbox,
    AuditLog audit,
    SecureRandom random,
    AuthenticationSettings settings) {

  Tickets tickets() {
    return new Tickets(keys, random);
  }

  /** By which programs are known again. */
  public DeviceCookies devices() {
    return new DeviceCookies(keys, random, settings);
  }

  Codes codes() {
    return new Codes(keys, settings);
  }
}
