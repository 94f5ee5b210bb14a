package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.Bytes;

/**
 * A PKCS#10 certification request. Nothing in it is trusted before {@link
 * CertificationAuthority#issue} has looked.
 *
 * @param encoded DER, at most 8 KiB
 */
public record CertificationRequest(Bytes encoded) {
  public CertificationRequest {
    if (encoded.isEmpty() || encoded.size() > 8192) {
      throw new IllegalArgumentException("a certification request has 1 to 8192 bytes");
    }
  }
}
