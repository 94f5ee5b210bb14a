package eus.bakq.server.grpc;

import eus.bakq.contract.v1.Caller;
import eus.bakq.server.caller.CallerRole;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of callers that have a listener of their own (docs/ports-and-certificates.md). */
public enum Audience {
  /** Sedes electrónicas, by mTLS. */
  RELYING_PARTY(Caller.CALLER_SEDE, CallerRole.SEDE),
  /** Registration officers, by mTLS. */
  REGISTRATION(Caller.CALLER_REGISTRATION_OFFICER, CallerRole.REGISTRATION_OFFICER),
  /** Citizens' programs: no client certificate; BakQ, inside one interaction. */
  SIGNER(Caller.CALLER_SIGNER, null),
  /** Auditors, by mTLS. */
  AUDITOR(Caller.CALLER_AUDITOR, CallerRole.AUDITOR);

  private final Caller caller;
  private final CallerRole role;

  Audience(Caller caller, CallerRole role) {
    this.caller = caller;
    this.role = role;
  }

  /** What the services of this audience say in their {@code caller} option. */
  Caller caller() {
    return caller;
  }

  /** The role that a caller must be registered with; empty where no certificate is asked for. */
  public Optional<CallerRole> role() {
    return Optional.ofNullable(role);
  }

  /** Whose services say {@code caller}; empty for no caller, or for one of a newer contract. */
  static Optional<Audience> of(Caller caller) {
    return Arrays.stream(values()).filter(audience -> audience.caller == caller).findFirst();
  }
}
