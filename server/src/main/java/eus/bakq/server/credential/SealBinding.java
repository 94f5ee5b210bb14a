package eus.bakq.server.credential;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignerId;
import java.util.Objects;

/**
 * What a seal is bound to (KEY-07): it opens for nothing else. A key of one signer, credential or
 * activation mechanism can so never be taken for another's (SAD-15).
 *
 * @param purpose what the key is for; a key of one purpose is never taken for one of another
 * @param publicKeySha256 of the SubjectPublicKeyInfo
 * @param activationMechanism such as {@code bakq/password+sms/v1}
 * @param passwordGeneration which password seals it, from 1
 */
public record SealBinding(
    SignerId signer,
    CredentialId credential,
    CredentialPurpose purpose,
    Bytes publicKeySha256,
    String activationMechanism,
    int passwordGeneration,
    String epoch,
    long wrapMechanism,
    Bytes wrapParameter,
    KeyAlgorithm algorithm) {
  public SealBinding {
    Objects.requireNonNull(signer);
    Objects.requireNonNull(credential);
    Objects.requireNonNull(purpose);
    Objects.requireNonNull(publicKeySha256);
    Objects.requireNonNull(activationMechanism);
    Objects.requireNonNull(epoch);
    Objects.requireNonNull(wrapParameter);
    Objects.requireNonNull(algorithm);
  }

  /** Keys for signing keep the encoding of the time before there were others. */
  byte[] authenticatedData(int sealVersion) {
    Encoding data =
        switch (purpose) {
          case SIGNATURE -> Encoding.of("bakq/seal/v1");
          case AUTHENTICATION -> Encoding.of("bakq/seal-authentication/v1");
        };
    return data.number(sealVersion)
        .id(signer.value())
        .id(credential.value())
        .bytes(publicKeySha256)
        .text(activationMechanism)
        .number(passwordGeneration)
        .text(epoch)
        .number(wrapMechanism)
        .bytes(wrapParameter)
        .text(algorithm.name())
        .toByteArray();
  }
}
