package eus.bakq.server.document;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * Time stamps of an authority of others, by RFC 3161 over HTTP. What comes back is judged before
 * anybody uses it: it answers this query (hash, nonce, policy), it was signed by a unit whose
 * certificate is for nothing but time stamps, leads to a configured authority and is valid now, its
 * time is that of our clock within five minutes, and it is small enough for its place. Anything
 * else is an authority that does not answer. Whether the unit's certificate was revoked is asked
 * where its status goes into the document (B-LT). Safe for several threads.
 */
// Serializable is DSS's; nobody writes this anywhere.
@SuppressWarnings("serial")
final class TimeStamps implements TSPSource {
  private static final long serialVersionUID = 1L;

  /** Bytes of the largest token that is taken: what every signature reserves for it. */
  static final int MAXIMUM_TOKEN = 16 * 1024;

  /** What is around the token is a status, and perhaps a sentence. */
  private static final int MAXIMUM_ANSWER = MAXIMUM_TOKEN + 4 * 1024;

  private static final Duration LONGEST_DIFFERENCE = Duration.ofMinutes(5);
  private static final int NONCE_BITS = 64;

  private static final Set<ASN1ObjectIdentifier> DIGESTS =
      Set.of(
          NISTObjectIdentifiers.id_sha256,
          NISTObjectIdentifiers.id_sha384,
          NISTObjectIdentifiers.id_sha512);

  private final URI address;
  private final Set<TrustAnchor> anchors;
  private final OutsideServices services;
  private final SecureRandom random;
  private final Clock clock;

  TimeStamps(
      URI address,
      List<X509Certificate> authorities,
      OutsideServices services,
      SecureRandom random,
      Clock clock) {
    this.address = address;
    this.anchors =
        authorities.stream()
            .map(authority -> new TrustAnchor(authority, null))
            .collect(Collectors.toUnmodifiableSet());
    this.services = services;
    this.random = random;
    this.clock = clock;
  }

  /**
   * A stamp for {@code digest}, in DER.
   *
   * @throws UnavailableException if the authority does not give one as described
   */
  @Override
  public TimestampBinary getTimeStampResponse(DigestAlgorithm algorithm, byte[] digest) {
    try {
      TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
      generator.setCertReq(true);
      TimeStampRequest query =
          generator.generate(
              new ASN1ObjectIdentifier(algorithm.getOid()),
              digest,
              new BigInteger(NONCE_BITS, random));
      Bytes answer =
          services.post(address, "application/timestamp-query", query.getEncoded(), MAXIMUM_ANSWER);
      TimeStampResponse response = new TimeStampResponse(answer.toByteArray());
      response.validate(query);
      TimeStampToken token = response.getTimeStampToken();
      if (token == null) {
        throw notUsable("the time-stamping authority refuses", null);
      }
      requireTrustworthy(token);
      byte[] encoded = token.getEncoded("DER");
      if (encoded.length > MAXIMUM_TOKEN) {
        throw notUsable("a time stamp is larger than what is reserved for it", null);
      }
      return new TimestampBinary(encoded);
    } catch (UnavailableException e) {
      throw e;
    } catch (TSPException
        | IOException
        | GeneralSecurityException
        | OperatorCreationException
        | RuntimeException e) {
      // The parser is another's and the answer from outside: whatever it stumbles over is the
      // answer's fault.
      throw notUsable("the time-stamping authority gives no time stamp that can be used", e);
    }
  }

  private void requireTrustworthy(TimeStampToken token)
      throws TSPException, GeneralSecurityException, OperatorCreationException {
    Instant now = clock.instant();
    Instant stamped = token.getTimeStampInfo().getGenTime().toInstant();
    if (Duration.between(stamped, now).abs().compareTo(LONGEST_DIFFERENCE) > 0) {
      throw notUsable("the time-stamping authority's clock and ours differ", null);
    }
    for (SignerInformation signer : token.toCMSSignedData().getSignerInfos()) {
      if (!DIGESTS.contains(new ASN1ObjectIdentifier(signer.getDigestAlgOID()))) {
        throw notUsable("a time stamp is signed over a hash that is not of SHA-2", null);
      }
    }
    List<X509Certificate> certificates = new ArrayList<>();
    List<X509CertificateHolder> units = new ArrayList<>();
    JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
    for (X509CertificateHolder holder : token.getCertificates().getMatches(null)) {
      certificates.add(converter.getCertificate(holder));
      if (token.getSID().match(holder)) {
        units.add(holder);
      }
    }
    if (units.size() != 1) {
      throw notUsable("a time stamp does not carry its unit's certificate", null);
    }
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(units.getFirst()));
    requireChain(converter.getCertificate(units.getFirst()), certificates, now);
  }

  private void requireChain(X509Certificate unit, List<X509Certificate> certificates, Instant now)
      throws GeneralSecurityException {
    X509CertSelector target = new X509CertSelector();
    target.setCertificate(unit);
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(certificates)));
    parameters.setDate(Date.from(now));
    parameters.setRevocationEnabled(false);
    var _ = CertPathBuilder.getInstance("PKIX").build(parameters);
  }

  private static UnavailableException notUsable(String what, Exception cause) {
    return UnavailableException.temporarily(what, cause);
  }
}
