package eus.bakq.server.certificate;

import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.Req;

/**
 * What somebody asks by OCSP. Anybody may ask, so a signature over it says nothing and is not
 * looked at.
 *
 * @param certificates 1 to 10, in the order of the request
 * @param nonce the extension as it came, its content 1 to 32 bytes (RFC 8954)
 */
record UnverifiedOcspRequest(List<CertificateID> certificates, Optional<Extension> nonce) {
  /** How many certificates one request may name: each costs a look into the database. */
  static final int MOST_CERTIFICATES = 10;

  private static final int LONGEST_NONCE = 32;

  UnverifiedOcspRequest {
    certificates = List.copyOf(certificates);
  }

  /**
   * Reads a request in DER.
   *
   * @throws IllegalArgumentException if it is none, asks for more than 10 or for nothing, or wants
   *     something that is not served and that it calls critical
   */
  static UnverifiedOcspRequest parse(Bytes encoded) {
    try {
      OCSPRequest parsed =
          OCSPRequest.getInstance(ASN1Primitive.fromByteArray(encoded.toByteArray()));
      OCSPReq request = new OCSPReq(parsed);
      if (request.getVersionNumber() != 1) {
        throw new IllegalArgumentException("the request is of an unknown version");
      }
      requireKnown(parsed.getTbsRequest().getRequestExtensions());
      List<CertificateID> certificates = new ArrayList<>();
      int asked = parsed.getTbsRequest().getRequestList().size();
      if (asked < 1 || asked > MOST_CERTIFICATES) {
        throw new IllegalArgumentException("a request names 1 to 10 certificates");
      }
      for (Req one : request.getRequestList()) {
        requireKnown(one.getSingleRequestExtensions());
        certificates.add(one.getCertID());
        // What Bouncy Castle reads only when it is asked is read here, not in the middle of an
        // answer.
        one.getCertID().getSerialNumber();
        one.getCertID().getHashAlgOID();
        one.getCertID().getIssuerKeyHash();
        one.getCertID().getIssuerNameHash();
      }
      return new UnverifiedOcspRequest(certificates, nonce(request));
    } catch (IOException e) {
      throw new IllegalArgumentException("the request is not DER", e);
    } catch (RuntimeException e) {
      // Bouncy Castle has no one exception for a structure that is not one.
      throw new IllegalArgumentException("the request is not one of OCSP", e);
    }
  }

  private static Optional<Extension> nonce(OCSPReq request) {
    Extension nonce = request.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
    if (nonce == null) {
      return Optional.empty();
    }
    int size = ASN1OctetString.getInstance(nonce.getParsedValue()).getOctetsLength();
    if (size < 1 || size > LONGEST_NONCE) {
      throw new IllegalArgumentException("a nonce has 1 to 32 bytes (RFC 8954)");
    }
    return Optional.of(nonce);
  }

  private static void requireKnown(Extensions extensions) {
    if (extensions == null) {
      return;
    }
    for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
      if (!critical.equals(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)) {
        throw new IllegalArgumentException("an unknown extension is critical");
      }
    }
  }
}
