package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignerId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One key with its certificate, as its row says after the row's MAC was found right.
 *
 * @param issuers in order up to the root
 * @param sealedKey empty once the key is destroyed
 * @param version grows with each change
 */
public record Credential(
    CredentialId id,
    SignerId signer,
    CredentialState state,
    X509Certificate certificate,
    List<X509Certificate> issuers,
    SealBinding binding,
    Optional<SealedKey> sealedKey,
    Instant createdAt,
    long version) {
  public Credential {
    Objects.requireNonNull(id);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(state);
    Objects.requireNonNull(certificate);
    issuers = List.copyOf(issuers);
    Objects.requireNonNull(binding);
    Objects.requireNonNull(sealedKey);
    Objects.requireNonNull(createdAt);
  }

  public KeyAlgorithm keyAlgorithm() {
    return binding.algorithm();
  }

  public CredentialPurpose purpose() {
    return binding.purpose();
  }

  /** Whether {@code time} is within the certificate's validity, both ends included. */
  public boolean isValidAt(Instant time) {
    return !time.isBefore(Certificates.notBefore(certificate)) && !isOverAt(time);
  }

  /** Whether the certificate's validity has ended before {@code time}. */
  public boolean isOverAt(Instant time) {
    return time.isAfter(lastValidAt());
  }

  /** The last second at which the certificate is valid. */
  public Instant lastValidAt() {
    return Certificates.notAfter(certificate);
  }

  /** In another state, with its key. */
  Credential in(CredentialState next) {
    return next(next, sealedKey);
  }

  /** Without its key. */
  Credential withoutKey() {
    return next(CredentialState.KEY_DESTROYED, Optional.empty());
  }

  private Credential next(CredentialState nextState, Optional<SealedKey> nextKey) {
    return new Credential(
        id, signer, nextState, certificate, issuers, binding, nextKey, createdAt, version + 1);
  }

  /** SHA-256 of the certificate in DER, by which records name it. */
  public Bytes certificateSha256() {
    return Certificates.encode(certificate).sha256();
  }

  /** The certificate, then its issuers without a self-signed root. */
  public List<X509Certificate> chainForSignatures() {
    return Certificates.withoutRoot(certificate, issuers);
  }
}
