package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.IdempotentWish;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Dni;
import java.util.Objects;
import org.jdbi.v3.core.Handle;

/**
 * How every act of an officer on a registered person begins: once for each wish, by an officer who
 * is somebody else, on somebody who is registered and held. The answer, which is empty, is kept in
 * the same transaction.
 */
final class ActsOnSigners {
  private final RecordedActs acts;
  private final IdempotentCalls calls;
  private final EnrolmentRules rules;
  private final Signers signers;

  ActsOnSigners(
      Database database,
      IdempotentCalls calls,
      EnrolmentRules rules,
      Signers signers,
      AuditLog audit) {
    this.acts = new RecordedActs(database, audit);
    this.calls = Objects.requireNonNull(calls);
    this.rules = Objects.requireNonNull(rules);
    this.signers = Objects.requireNonNull(signers);
  }

  /** What must be so before anybody is looked for. */
  @FunctionalInterface
  interface Condition<T> {
    /** What the act needs of it. */
    T require(Handle handle) throws RefusedException;
  }

  /** What is done; appends its records last. */
  @FunctionalInterface
  interface Act<T> {
    void run(Handle handle, Signer signer, T given) throws RefusedException;
  }

  /**
   * Runs {@code act} on the person with {@code dni}, and commits it; nothing if the same wish was
   * done before.
   *
   * @param method the full name of the gRPC method
   * @throws RefusedException CALLER_NOT_ALLOWED, REQUEST_ID_REUSED, OFFICER_IS_APPLICANT,
   *     SIGNER_NOT_FOUND, and what {@code condition} and {@code act} refuse; each recorded as
   *     ENROLMENT_REJECTED
   */
  <T> void run(
      RegisteredCaller officer,
      IdempotentWish wish,
      String method,
      Dni dni,
      Condition<T> condition,
      Act<T> act)
      throws RefusedException {
    boolean _ =
        acts.run(
            officer,
            wish,
            handle -> {
              if (calls
                  .begin(handle, officer.name(), method, wish.requestId(), wish.bodyMac())
                  .isPresent()) {
                return false;
              }
              rules.requireOfficerOtherThan(officer, dni);
              T given = condition.require(handle);
              Signer signer =
                  signers
                      .findAndHold(handle, dni)
                      .orElseThrow(() -> new RefusedException(Refusal.SIGNER_NOT_FOUND));
              calls.complete(handle, officer.name(), method, wish.requestId(), Bytes.empty());
              act.run(handle, signer, given);
              return true;
            });
  }
}
