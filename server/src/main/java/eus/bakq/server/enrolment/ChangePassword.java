package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.CodeStep;
import eus.bakq.server.authentication.DeviceCookies;
import eus.bakq.server.authentication.PasswordPolicy;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.authentication.PersonalWords;
import eus.bakq.server.certificate.IssuedCertificate;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.UnrecordedKeyUses;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * From the code to another password, with another key and certificate (docs/adr/0026). The order of
 * its steps is the policy: factors judged and the intent recorded; the new password hashed; {@link
 * NewCredentials made} under it; and in one transaction the old certificate revoked, the old key
 * erased, the new password kept and what was made linked (KEY-10). Where it stops before that, the
 * old password signs as before, and certificates that were issued are revoked; after it the new one
 * does.
 *
 * <p>Safe for several threads.
 */
public final class ChangePassword {
  private static final String FIELD = "new_password";

  /**
   * A password that was changed.
   *
   * @param certificate with which the citizen signs from now on
   * @param device the cookie by which the citizen's program is known from now on, and no other;
   *     close it
   */
  public record Changed(IssuedCertificate certificate, SecretBytes device)
      implements AutoCloseable {
    @Override
    public void close() {
      device.close();
    }
  }

  private final PasswordChangeParts parts;
  private final CodeStep codeStep;
  private final DeviceCookies devices;
  private final PasswordChangeSubject subject;
  private final PasswordPolicy policy;
  private final NewCredentials newCredentials;
  private final CredentialStatus status;

  public ChangePassword(
      PasswordChangeParts parts,
      CodeStep codeStep,
      DeviceCookies devices,
      PasswordChangeSubject subject,
      PasswordPolicy policy,
      NewCredentials newCredentials,
      CredentialStatus status) {
    this.parts = Objects.requireNonNull(parts);
    this.codeStep = Objects.requireNonNull(codeStep);
    this.devices = Objects.requireNonNull(devices);
    this.subject = Objects.requireNonNull(subject);
    this.policy = Objects.requireNonNull(policy);
    this.newCredentials = Objects.requireNonNull(newCredentials);
    this.status = Objects.requireNonNull(status);
  }

  /**
   * Durable when it returns. A password that is not accepted uses up no code, but for the old one:
   * to know it again takes Argon2id, which nobody gets before the factors are right.
   *
   * @param chosen the new password; stays the caller's
   * @throws RefusedException PASSWORD_NOT_ACCEPTED; what {@link CodeStep#run} refuses;
   *     PASSWORD_NOT_CHANGED, whatever stands in the way: the record says what
   */
  public Changed run(CodeStep.Attempt attempt, SecretBytes chosen) throws RefusedException {
    // What is wrong with it for everybody is told to everybody; what is wrong with it for this
    // person, to this person only.
    requireAccepted(policy.check(FIELD, chosen));
    PasswordChangeSubject.Authenticated proven =
        codeStep.run(
            attempt,
            subject.accepting(
                signer -> requireAccepted(policy.check(FIELD, chosen, PersonalWords.of(signer)))));
    try (AuthenticatedSigner authenticated = proven.signer();
        SecretBytes device = devices.giveForNext(authenticated);
        UnrecordedKeyUses.Step uses = parts.passwords().beginStep()) {
      if (proven.refusal().isPresent()) {
        throw new RefusedException(Refusal.PASSWORD_NOT_CHANGED);
      }
      Optional<Passwords.Replacement> hashed =
          parts.passwords().replace(authenticated.signer(), proven.password(), chosen);
      uses.used(hashed.isEmpty() ? Passwords.KEY_USES_OF_JUDGED : Passwords.KEY_USES_OF_REPLACED);
      if (hashed.isEmpty()) {
        refuse(authenticated, PasswordChangeRefusal.SAME_PASSWORD);
        throw RefusedException.naming(
            Refusal.PASSWORD_NOT_ACCEPTED,
            List.of(new FieldViolation(FIELD, "must not be the one that it replaces")));
      }
      try (Passwords.Replacement replacement = hashed.get()) {
        List<Credential> made = make(proven, replacement);
        replaceOrGiveUp(proven, replacement, made);
        uses.recorded();
        return new Changed(
            new IssuedCertificate(made.getFirst().certificate(), made.getFirst().issuers()),
            device.use(SecretBytes::copyOf));
      }
    }
  }

  private static void requireAccepted(List<FieldViolation> violations) throws RefusedException {
    if (!violations.isEmpty()) {
      throw RefusedException.naming(Refusal.PASSWORD_NOT_ACCEPTED, violations);
    }
  }

