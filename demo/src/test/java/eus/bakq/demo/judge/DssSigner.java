package eus.bakq.demo.judge;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.fixtures.TimeStampAuthority;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.TimeZone;

/** Plain DSS as a signer with a key in memory: makes what the judges are tested with. */
final class DssSigner {
  private static final int CONTENT_SIZE = 20_000;

  private final Pki pki = Pki.create("signers of DSS");
  private final PkiIdentity signer = pki.signerWithEcKey("Signer");
  private final PAdESService pades;
  private final XAdESService xades;

  DssSigner(TimeStampAuthority stamps) {
    CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
    trusted.addCertificate(new CertificateToken(stamps.root()));
    trusted.addCertificate(new CertificateToken(pki.authority().certificate()));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(trusted);
    verifier.setCrlSource(lists(pki.emptyRevocationList()));
    OnlineTSPSource source = new OnlineTSPSource(stamps.address().toString());
    pades = new PAdESService(verifier);
    pades.setTspSource(source);
    xades = new XAdESService(verifier);
    xades.setTspSource(source);
  }

  /** The signers' own list from memory, the time-stamping authority's from where it says. */
  private static CRLSource lists(byte[] own) {
    ExternalResourcesCRLSource memory =
        new ExternalResourcesCRLSource(new InputStream[] {new ByteArrayInputStream(own)});
    OnlineCRLSource online = new OnlineCRLSource(new LoopbackLoader(""));
    return (certificate, issuer) ->
        memory.getRevocationTokens(certificate, issuer).stream()
            .findFirst()
            .map(CRLToken.class::cast)
            .orElseGet(() -> online.getRevocationToken(certificate, issuer));
  }

  /** The anchor of its signers. */
  X509Certificate authority() {
    return pki.authority().certificate();
  }

  byte[] pades(byte[] pdf, SignatureLevel level) {
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(level);
    parameters.setContentSize(CONTENT_SIZE);
    parameters.setSigningTimeZone(TimeZone.getTimeZone("UTC"));
    prepare(parameters);
    DSSDocument document = new InMemoryDocument(pdf, "document.pdf");
    return bytes(
        pades.signDocument(document, parameters, sign(pades.getDataToSign(document, parameters))));
  }

  /** As it was, and one level of validation data and time stamp more. */
  byte[] extend(byte[] pdf) {
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_LTA);
    return bytes(pades.extendDocument(new InMemoryDocument(pdf, "document.pdf"), parameters));
  }

  byte[] xades(byte[] content, String name, SignatureLevel level, SignaturePackaging packaging) {
    XAdESSignatureParameters parameters = new XAdESSignatureParameters();
    parameters.setSignatureLevel(level);
    parameters.setSignaturePackaging(packaging);
    prepare(parameters);
    DSSDocument document = new InMemoryDocument(content, name);
    return bytes(
        xades.signDocument(document, parameters, sign(xades.getDataToSign(document, parameters))));
  }

  private void prepare(AbstractSignatureParameters<?> parameters) {
    parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
    parameters.setSigningCertificate(new CertificateToken(signer.certificate()));
    parameters.setCertificateChain(
        List.of(new CertificateToken(signer.certificate()), new CertificateToken(authority())));
  }

  private SignatureValue sign(ToBeSigned data) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer.privateKey());
      signature.update(data.getBytes());
      return new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform signs", e);
    }
  }

  private static byte[] bytes(DSSDocument document) {
    return DSSUtils.toByteArray(document);
  }
}
