package eus.bakq.server.sam;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.SealedKey;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.CitizenKeys;
import eus.bakq.server.hsm.CitizenSignatures;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.SignatureVerification;
import eus.bakq.server.hsm.UnusableKeyException;
import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignatureValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;

/**
 * Signs the hashes that a signer has consented to. The order of its steps is the policy
 * (docs/signing-cycle.md section 4): verify, reserve and record the intent, commit; unwrap, sign,
 * destroy; verify the values; consume, keep and record them in one transaction; only then return.
 * Whatever goes wrong after the reservation burns it: a value may have been computed, and was not
 * released.
 */
public final class SignHashes {
  private final Database database;
  private final ActivationVerifier verifier;
  private final ActivationLedger ledger;
  private final CitizenKeys citizenKeys;
  private final Seal seal;
  private final AuditLog audit;

  public SignHashes(
      Database database,
      InfrastructureKeys keys,
      ActivationLedger ledger,
      Credentials credentials,
      CertificateRegister register,
      CitizenKeys citizenKeys,
      Seal seal,
      AuditLog audit,
      SamSettings settings) {
    this.database = database;
    this.verifier =
        new ActivationVerifier(keys, citizenKeys, ledger, credentials, register, audit, settings);
    this.ledger = ledger;
    this.citizenKeys = citizenKeys;
    this.seal = seal;
    this.audit = audit;
  }

  /**
   * Signs each hash once, in order.
   *
   * @param activationSecret opens the seal; stays the caller's
   * @return the values, committed together with their record
   * @throws RefusedException ACTIVATION_REFUSED, whatever was wrong; the record says what
   * @throws UnavailableException if the HSM or the database does not answer; nothing was released
   */
  public List<SignatureValue> run(
      UnverifiedActivationData unverified,
      SigningContext context,
      SecretBytes activationSecret,
      ValueStore store)
      throws RefusedException {
    try {
      SignatureActivationData activation = reserve(unverified, context);
      CitizenSignatures signed = signOrBurn(activation, activationSecret);
      keepOrBurn(activation, signed, store);
      return signed.values();
    } catch (SadRefusedException e) {
      database.transact(
          handle ->
              audit.append(
                  handle,
                  AuditEvent.refused(
                      AuditEventType.SAD_REJECTED,
                      e.refusal().name(),
                      context.client().value(),
                      context.request(),
                      Map.of("sad_sha256", unverified.encoded().sha256().toHex()))));
      throw new RefusedException(Refusal.ACTIVATION_REFUSED);
    }
  }

  /**
   * Steps 1 to 11: after this returns, the intent is durable and no occurrence can be reserved
   * again. If the answer to COMMIT was lost, it is read back on a new connection: else a
   * reservation that nobody uses would stand for ten minutes.
   */
  private SignatureActivationData reserve(
      UnverifiedActivationData unverified, SigningContext context)
      throws SadRefusedException, RefusedException {
    AtomicReference<Verdict> last = new AtomicReference<>();
    Verdict verdict =
        database.inTransaction(
            handle -> {
              last.set(judge(handle, unverified, context));
              return last.get();
            },
            handle -> Optional.of(last.get()).filter(made -> made.isIn(ledger, handle)));
    return verdict.get();
  }

  private Verdict judge(
      Handle handle, UnverifiedActivationData unverified, SigningContext context) {
    try {
      SignatureActivationData activation = verifier.verify(handle, unverified, context);
      if (!ledger.reserve(handle, activation.content())) {
        return Verdict.refused(new SadRefusedException(SadRefusal.ALREADY_USED));
      }
      record(handle, activation, AuditEventType.SIGNATURE_AUTHORISED, Optional.empty());
      return Verdict.reserved(activation);
    } catch (SadRefusedException e) {
      return Verdict.refused(e);
    }
  }

  private record Verdict(SignatureActivationData activation, SadRefusedException refusal) {
    static Verdict reserved(SignatureActivationData activation) {
      return new Verdict(activation, null);
    }

    static Verdict refused(SadRefusedException refusal) {
      return new Verdict(null, refusal);
    }

    /** Whether what was judged has reached the ledger; a refusal writes nothing there. */
    boolean isIn(ActivationLedger ledger, Handle handle) {
      return refusal != null
          || ledger
              .progress(handle, activation.content().id())
              .equals(Optional.of(LedgerState.RESERVED));
    }

    SignatureActivationData get() throws SadRefusedException {
      if (refusal != null) {
        throw refusal;
      }
      return activation;
    }
  }

  /** Steps 12 and 13. */
  private CitizenSignatures signOrBurn(
      SignatureActivationData activation, SecretBytes activationSecret)
      throws SadRefusedException, RefusedException {
    try {
      return signAndVerify(activation, activationSecret);
    } catch (SadRefusedException e) {
      burnFor(e, activation, e.refusal().name());
      throw e;
    } catch (UnavailableException e) {
      burnFor(e, activation, "HSM_UNAVAILABLE");
      throw e;
    } catch (RuntimeException | Error e) {
      burnFor(e, activation, "FAULT");
      throw e;
    }
  }