  private void refuse(AuthenticatedSigner signer, PasswordChangeRefusal reason)
      throws RefusedException {
    parts
        .database()
        .transact(
            handle -> parts.audit().append(handle, PasswordChangeSubject.refused(signer, reason)));
  }

  private List<Credential> make(
      PasswordChangeSubject.Authenticated proven, Passwords.Replacement replacement)
      throws RefusedException {
    // Nobody was identified anew: what was made on that ground ends when it would have ended.
    Instant end = proven.ending().lastValidAt().plusSeconds(1);
    NewCredentials.Order order =
        new NewCredentials.Order(
            proven.account(),
            proven.change(),
            replacement.generation(),
            parts.database().inTransaction(Database::now),
            end.isBefore(newCredentials.keyEnd()) ? end : newCredentials.keyEnd());
    return newCredentials.make(order, replacement.activationSecret());
  }

  private void replaceOrGiveUp(
      PasswordChangeSubject.Authenticated proven,
      Passwords.Replacement replacement,
      List<Credential> made)
      throws RefusedException {
    Optional<PasswordChangeRefusal> refusal =
        parts
            .database()
            .inTransaction(
                handle -> replace(handle, proven, replacement, made),
                handle ->
                    newCredentials.areLinked(handle, made)
                        ? Optional.of(Optional.<PasswordChangeRefusal>empty())
                        : Optional.empty());
    parts.outbox().wake();
    if (refusal.isPresent()) {
      parts.database().transact(handle -> giveUp(handle, proven, made, refusal.get()));
      throw new RefusedException(Refusal.PASSWORD_NOT_CHANGED);
    }
  }

  /**
   * The act. The signer first, as officers do: two who meet here wait in one order. The record
   * last.
   */
  private Optional<PasswordChangeRefusal> replace(
      Handle handle,
      PasswordChangeSubject.Authenticated proven,
      Passwords.Replacement replacement,
      List<Credential> made)
      throws RefusedException {
    Signer signer;
    try {
      signer = parts.signers().findAndHold(handle, proven.account().id()).orElseThrow();
    } catch (AlteredRowException e) {
      Database.notice(handle, e);
      return Optional.of(PasswordChangeRefusal.SET_BACK);
    }
    List<Credential> held = parts.credentials().holdUsable(handle, signer.id());
    Optional<PasswordChangeRefusal> refusal = subject.judge(handle, signer, held);
    if (refusal.isPresent()) {
      return refusal;
    }
    if (!isStill(handle, proven, held)) {
      return Optional.of(PasswordChangeRefusal.ACCOUNT_CHANGED);
    }
    if (!NewCredentials.name(signer, made)) {
      return Optional.of(PasswordChangeRefusal.NAMES_DIFFER);
    }
    CredentialStatus.Superseded superseded =
        status.supersede(handle, signer, held, Database.now(handle));
    if (parts.passwords().keep(handle, replacement.prepared()) != replacement.generation()) {
      throw new IllegalStateException("a password was changed while its signer was held");
    }
    newCredentials.link(handle, made);
    List<AuditEvent> events = new ArrayList<>(superseded.events());
    events.addAll(NewCredentials.linked(proven.change(), made));
    events.add(
        AuditEvent.succeeded(
            AuditEventType.PASSWORD_CHANGED,
            signer.id().toString(),
            signer.id(),
            Map.of(
                "change", proven.change().toString(),
                "interaction", proven.signer().interaction().toString(),
                "generation", Integer.toString(replacement.generation()),
                "act", superseded.act().id().toString())));
    parts.audit().appendAll(handle, events);
    return Optional.empty();
  }

  /** Whether password and key are those that were judged: of two changes at once one is done. */
  private boolean isStill(
      Handle handle, PasswordChangeSubject.Authenticated proven, List<Credential> held) {
    return held.stream()
            .anyMatch(
                one ->
                    one.purpose() == CredentialPurpose.SIGNATURE
                        && one.id().equals(proven.ending().id())
                        && one.version() == proven.ending().version())
        && parts
            .passwords()
            .find(handle, proven.account().id())
            .equals(Optional.of(proven.password()));
  }

  /** All of the register first: the record's lock is taken last, by everybody. */
  private void giveUp(
      Handle handle,
      PasswordChangeSubject.Authenticated proven,
      List<Credential> made,
      PasswordChangeRefusal reason) {
    List<AuditEvent> events =
        new ArrayList<>(
            newCredentials.giveUp(
                handle, proven.change(), made, reason != PasswordChangeRefusal.NAMES_DIFFER));
    events.add(PasswordChangeSubject.refused(proven.signer(), reason));
    parts.audit().appendAll(handle, events);
  }
}
