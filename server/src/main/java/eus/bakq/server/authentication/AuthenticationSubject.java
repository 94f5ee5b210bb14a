package eus.bakq.server.authentication;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.notification.MessageKind;
import eus.bakq.server.signer.Signer;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignerId;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * What an authentication is for: an activation, a signature request, or a change of password.
 *
 * @param <T> what comes of success
 */
public interface AuthenticationSubject<T> {
  InteractionPurpose purpose();

  /** The SMS that carries the code. */
  MessageKind codeMessage();

  /**
   * Who can have a part in it at all: the signer of an activation, the one whom a sede named.
   * Everybody else is judged as a stranger. The same work whoever asks.
   */
  Predicate<Signer> concerned(Handle handle, UUID subject);

  /**
   * Locks the subject's row until the transaction ends: it is locked before interaction, counter
   * and record, always.
   */
  void hold(Handle handle, UUID subject) throws RefusedException;

  /**
   * Fixes what the code will be bound to for {@code candidate}, before anything is known of the
   * password. Does the same work for somebody who is not registered, so that nobody can tell the
   * two apart; outside any transaction.
   *
   * @throws RefusedException if the subject itself is not open any more
   */
  Frozen freeze(UUID subject, Optional<SignerId> candidate) throws RefusedException;

  /**
   * Goes on with {@code signer} in the transaction in which the factors were found right. At most
   * once a challenge.
   */
  T succeeded(Handle handle, AuthenticatedSigner signer) throws RefusedException;

  /** What was fixed. */
  interface Frozen {
    /** 32 bytes: the hash of all that would be agreed to. */
    Bytes hash();

    /** Whether the candidate may do this at all; never told outside. */
    boolean allowed();

    Optional<CredentialId> credential();

    /**
     * Keeps what has to be kept, in the transaction of the password step. The same statements
     * whoever it is.
     */
    void store(Handle handle, InteractionId interaction) throws RefusedException;
  }
}
