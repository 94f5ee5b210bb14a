package eus.bakq.benchmarks;

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
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.util.List;

/**
 * DSS as its manual shows it, at B-B, with the same key: what ours is compared with. It keeps the
 * prepared document in memory between the phases, checks no value and reads nothing back.
 */
final class PlainDss {
  private static final int CONTENT_SIZE = 12_000;

  private final SigningPlace place;
  private final PAdESService pades = new PAdESService(new CommonCertificateVerifier(true));
  private final XAdESService xades = new XAdESService(new CommonCertificateVerifier(true));

  PlainDss(SigningPlace place) {
    this.place = place;
  }

  Split sign(Bytes original, SignatureFormat format) {
    return format == SignatureFormat.PADES ? pades(original) : xades(original);
  }

  private Split pades(Bytes original) {
    Stopwatch watch = new Stopwatch();
    DSSDocument document = new InMemoryDocument(original.toByteArray(), "document.pdf");
    PAdESSignatureParameters parameters = new PAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
    parameters.setContentSize(CONTENT_SIZE);
    prepare(parameters);
    ToBeSigned data = pades.getDataToSign(document, parameters);
    Took preparing = watch.lap();
    SignatureValue value = sign(data);
    Took key = watch.lap();
    DSSDocument signed = pades.signDocument(document, parameters, value);
    return new Split(preparing, key, watch.lap(), DSSUtils.toByteArray(signed).length);
  }

  private Split xades(Bytes original) {
    Stopwatch watch = new Stopwatch();
    DSSDocument document = new InMemoryDocument(original.toByteArray(), "document.xml");
    XAdESSignatureParameters parameters = new XAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
    parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
    prepare(parameters);
    ToBeSigned data = xades.getDataToSign(document, parameters);
    Took preparing = watch.lap();
    SignatureValue value = sign(data);
    Took key = watch.lap();
    DSSDocument signed = xades.signDocument(document, parameters, value);
    return new Split(preparing, key, watch.lap(), DSSUtils.toByteArray(signed).length);
  }

  private void prepare(AbstractSignatureParameters<?> parameters) {
    CertificateToken certificate = new CertificateToken(place.certificate());
    parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
    parameters.setSigningCertificate(certificate);
    parameters.setCertificateChain(List.of(certificate));
  }

  private SignatureValue sign(ToBeSigned data) {
    return new SignatureValue(
        SignatureAlgorithm.ECDSA_SHA256,
        place
            .sign(
                new DtbsRepresentation(
                    eus.bakq.server.vocabulary.SignatureAlgorithm.ECDSA_P256_SHA256,
                    Bytes.copyOf(data.getBytes()).sha256()))
            .value()
            .toByteArray());
  }
}
