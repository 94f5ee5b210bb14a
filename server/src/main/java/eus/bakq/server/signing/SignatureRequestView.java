package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * A signature request as its sede sees it.
 *
 * @param completionDelay NONE in every state but COMPLETING
 * @param completionFailure in FAILED, and only there
 */
public record SignatureRequestView(
    SignatureRequestId id,
    SignatureRequestState state,
    URI authorisationAddress,
    String referenceCode,
    int documentCount,
    Instant createdAt,
    Instant expiresAt,
    SignatureFormat format,
    SignatureLevel level,
    DigestAlgorithm digest,
    CompletionDelay completionDelay,
    Optional<CompletionFailure> completionFailure) {}
