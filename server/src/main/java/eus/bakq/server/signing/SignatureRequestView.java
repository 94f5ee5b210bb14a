package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.SignatureRequestId;
import java.net.URI;
import java.time.Instant;

/** A signature request as its sede sees it. */
public record SignatureRequestView(
    SignatureRequestId id,
    SignatureRequestState state,
    URI authorisationAddress,
    String referenceCode,
    int documentCount,
    Instant createdAt,
    Instant expiresAt) {}
