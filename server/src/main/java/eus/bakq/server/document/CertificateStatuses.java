package eus.bakq.server.document;

import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.crl.CRLValidity;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.CertificateExtensionsUtils;
import eu.europa.esig.dss.spi.DSSRevocationUtils;
import eu.europa.esig.dss.spi.exception.DSSExternalResourceException;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;

/**
 * The status of certificates, as DSS puts it into documents. For what our own authority issued, our
 * own OCSP responder is asked in process, every time anew, whatever address the certificate names.
 * For what others issued, the addresses in the certificate are asked if they are permitted ({@link
 * TimeStampingSettings#statusAddresses}), and nobody else; what they say is kept until they say
 * something newer. Safe for several threads.
 */
final class CertificateStatuses {
  private static final int MAXIMUM_LIST = 16 * 1024 * 1024;
  private static final int MAXIMUM_OCSP_ANSWER = 64 * 1024;
  private static final Duration LONGEST_IN_CACHE = Duration.ofHours(1);
  private static final Duration LONGEST_DIFFERENCE = Duration.ofMinutes(5);

  private final CertificateToken authority;
  private final UnaryOperator<Bytes> ownResponder;
  private final TimeStampingSettings settings;
  private final OutsideServices services;
  private final StatusCache cache;
  private final Clock clock;

