package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.CredentialId;

/**
 * A credential's row does not fit its MAC: somebody has changed the database. The credential is not
 * used.
 */
public final class AlteredCredentialException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AlteredCredentialException(CredentialId id) {
    super("the row of credential " + id + " was altered");
  }
}
