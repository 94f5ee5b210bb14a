package eus.bakq.server.document;

import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An OCSP responder for {@link SoftwareSigner}'s certificates, signed by their authority. */
final class SignerStatus {
  private final PkiIdentity authority = SoftwareSigner.PKI.authority();
  private final Map<BigInteger, Instant> revoked = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();

  /** From now on {@code serial} is revoked. */
  void revoke(BigInteger serial) {
    revoked.put(serial, Instant.now());
  }

  /** How often somebody asked. */
  int asked() {
    return asked.get();
  }

  Bytes respond(Bytes request) {
    asked.incrementAndGet();
    try {
      Instant now = Instant.now();
      X509CertificateHolder issuer = new JcaX509CertificateHolder(authority.certificate());
      BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(issuer.getSubject()));
      for (Req one : new OCSPReq(request.toByteArray()).getRequestList()) {
        Instant since = revoked.get(one.getCertID().getSerialNumber());
        builder.addResponse(
            one.getCertID(),
            since == null ? CertificateStatus.GOOD : new RevokedStatus(Date.from(since), 0),
            Date.from(now),
            Date.from(now.plus(Duration.ofHours(1))));
      }
      return Bytes.copyOf(
          new OCSPRespBuilder()
              .build(
                  OCSPRespBuilder.SUCCESSFUL,
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(authority.privateKey()),
                      new X509CertificateHolder[] {issuer},
                      Date.from(now)))
              .getEncoded());
    } catch (IOException
        | OCSPException
        | OperatorCreationException
        | CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
