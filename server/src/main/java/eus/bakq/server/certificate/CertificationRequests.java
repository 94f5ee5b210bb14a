package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.PublicKey;

/**
 * Makes PKCS#10 requests in two steps, around a key that only the HSM can use. Owner of this stub:
 * the documents' author.
 */
public final class CertificationRequests {
  private CertificationRequests() {}

  /**
   * The hash of the request's information for {@code subject} and {@code key}, to be signed by that
   * key.
   */
  public static DtbsRepresentation toBeSigned(
      CertificateSubject subject, PublicKey key, SignatureAlgorithm algorithm) {
    throw new UnsupportedOperationException("stub");
  }

  /** The request with its signature. */
  public static CertificationRequest assemble(
      CertificateSubject subject, PublicKey key, SignatureValue proof) {
    throw new UnsupportedOperationException("stub");
  }
}
