package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the authority knows of a certificate that it signed, as its row says after the row's MAC was
 * found right.
 *
 * @param serial positive, at most 20 bytes
 * @param certificateSha256 of the certificate in DER
 * @param credential which it was issued for; that may never have come to be. Empty for those that
 *     are no citizen's
 * @param notBefore as {@code notAfter} of the certificate's validity; both belong to it
 * @param reason of a revoked one, and only of that
 * @param since when it came into its state
 * @param suspendedUntil of a suspended one, and only of that
 * @param version grows with each change
 */
public record RegisteredCertificate(
    BigInteger serial,
    Bytes certificateSha256,
    CertificateKind kind,
    Optional<CredentialId> credential,
    Instant notBefore,
    Instant notAfter,
    CertificateState state,
    Optional<RevocationReason> reason,
    Instant since,
    Optional<Instant> suspendedUntil,
    long version) {
  /** CRLReason certificateHold. */
  private static final int CERTIFICATE_HOLD = 6;

  public RegisteredCertificate {
    if (serial.signum() <= 0 || serial.bitLength() > 160) {
      throw new IllegalArgumentException("a serial number is positive and has at most 20 bytes");
    }
    if (certificateSha256.size() != 32) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes");
    }
    if (credential.isPresent() != kind.isOfACredential()) {
      throw new IllegalArgumentException(
          "certificates of citizens, and only they, have credentials");
    }
    Objects.requireNonNull(notBefore);
    Objects.requireNonNull(notAfter);
    if (reason.isPresent() != (state == CertificateState.REVOKED)
        || suspendedUntil.isPresent() != (state == CertificateState.SUSPENDED)) {
      throw new IllegalArgumentException("reason and end are those of the state");
    }
    Objects.requireNonNull(since);
  }

  /** The CRLReason of RFC 5280: of a suspended one certificateHold (6); empty if it is good. */
  public OptionalInt reasonCode() {
    return switch (state) {
      case GOOD -> OptionalInt.empty();
      case SUSPENDED -> OptionalInt.of(CERTIFICATE_HOLD);
      case REVOKED -> OptionalInt.of(reason.orElseThrow().code());
    };
  }

  RegisteredCertificate good(Instant now) {
    return next(CertificateState.GOOD, Optional.empty(), now, Optional.empty());
  }

  RegisteredCertificate suspended(Instant now, Instant until) {
    return next(CertificateState.SUSPENDED, Optional.empty(), now, Optional.of(until));
  }

  RegisteredCertificate revoked(RevocationReason why, Instant now) {
    return next(CertificateState.REVOKED, Optional.of(why), now, Optional.empty());
  }

  private RegisteredCertificate next(
      CertificateState nextState,
      Optional<RevocationReason> why,
      Instant now,
      Optional<Instant> until) {
    return new RegisteredCertificate(
        serial,
        certificateSha256,
        kind,
        credential,
        notBefore,
        notAfter,
        nextState,
        why,
        now,
        until,
        version + 1);
  }
}
