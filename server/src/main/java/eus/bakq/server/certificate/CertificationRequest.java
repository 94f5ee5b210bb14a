package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.Bytes;

/**
 * A PKCS#10 certification request.
 *
 * @param encoded DER
 */
public record CertificationRequest(Bytes encoded) {}