  /** Burns, and lets nothing hide {@code failure}; EndInterrupted burns what is left later. */
  private void burnFor(Throwable failure, SignatureActivationData activation, String reason)
      throws RefusedException {
    try {
      burn(activation, reason);
    } catch (RuntimeException burning) {
      failure.addSuppressed(burning);
    }
  }

  private CitizenSignatures signAndVerify(
      SignatureActivationData activation, SecretBytes activationSecret) throws SadRefusedException {
    Credential credential = activation.credential();
    SealedKey sealed =
        credential
            .sealedKey()
            .orElseThrow(() -> new SadRefusedException(SadRefusal.CREDENTIAL_NOT_ACTIVE));
    WrappedKey wrapped =
        seal.open(sealed, activationSecret, credential.binding())
            .orElseThrow(() -> new SadRefusedException(SadRefusal.SEAL_DOES_NOT_OPEN));
    List<DtbsRepresentation> hashes = activation.content().hashes();
    CitizenSignatures signed;
    try {
      signed = citizenKeys.sign(wrapped, hashes);
    } catch (UnusableKeyException e) {
      throw new SadRefusedException(SadRefusal.KEY_UNUSABLE, e);
    }
    List<SignatureValue> values = signed.values();
    if (values.size() != hashes.size()) {
      throw new SadRefusedException(SadRefusal.VALUE_DOES_NOT_VERIFY);
    }
    for (int i = 0; i < values.size(); i++) {
      if (!SignatureVerification.verifies(
          credential.certificate().getPublicKey(), hashes.get(i), values.get(i))) {
        throw new SadRefusedException(SadRefusal.VALUE_DOES_NOT_VERIFY);
      }
    }
    return signed;
  }

  /**
   * Steps 14 and 15, in one transaction; read back on a new connection if the answer to COMMIT was
   * lost.
   */
  private void keepOrBurn(
      SignatureActivationData activation, CitizenSignatures signed, ValueStore store)
      throws RefusedException {
    List<SignatureValue> values = signed.values();
    try {
      database.inTransaction(
          handle -> {
            if (!ledger.consume(handle, activation.content(), values)) {
              throw UnavailableException.temporarily(
                  "the reservation was burnt by another process", null);
            }
            store.keep(handle, values);
            record(handle, activation, AuditEventType.SIGNATURE_CREATED, Optional.of(signed));
            return true;
          },
          handle ->
              ledger
                  .progress(handle, activation.content().id())
                  .filter(state -> state == LedgerState.CONSUMED)
                  .map(consumed -> true));
    } catch (CommitUnknownException e) {
      // If it was committed after all, the request is found COMPLETING and goes on; if not,
      // EndInterrupted
      // burns the reservation once its time is over. Nothing is released now.
      throw UnavailableException.temporarily(
          "it is not known whether the values were committed", e);
    } catch (RuntimeException e) {
      burnFor(e, activation, "OUTCOME_NOT_COMMITTED");
      throw e;
    }
  }

  private void burn(SignatureActivationData activation, String reason) throws RefusedException {
    database.transact(
        handle -> {
          if (!ledger.interrupt(handle, activation.content())) {
            return; // ended meanwhile: there is nothing to say that was not said
          }
          audit.append(
              handle,
              AuditEvent.failed(
                  AuditEventType.SIGNATURE_FAILED,
                  reason,
                  activation.content().signer().toString(),
                  activation.content().request(),
                  Map.of(
                      "sad", activation.content().id().toString(),
                      "credential", activation.credential().id().toString(),
                      "released", "none")));
        });
  }

  /** One record for each occurrence, naming the certificate (AUD-01). */
  private void record(
      Handle handle,
      SignatureActivationData activation,
      AuditEventType type,
      Optional<CitizenSignatures> signed) {
    List<DtbsRepresentation> hashes = activation.content().hashes();
    List<AuditEvent> events = new ArrayList<>();
    for (int ordinal = 0; ordinal < hashes.size(); ordinal++) {
      Map<String, String> details = new LinkedHashMap<>();
      details.put("sad", activation.content().id().toString());
      details.put("ordinal", Integer.toString(ordinal));
      details.put("credential", activation.credential().id().toString());
      details.put("certificate_sha256", activation.credential().certificateSha256().toHex());
      details.put("algorithm", hashes.get(ordinal).algorithm().name());
      details.put("dtbs_digest", hashes.get(ordinal).digest().toHex());
      details.put("client", activation.content().client().value());
      if (signed.isPresent()) {
        Bytes value = signed.get().values().get(ordinal).value();
        details.put("value_sha256", value.sha256().toHex());
        details.put("attempts", Integer.toString(signed.get().attempts()));
      }
      events.add(
          AuditEvent.succeeded(
              type,
              activation.content().signer().toString(),
              activation.content().request(),
              details));
    }
    audit.appendAll(handle, events);
  }
}
