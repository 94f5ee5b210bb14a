package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.Decoding;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What signature activation data say (SAD-01, SAD-02): who, with which key, which hashes in which
 * order and how often, for whom, how authenticated, from when to when.
 *
 * @param publicKeySha256 of the key's SubjectPublicKeyInfo
 * @param client the sede that asked
 * @param hashes in the request's order, with multiplicity; 1 to 500, all of one algorithm
 * @param mechanism the activation mechanism that the factors were of
 */
record ActivationContent(
    ActivationDataId id,
    SignatureRequestId request,
    InteractionId interaction,
    SignerId signer,
    CredentialId credential,
    Bytes publicKeySha256,
    CallerName client,
    List<DtbsRepresentation> hashes,
    String mechanism,
    Instant authenticatedAt,
    ChallengeId challenge,
    Instant issuedAt,
    Instant expiresAt) {
  static final int MOST_HASHES = 500;
  private static final String DOMAIN = "bakq/sad/v1";

  ActivationContent {
    Objects.requireNonNull(id);
    Objects.requireNonNull(request);
    Objects.requireNonNull(interaction);
    Objects.requireNonNull(signer);
    Objects.requireNonNull(credential);
    Objects.requireNonNull(publicKeySha256);
    Objects.requireNonNull(client);
    Objects.requireNonNull(mechanism);
    Objects.requireNonNull(authenticatedAt);
    Objects.requireNonNull(challenge);
    Objects.requireNonNull(issuedAt);
    Objects.requireNonNull(expiresAt);
    hashes = List.copyOf(hashes);
    if (hashes.isEmpty() || hashes.size() > MOST_HASHES) {
      throw new IllegalArgumentException("activation data cover 1 to " + MOST_HASHES + " hashes");
    }
    SignatureAlgorithm algorithm = hashes.getFirst().algorithm();
    if (!hashes.stream().allMatch(hash -> hash.algorithm() == algorithm)) {
      throw new IllegalArgumentException("one key signs by one algorithm at a time");
    }
  }

  SignatureAlgorithm algorithm() {
    return hashes.getFirst().algorithm();
  }

  Bytes encode() {
    Encoding out =
        Encoding.of(DOMAIN)
            .id(id.value())
            .id(request.value())
            .id(interaction.value())
            .id(signer.value())
            .id(credential.value())
            .bytes(publicKeySha256)
            .text(client.value())
            .text(mechanism)
            .time(authenticatedAt)
            .id(challenge.value())
            .time(issuedAt)
            .time(expiresAt)
            .text(algorithm().name())
            .number(hashes.size());
    hashes.forEach(hash -> out.bytes(hash.digest()));
    return out.toBytes();
  }

  /** Reads; IllegalArgumentException for whatever is not an encoding. */
  static ActivationContent decode(Bytes encoded) {
    Decoding in = Decoding.of(DOMAIN, encoded, UnverifiedActivationData.MOST_BYTES);
    ActivationDataId id = new ActivationDataId(in.id());
    SignatureRequestId request = new SignatureRequestId(in.id());
    InteractionId interaction = new InteractionId(in.id());
    SignerId signer = new SignerId(in.id());
    CredentialId credential = new CredentialId(in.id());
    Bytes publicKeySha256 = Bytes.copyOf(in.bytes());
    CallerName client = new CallerName(in.text());
    String mechanism = in.text();
    Instant authenticatedAt = in.time();
    ChallengeId challenge = new ChallengeId(in.id());
    Instant issuedAt = in.time();
    Instant expiresAt = in.time();
    SignatureAlgorithm algorithm = SignatureAlgorithm.valueOf(in.text());
    long count = in.number();
    if (count < 1 || count > MOST_HASHES) {
      throw new IllegalArgumentException("activation data cover 1 to " + MOST_HASHES + " hashes");
    }
    List<DtbsRepresentation> hashes = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      hashes.add(new DtbsRepresentation(algorithm, Bytes.copyOf(in.bytes())));
    }
    in.end();
    return new ActivationContent(
        id,
        request,
        interaction,
        signer,
        credential,
        publicKeySha256,
        client,
        hashes,
        mechanism,
        authenticatedAt,
        challenge,
        issuedAt,
        expiresAt);
  }
}
