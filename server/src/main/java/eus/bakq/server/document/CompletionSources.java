package eus.bakq.server.document;

import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.alert.StatusAlert;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPSource;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Where levels above B-B get what they add: time stamps, certificates and their status. Trusted are
 * our own authority and the configured ones of the time-stamping authority, and nobody else; nobody
 * is asked but those whom {@link TimeStampingSettings} names. Issuers are never fetched. Safe for
 * several threads.
 */
public final class CompletionSources implements AutoCloseable {
  private static final int MOST_AUTHORITIES = 16;
  private static final int MOST_BYTES = 256 * 1024;

  private final TSPSource timeStamps;
  private final OCSPSource answers;
  private final CRLSource lists;
  private final CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
  private final Runnable end;

  /**
   * Sources as given.
   *
   * @param anchors whom to trust
   * @param end what closing them is
   */
  CompletionSources(
      TSPSource timeStamps,
      OCSPSource answers,
      CRLSource lists,
      List<X509Certificate> anchors,
      Runnable end) {
    this.timeStamps = timeStamps;
    this.answers = answers;
    this.lists = lists;
    this.end = end;
    anchors.stream().map(CertificateToken::new).forEach(this.anchors::addCertificate);
  }

  /**
   * Sources that ask over HTTP. Reads the file of authorities; asks nobody yet, so a server starts
   * without its time-stamping authority.
   *
   * @param authority our own, which issued the signers' certificates
   * @param ownResponder answers an OCSP request in DER for what {@code authority} issued; may throw
   *     {@link UnavailableException}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it has not 1 to 16 certificates of authorities
   */
  public static CompletionSources open(
      TimeStampingSettings settings,
      X509Certificate authority,
      UnaryOperator<Bytes> ownResponder,
      SecureRandom random,
      Clock clock,
      LongSupplier nanoTime)
      throws IOException {
    List<X509Certificate> authorities = read(settings.authorities());
    OutsideServices services = new OutsideServices(settings.timeout(), nanoTime);
    CertificateStatuses statuses =
        new CertificateStatuses(
            new CertificateToken(authority),
            ownResponder,
            settings,
            services,
            new StatusCache(),
            clock);
    List<X509Certificate> anchors = new ArrayList<>(authorities);
    anchors.add(authority);
    return new CompletionSources(
        new TimeStamps(settings.address(), authorities, services, random, clock),
        statuses::ocsp,
        statuses::list,
        anchors,
        services::close);
  }

  private static List<X509Certificate> read(Path file) throws IOException {
    List<X509Certificate> authorities = new ArrayList<>();
    if (Files.size(file) > MOST_BYTES) {
      throw new IllegalArgumentException("timeStamping.authorities has at most 256 KiB");
    }
    try (InputStream in = Files.newInputStream(file)) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        authorities.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException("timeStamping.authorities is not PEM certificates", e);
    }
    if (authorities.isEmpty()
        || authorities.size() > MOST_AUTHORITIES
        || authorities.stream().anyMatch(authority -> authority.getBasicConstraints() < 0)) {
      throw new IllegalArgumentException(
          "timeStamping.authorities has 1 to 16 certificates, each of an authority");
    }
    return authorities;
  }

  TSPSource timeStamps() {
    return timeStamps;
  }

  /**
   * A new verifier for one document. What is missing or does not fit will, perhaps, be there later;
   * a revoked certificate will not be good again, and a wrong signature not right.
   */
  CertificateVerifier verifier() {
    // true: no source that fetches issuers from wherever a certificate says.
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(anchors);
    verifier.setOcspSource(answers);
    verifier.setCrlSource(lists);
    verifier.setAlertOnMissingRevocationData(
        unavailable("the status of a certificate cannot be had"));
    verifier.setAlertOnInvalidTimestamp(unavailable("a time stamp does not verify"));
    verifier.setAlertOnRevokedCertificate(fault("a certificate of the signature is not good"));
    verifier.setAlertOnInvalidSignature(fault("the signature does not verify"));
    // DSS compares an answer's time, in whole seconds, with the stamp's. Ours is asked for after
    // the stamp, always; others' may be as old as they themselves say that it may.
    verifier.setAlertOnNoRevocationAfterBestSignatureTime(new SilentOnStatusAlert());
    verifier.setAlertOnUncoveredPOE(new SilentOnStatusAlert());
    return verifier;
  }

  private static StatusAlert unavailable(String what) {
    return status -> {
      throw UnavailableException.temporarily(what, null);
    };
  }

  private static StatusAlert fault(String what) {
    return status -> {
      throw new IllegalStateException(what);
    };
  }

  /** Ends what is being asked. */
  @Override
  public void close() {
    end.run();
  }
}
