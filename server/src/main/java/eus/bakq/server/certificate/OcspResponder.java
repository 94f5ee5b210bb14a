package eus.bakq.server.certificate;

import eus.bakq.server.credential.CertificateRegister;
import eus.bakq.server.credential.RegisteredCertificate;
import eus.bakq.server.database.CommitUnknownException;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what is known of the authority's certificates, by RFC 6960 and 5019. Every answer is read
 * from the register in one transaction and signed then: what was revoked or suspended is told at
 * once (CRT-08), and nothing is kept. A certificate that the authority never issued, or of another
 * authority, is unknown. Of one whose row is not as the record says, nothing is told.
 *
 * <p>Safe for several threads.
 */
public final class OcspResponder {
  /** The largest request that is looked at. */
  public static final int MOST_REQUEST_BYTES = 8192;

  /**
   * For how long an answer may be shown to others. Short: who keeps one does not learn of a
   * revocation meanwhile.
   */
  static final Duration ANSWER_LIFE = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(OcspResponder.class);

  private final Database database;
  private final CertificateRegister register;
  private final ResponderCertificates certificates;
  private final InfrastructureKeys keys;
  private final Map<ASN1ObjectIdentifier, IssuerHashes> issuer;

  public OcspResponder(
      Database database,
      CertificateRegister register,
      ResponderCertificates certificates,
      CertificationAuthority authority,
      InfrastructureKeys keys) {
    this.database = database;
    this.register = register;
    this.certificates = certificates;
    this.keys = keys;
    this.issuer =
        Map.of(
            OIWObjectIdentifiers.idSHA1, IssuerHashes.of(authority.certificate(), "SHA-1"),
            NISTObjectIdentifiers.id_sha256, IssuerHashes.of(authority.certificate(), "SHA-256"));
  }

  /** How a request names the authority. */
  private record IssuerHashes(Bytes name, Bytes key) {
    static IssuerHashes of(X509Certificate authority, String algorithm) {
      return new IssuerHashes(
          hash(algorithm, authority.getSubjectX500Principal().getEncoded()),
          hash(algorithm, keyBits(authority)));
    }
  }

  /** What the register says of what was asked, at one moment. */
  private record Told(Instant time, List<CertificateStatus> statuses, X509Certificate responder) {}

  /**
   * Answers a request.
   *
   * @param request DER, not trusted
   * @return DER, always: what is wrong is said in OCSP's own words, malformedRequest, tryLater or
   *     internalError
   */
  public Bytes respond(Bytes request) {
    UnverifiedOcspRequest asked;
    try {
      if (request.size() > MOST_REQUEST_BYTES) {
        throw new IllegalArgumentException("a request has at most 8 KiB");
      }
      asked = UnverifiedOcspRequest.parse(request);
    } catch (IllegalArgumentException e) {
      LOG.atDebug().setCause(e).log("a request for status is malformed");
      return failure(OCSPRespBuilder.MALFORMED_REQUEST);
    }
    try {
      return answer(asked, database.inTransaction(handle -> tell(handle, asked)));
    } catch (UnavailableException | CommitUnknownException e) {
      LOG.atWarn().setCause(e).log("a request for status is put off");
      return failure(OCSPRespBuilder.TRY_LATER);
    } catch (AlteredRowException e) {
      // Everybody can ask, as often as he likes: the record has it once a minute (ROW_ALTERED).
      LOG.atError().setCause(e).log("the register of certificates was altered");
      return failure(OCSPRespBuilder.INTERNAL_ERROR);
    } catch (RefusedException e) {
      throw new IllegalStateException("telling the status refuses nothing", e);
    }
  }

  private Told tell(Handle handle, UnverifiedOcspRequest asked) {
    Instant now = Database.now(handle);
    List<CertificateStatus> statuses = new ArrayList<>();
    for (CertificateID one : asked.certificates()) {
      statuses.add(status(handle, one));
    }
    return new Told(now, statuses, certificates.current(handle, now));
  }

  private CertificateStatus status(Handle handle, CertificateID asked) {
    IssuerHashes ours = issuer.get(asked.getHashAlgOID());
    if (ours == null
        || !ours.name().equals(Bytes.copyOf(asked.getIssuerNameHash()))
        || !ours.key().equals(Bytes.copyOf(asked.getIssuerKeyHash()))) {
      return new UnknownStatus();
    }
    BigInteger serial = asked.getSerialNumber();
    Optional<RegisteredCertificate> found = register.findAsRecorded(handle, serial);
    if (found.isEmpty()) {
      return new UnknownStatus();
    }
    RegisteredCertificate known = found.get();
    return known.reasonCode().isEmpty()
        ? CertificateStatus.GOOD
        : new RevokedStatus(Date.from(known.since()), known.reasonCode().getAsInt());
  }

  private Bytes answer(UnverifiedOcspRequest asked, Told told) {
    Instant time = told.time().truncatedTo(ChronoUnit.SECONDS);
    BasicOCSPRespBuilder builder =
        new BasicOCSPRespBuilder(
            new RespID(
                new ResponderID(
                    new DEROctetString(hash("SHA-1", keyBits(told.responder())).toByteArray()))));
    for (int i = 0; i < asked.certificates().size(); i++) {
      builder.addResponse(
          asked.certificates().get(i),
          told.statuses().get(i),
          Date.from(time),
          Date.from(time.plus(ANSWER_LIFE)),
          null);
    }
    asked.nonce().ifPresent(nonce -> builder.setResponseExtensions(new Extensions(nonce)));
    try {
      X509CertificateHolder[] chain = {new JcaX509CertificateHolder(told.responder())};
      return Bytes.copyOf(
          new OCSPRespBuilder()
              .build(
                  OCSPRespBuilder.SUCCESSFUL,
                  builder.build(new RecordTokenSigner(keys), chain, Date.from(time)))
              .getEncoded());
    } catch (OCSPException e) {
      if (e.getCause() instanceof UnavailableException unavailable) {
        throw unavailable;
      }
      throw new IllegalStateException("an answer of our own making cannot be signed", e);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("an answer of our own making cannot be encoded", e);
    }
  }

  private static Bytes failure(int status) {
    try {
      return Bytes.copyOf(new OCSPRespBuilder().build(status, null).getEncoded());
    } catch (OCSPException | IOException e) {
      throw new IllegalStateException("an answer of our own making cannot be encoded", e);
    }
  }

  private static byte[] keyBits(X509Certificate certificate) {
    return SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded())
        .getPublicKeyData()
        .getBytes();
  }

  private static Bytes hash(String algorithm, byte[] input) {
    try {
      return Bytes.copyOf(MessageDigest.getInstance(algorithm).digest(input));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }
}
