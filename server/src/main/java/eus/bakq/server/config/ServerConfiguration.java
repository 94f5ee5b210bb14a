package eus.bakq.server.config;

import eus.bakq.server.audit.AnchorSettings;
import eus.bakq.server.authentication.AuthenticationSettings;
import eus.bakq.server.authentication.CodeQuotaSettings;
import eus.bakq.server.authentication.KeyUseSettings;
import eus.bakq.server.authentication.PasswordHashingSettings;
import eus.bakq.server.authentication.PasswordPolicySettings;
import eus.bakq.server.caller.RegisteredCallers;
import eus.bakq.server.certificate.CertificateProfile;
import eus.bakq.server.database.ClockSettings;
import eus.bakq.server.database.DatabaseSettings;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.TimeStampingSettings;
import eus.bakq.server.enrolment.EnrolmentSettings;
import eus.bakq.server.grpc.ListenerSettings;
import eus.bakq.server.hsm.HsmSettings;
import eus.bakq.server.notification.DispatcherSettings;
import eus.bakq.server.sam.SamSettings;
import eus.bakq.server.signing.SigningSettings;
import eus.bakq.server.signing.StreamSettings;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.web.PublicListenerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * All that the server is told. A value that exists was checked in every part.
 *
 * @param timeStamping without it, signatures of level B-B only are offered
 * @param smsHost the host in the last line of every SMS with a code (OTP-10)
 * @param keyAlgorithm of new citizens' keys
 * @param rsaScheme by which RSA keys sign
 * @param authenticationCredential whether each citizen gets a second key, to say who he is
 *     (CRT-04). Who can write it can have one more key made at each activation, which nothing uses
 *     yet
 * @param longestEpoch after which a warning says that another epoch is to begin. Who can write it
 *     can have keys be made under one wrapping key for longer, unnoticed
 */
public record ServerConfiguration(
    Profile profile,
    HsmSettings hsm,
    DatabaseSettings database,
    ClockSettings clock,
    AnchorSettings anchor,
    PasswordHashingSettings passwordHashing,
    PasswordPolicySettings passwordPolicy,
    AuthenticationSettings authentication,
    KeyUseSettings keyUses,
    CodeQuotaSettings codeQuotas,
    SamSettings sam,
    KeyAlgorithm keyAlgorithm,
    SignatureScheme rsaScheme,
    boolean authenticationCredential,
    Duration longestEpoch,
    SigningSettings signing,
    StreamSettings streams,
    DocumentSettings documents,
    Optional<TimeStampingSettings> timeStamping,
    EnrolmentSettings enrolment,
    CertificateProfile certificate,
    DispatcherSettings messages,
    String smsHost,
    List<ListenerSettings> listeners,
    PublicListenerSettings publicListener,
    RegisteredCallers callers) {
  /** How long keys are made in one epoch, where nothing else is said. */
  public static final Duration DEFAULT_LONGEST_EPOCH = Duration.ofDays(365);

  static final Duration SHORTEST_EPOCH = Duration.ofDays(1);

  public ServerConfiguration {
    Objects.requireNonNull(timeStamping);
    if (longestEpoch.compareTo(SHORTEST_EPOCH) < 0) {
      throw new IllegalArgumentException("an epoch lasts a day at least");
    }
    listeners = List.copyOf(listeners);
  }

  /** What each citizen gets a credential for. */
  public List<CredentialPurpose> citizenPurposes() {
    return authenticationCredential
        ? List.of(CredentialPurpose.SIGNATURE, CredentialPurpose.AUTHENTICATION)
        : List.of(CredentialPurpose.SIGNATURE);
  }
}