  /**
   * Statuses from these sources.
   *
   * @param authority our own
   * @param ownResponder answers an OCSP request in DER for what {@code authority} issued
   */
  CertificateStatuses(
      CertificateToken authority,
      UnaryOperator<Bytes> ownResponder,
      TimeStampingSettings settings,
      OutsideServices services,
      StatusCache cache,
      Clock clock) {
    this.authority = authority;
    this.ownResponder = ownResponder;
    this.settings = settings;
    this.services = services;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * What OCSP says of {@code certificate}; null, as DSS wants it, where there is nobody to ask.
   *
   * @throws UnavailableException if our own responder does not answer
   * @throws DSSException if somebody else's does not: then DSS looks for a list
   */
  OCSPToken ocsp(CertificateToken certificate, CertificateToken issuer) {
    byte[] request = request(certificate, issuer);
    if (issuer.equals(authority)) {
      Bytes answer = ownResponder.apply(Bytes.copyOf(request));
      return parse(answer, certificate, issuer)
          .orElseThrow(
              () -> UnavailableException.temporarily("our own OCSP responder refuses", null));
    }
    Optional<URI> address =
        permitted(CertificateExtensionsUtils.getOCSPAccessUrls(certificate)).findFirst();
    if (address.isEmpty()) {
      return null;
    }
    Bytes key = key(address.get(), request);
    Optional<Bytes> cached = cache.find(key, clock.instant());
    Bytes answer = cached.orElseGet(() -> post(address.get(), request));
    OCSPToken token =
        parse(answer, certificate, issuer)
            .filter(this::isPresent)
            .orElseThrow(() -> notUsable("OCSP", null));
    if (cached.isEmpty() && token.getNextUpdate() != null && isByOrFor(issuer, token)) {
      Instant next = token.getNextUpdate().toInstant();
      Instant longest = clock.instant().plus(LONGEST_IN_CACHE);
      cache.put(key, answer, next.isBefore(longest) ? next : longest);
    }
    return token;
  }

  /** Signed by the issuer, or by whom it gave a certificate: DSS judges the rest, and each time. */
  private static boolean isByOrFor(CertificateToken issuer, OCSPToken token) {
    CertificateToken responder = token.getIssuerCertificateToken();
    return token.isValid()
        && responder != null
        && (responder.equals(issuer) || responder.isSignedBy(issuer));
  }

  /**
   * The list of {@code issuer} that covers {@code certificate}; null, as DSS wants it, where there
   * is none to be fetched.
   *
   * @throws DSSException if it cannot be had, or is not the issuer's
   */
  CRLToken list(CertificateToken certificate, CertificateToken issuer) {
    Optional<URI> address =
        permitted(CertificateExtensionsUtils.getCRLAccessUrls(certificate)).findFirst();
    if (issuer.equals(authority) || address.isEmpty()) {
      return null;
    }
    Bytes key = key(address.get(), new byte[0]);
    Optional<Bytes> cached = cache.find(key, clock.instant());
    Bytes list = cached.orElseGet(() -> get(address.get()));
    CRLValidity validity = validity(list, issuer);
    if (!validity.isValid() || !isPresent(validity.getThisUpdate(), validity.getNextUpdate())) {
      throw notUsable("CRL", null);
    }
    if (cached.isEmpty() && validity.getNextUpdate() != null) {
      Instant next = validity.getNextUpdate().toInstant();
      Instant longest = clock.instant().plus(LONGEST_IN_CACHE);
      cache.put(key, list, next.isBefore(longest) ? next : longest);
    }
    return new CRLToken(certificate, validity);
  }

  private static CRLValidity validity(Bytes list, CertificateToken issuer) {
    try {
      return CRLUtils.buildCRLValidity(CRLUtils.buildCRLBinary(list.toByteArray()), issuer);
    } catch (IOException | RuntimeException e) {
      // As above.
      throw notUsable("CRL", e);
    }
  }

  private Bytes post(URI address, byte[] request) {
    try {
      return services.post(address, "application/ocsp-request", request, MAXIMUM_OCSP_ANSWER);
    } catch (UnavailableException e) {
      throw notUsable("OCSP", e);
    }
  }

  private Bytes get(URI address) {
    try {
      return services.get(address, MAXIMUM_LIST);
    } catch (UnavailableException e) {
      throw notUsable("CRL", e);
    }
  }

  private Stream<URI> permitted(List<String> addresses) {
    return addresses.stream().flatMap(address -> parse(address).stream()).filter(settings::permits);
  }

  private static Optional<URI> parse(String address) {
    try {
      return Optional.of(new URI(address));
    } catch (URISyntaxException e) {
      return Optional.empty(); // an address that is none is not permitted either
    }
  }

  /** With SHA-1, by which every responder knows certificates; it protects nothing here. */
  static byte[] request(CertificateToken certificate, CertificateToken issuer) {
    try {
      return new OCSPReqBuilder()
          .addRequest(
              DSSRevocationUtils.getOCSPCertificateID(certificate, issuer, DigestAlgorithm.SHA1))
          .build()
          .getEncoded();
    } catch (OCSPException | IOException e) {
      throw new IllegalStateException("an OCSP request cannot be encoded", e);
    }
  }

  /** What an OCSP answer in DER says of {@code certificate}; empty where it says nothing. */
  static Optional<OCSPToken> parse(
      Bytes answer, CertificateToken certificate, CertificateToken issuer) {
    try {
      OCSPResp response = new OCSPResp(answer.toByteArray());
      if (response.getStatus() != OCSPResp.SUCCESSFUL
          || !(response.getResponseObject() instanceof BasicOCSPResp basic)) {
        return Optional.empty();
      }
      SingleResp single = DSSRevocationUtils.getLatestSingleResponse(basic, certificate, issuer);
      return single == null
          ? Optional.empty()
          : Optional.of(new OCSPToken(basic, single, certificate, issuer));
    } catch (IOException | OCSPException | RuntimeException e) {
      // The parser is another's and the answer from outside: whatever it stumbles over is the
      // answer's fault.
      throw notUsable("OCSP", e);
    }
  }

  private boolean isPresent(OCSPToken token) {
    return isPresent(token.getThisUpdate(), token.getNextUpdate());
  }

  /** Of now: not of the future, and not followed by a newer one; where it says when. */
  private boolean isPresent(Date thisUpdate, Date nextUpdate) {
    Instant now = clock.instant();
    Instant from = thisUpdate.toInstant();
    Instant to = nextUpdate == null ? from.plus(LONGEST_DIFFERENCE) : nextUpdate.toInstant();
    return !from.isAfter(now.plus(LONGEST_DIFFERENCE)) && !to.isBefore(now);
  }

  private static Bytes key(URI address, byte[] request) {
    return Bytes.copyOf(
            (address + "\n" + Bytes.copyOf(request).toHex()).getBytes(StandardCharsets.US_ASCII))
        .sha256();
  }

  private static DSSExternalResourceException notUsable(String what, Exception cause) {
    return new DSSExternalResourceException(what + " of others cannot be had", cause);
  }
}
