package eus.bakq.server.config;

import eus.bakq.server.authentication.PasswordStep;
import eus.bakq.server.notification.MessageTransport;
import eus.bakq.server.signing.AuthoriseSignature;
import eus.bakq.server.signing.OpenAuthorisation;
import eus.bakq.server.signing.RejectSignatureRequest;
import eus.bakq.server.signing.SignatureSubject;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.BindableService;
import java.time.Clock;
import java.util.List;

/**
 * What a profile adds to the server. Found by {@link java.util.ServiceLoader}; the production
 * distribution holds none but its own, and a server of one profile never loads another's
 * (docs/sole-control.md section 7).
 */
public interface ProfileExtension {
  Profile profile();

  /** Carries SMS and e-mail away. The same object at every call. */
  MessageTransport messageTransport();

  /**
   * This machine's time of day, by which a node compares itself with the database and judges what
   * others have signed.
   *
   * @param system the system's, which is the one to take; the demo may have one that is moved
   */
  default Clock clock(Clock system) {
    return system;
  }

  /** Services that only this profile has. */
  List<BindableService> services(AuthorisationParts parts);

  /** By what a citizen authorises a sede's request. */
  record AuthorisationParts(
      OpenAuthorisation open,
      PasswordStep passwordStep,
      SignatureSubject subject,
      AuthoriseSignature authorise,
      RejectSignatureRequest reject) {}
}
