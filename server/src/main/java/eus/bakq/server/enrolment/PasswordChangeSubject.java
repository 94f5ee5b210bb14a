package eus.bakq.server.enrolment;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.authentication.AuthenticationSubject;
import eus.bakq.server.authentication.InteractionPurpose;
import eus.bakq.server.authentication.Passwords;
import eus.bakq.server.credential.CertificateState;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.CredentialState;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.signer.SignerState;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.PasswordChangeId;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * A change of password as what a citizen authenticates for: bound to the credential that is to end.
 * The intent to make a key is recorded in the transaction in which the factors are found right.
 *
 * <p>Safe for several threads.
 */
public final class PasswordChangeSubject
    implements AuthenticationSubject<PasswordChangeSubject.Authenticated> {
  private static final UUID NOBODY = new UUID(0, 0);
  private static final Set<SignerState> HAVE_CREDENTIALS =
      EnumSet.of(SignerState.ACTIVE, SignerState.SUSPENDED);

  /** Judges the new password once it is known whose it is to be. */
  @FunctionalInterface
  interface Acceptance {
    /**
     * Returns if the password is accepted.
     *
     * @throws RefusedException if it is not; the code is then as good as before
     */
    void require(Signer signer) throws RefusedException;
  }

  /**
   * A change whose citizen was authenticated.
   *
   * @param password that was right
   * @param ending the credential for signing that is to end
   * @param refusal why it goes no further, if it does not; recorded
   */
  record Authenticated(
      AuthenticatedSigner signer,
      Signer account,
      Passwords.Kept password,
      Credential ending,
      Optional<PasswordChangeRefusal> refusal) {
    PasswordChangeId change() {
      return new PasswordChangeId(signer.subject());
    }
  }

  private final PasswordChangeParts parts;
  private final Acceptance acceptance;

  /** A subject for the step of the old password. */
  public PasswordChangeSubject(PasswordChangeParts parts) {
    this(parts, _ -> {});
  }

  private PasswordChangeSubject(PasswordChangeParts parts, Acceptance acceptance) {
    this.parts = Objects.requireNonNull(parts);
    this.acceptance = Objects.requireNonNull(acceptance);
  }

  /** The same for the step of the code, with which the new password comes. */
  PasswordChangeSubject accepting(Acceptance ofThePassword) {
    return new PasswordChangeSubject(parts, ofThePassword);
  }

  @Override
  public InteractionPurpose purpose() {
    return InteractionPurpose.PASSWORD_CHANGE;
  }

  @Override
  public MessageKind codeMessage() {
    return MessageKind.PASSWORD_CHANGE_CODE;
  }

  @Override
  public Predicate<Signer> concerned(Handle handle, UUID subject) {
    // Nobody uses up the tries of somebody who has yet to activate, or never will again.
    return signer -> HAVE_CREDENTIALS.contains(signer.state());
  }

  @Override
  public void hold(Handle handle, UUID subject) {
    // A change has no row: until it is done, nothing of it is anywhere but in its interaction.
  }

  @Override
  public Frozen freeze(UUID subject, Optional<SignerId> candidate) throws RefusedException {
    return parts.database().inTransaction(handle -> freeze(handle, subject, candidate));
  }

  private FrozenChange freeze(Handle handle, UUID subject, Optional<SignerId> candidate) {
    SignerId asked = candidate.orElse(new SignerId(NOBODY));
    Optional<Signer> signer =
        parts
            .altered()
            .findOrStandIn(() -> parts.signers().find(handle, asked), parts.signers()::standIn);
    Optional<Credential> credential =
        parts
            .altered()
            .findOrStandIn(
                () -> parts.credentials().findUsable(handle, asked, CredentialPurpose.SIGNATURE),
                parts.credentials()::standIn);
    Instant now = Database.now(handle);
    boolean allowed =
        signer.filter(one -> one.state() == SignerState.ACTIVE).isPresent()
            && credential
                .filter(one -> one.state() == CredentialState.ACTIVE && one.isValidAt(now))
                .isPresent();
    Bytes hash =
        Encoding.of("bakq/password-change-set/v1")
            .id(subject)
            .id(asked.value())
            .id(credential.map(Credential::id).map(CredentialId::value).orElse(NOBODY))
            .toBytes()
            .sha256();
    return new FrozenChange(hash, allowed, credential.map(Credential::id));
  }

  @Override
  public Authenticated succeeded(Handle handle, AuthenticatedSigner signer)
      throws RefusedException {
    Signer account = parts.signers().find(handle, signer.signer()).orElseThrow();
    acceptance.require(account);
    Credential ending =
        parts.credentials().find(handle, signer.credential().orElseThrow()).orElseThrow();
    Passwords.Kept password = parts.passwords().find(handle, signer.signer()).orElseThrow();
    Optional<PasswordChangeRefusal> refusal = judge(handle, account, List.of(ending));
    if (refusal.isEmpty() && !opens(signer, ending, password)) {
      refusal = Optional.of(PasswordChangeRefusal.ANOTHER_PASSWORD);
    }
    parts.audit().append(handle, event(signer, refusal));
    return new Authenticated(signer, account, password, ending, refusal);
  }

  /**
   * Judges what would end: one that has ended already, or is on hold, does not become a new one.
   * The caller may hold the rows.
   */
  Optional<PasswordChangeRefusal> judge(Handle handle, Signer account, List<Credential> ending) {
    Instant now = Database.now(handle);
    if (account.state() != SignerState.ACTIVE
        || ending.isEmpty()
        || !ending.stream()
            .allMatch(
                one ->
                    one.state() == CredentialState.ACTIVE && one.signer().equals(account.id()))) {
      return Optional.of(PasswordChangeRefusal.ACCOUNT_CHANGED);
    }
    for (Credential one : ending) {
      if (!one.isValidAt(now) || !isGood(handle, one)) {
        return Optional.of(PasswordChangeRefusal.CERTIFICATE_NOT_GOOD);
      }
      if (!parts.citizenKeys().opens(one.binding().epoch())) {
        return Optional.of(PasswordChangeRefusal.EPOCH_ENDED);
      }
      String id = one.id().toString();
      if (parts.audit().saysNotUsable(handle, id)) {
        Database.notice(handle, new AlteredRowException("credential", id));
        return Optional.of(PasswordChangeRefusal.SET_BACK);
      }
    }
    return Optional.empty();
  }

  private boolean isGood(Handle handle, Credential credential) {
    return parts
        .register()
        .find(handle, credential.certificate().getSerialNumber())
        .filter(found -> found.state() == CertificateState.GOOD)
        .filter(found -> found.certificateSha256().equals(credential.certificateSha256()))
        .isPresent();
  }

  /** The password's row is under no MAC; the seal of the key is what cannot be made to agree. */
  private boolean opens(AuthenticatedSigner signer, Credential ending, Passwords.Kept password) {
    return ending.binding().passwordGeneration() == password.generation()
        && parts
            .seal()
            .open(ending.sealedKey().orElseThrow(), signer.activationSecret(), ending.binding())
            .isPresent();
  }

  private static AuditEvent event(
      AuthenticatedSigner signer, Optional<PasswordChangeRefusal> refusal) {
    return refusal
        .map(reason -> refused(signer, reason))
        .orElseGet(
            () ->
                AuditEvent.succeeded(
                    AuditEventType.KEY_GENERATION_INTENDED,
                    signer.signer().toString(),
                    signer.subject(),
                    details(signer)));
  }

  /** What the record says of a refusal. */
  static AuditEvent refused(AuthenticatedSigner signer, PasswordChangeRefusal reason) {
    return AuditEvent.refused(
        AuditEventType.PASSWORD_CHANGE_REFUSED,
        reason.name(),
        signer.signer().toString(),
        signer.subject(),
        details(signer));
  }

  private static Map<String, String> details(AuthenticatedSigner signer) {
    return Map.of("interaction", signer.interaction().toString());
  }

  private record FrozenChange(Bytes hash, boolean allowed, Optional<CredentialId> credential)
      implements Frozen {
    @Override
    public void store(Handle handle, InteractionId interaction) {
      // Nothing more than the hash has to be kept: what it stands for is in the credential's row.
    }
  }
}
