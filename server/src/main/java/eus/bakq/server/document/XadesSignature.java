package eus.bakq.server.document;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.MimeType;
import eu.europa.esig.dss.enumerations.MimeTypeEnum;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.DigestDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.reference.CanonicalizationTransform;
import eu.europa.esig.dss.xades.reference.DSSReference;
import eu.europa.esig.dss.xades.reference.XPath2FilterTransform;
import eu.europa.esig.dss.xades.signature.XAdESService;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;

/**
 * The only place that makes XML signatures with EU DSS. Everything that goes into the bytes is said
 * here, so that another node, another time zone or another day computes the same. The value is a
 * placeholder: DSS does not verify it at level B. Nothing is fetched: neither revocation data nor
 * issuers. Safe for several threads.
 */
final class XadesSignature {
  private static final byte[] PDF = "%PDF-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] XML = "<?xml".getBytes(StandardCharsets.US_ASCII);

  private final XAdESService signatures = new XAdESService(new CommonCertificateVerifier(true));

  /**
   * The document of the packaging with a signature that has a placeholder for its value.
   *
   * @param chain the signer's first; empty only where a document is tried
   */
  UnsignedXml prepare(byte[] original, XadesNames names, List<X509Certificate> chain) {
    XAdESSignatureParameters parameters = parameters(names, chain);
    DSSDocument document =
        switch (names.format()) {
          case XADES_ENVELOPED -> enveloped(original, names, parameters);
          case XADES_ENVELOPING -> {
            parameters.setSignaturePackaging(SignaturePackaging.ENVELOPING);
            // Always as Base64: what is inside is the file byte by byte, and no XML of another's.
            parameters.setEmbedXML(false);
            yield new InMemoryDocument(original, "document", mimeType(original));
          }
          case XADES_DETACHED -> {
            parameters.setSignaturePackaging(SignaturePackaging.DETACHED);
            yield new DigestDocument(
                digest(names.algorithm()),
                Bytes.copyOf(original).digest(names.algorithm().digest()).toByteArray(),
                names.reference(),
                mimeType(original));
          }
          case PADES -> throw new IllegalArgumentException("PAdES is not XML");
        };
    byte[] toBeSigned = signatures.getDataToSign(document, parameters).getBytes();
    DSSDocument signed =
        signatures.signDocument(
            document,
            parameters,
            new SignatureValue(
                parameters.getSignatureAlgorithm(), XadesNames.placeholder(names.algorithm())));
    return new UnsignedXml(read(signed), toBeSigned);
  }

  /**
   * A signature as DSS makes it: nothing of it is checked.
   *
   * @param content the whole document
   * @param toBeSigned the canonical form of its SignedInfo: its hash is the DTBS/R
   */
  // Held for the length of one call and never shared.
  @SuppressWarnings("ArrayRecordComponent")
  record UnsignedXml(byte[] content, byte[] toBeSigned) {}

  /**
   * The signature covers all of the document but the signatures that are children of its root, its
   * own and others, earlier and later: signing again breaks none. DSS would leave out signatures
   * wherever they are, and so whatever somebody puts into one.
   */
  private static DSSDocument enveloped(
      byte[] original, XadesNames names, XAdESSignatureParameters parameters) {
    parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
    DSSDocument document = new InMemoryDocument(original, "document.xml", MimeTypeEnum.XML);
    DSSReference reference = new DSSReference();
    reference.setId(names.referenceId());
    reference.setUri("");
    reference.setContents(document);
    reference.setDigestMethodAlgorithm(digest(names.algorithm()));
    reference.setTransforms(
        List.of(
            new XPath2FilterTransform(XadesNames.SIGNATURES_OF_ROOT, "subtract"),
            new CanonicalizationTransform(CanonicalizationMethod.EXCLUSIVE)));
    parameters.setReferences(List.of(reference));
    return document;
  }

  private static XAdESSignatureParameters parameters(
      XadesNames names, List<X509Certificate> chain) {
    SignatureAlgorithm algorithm = names.algorithm();
    XAdESSignatureParameters parameters = new XAdESSignatureParameters();
    parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
    parameters.setDigestAlgorithm(digest(algorithm));
    parameters.setReferenceDigestAlgorithm(digest(algorithm));
    parameters.setSigningCertificateDigestMethod(digest(algorithm));
    parameters.setSignedInfoCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE);
    parameters.setSignedPropertiesCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE);
    parameters.setPrettyPrint(false);
    parameters.bLevel().setSigningDate(Date.from(names.signingTime()));
    if (chain.isEmpty()) {
      parameters.setGenerateTBSWithoutCertificate(true);
    } else {
      List<CertificateToken> tokens = chain.stream().map(CertificateToken::new).toList();
      parameters.setSigningCertificate(tokens.getFirst());
      parameters.setCertificateChain(tokens);
    }
    // Behind the certificate, which would set what its key is for: RSA, and never PSS.
    parameters.setEncryptionAlgorithm(
        switch (algorithm.scheme()) {
          case ECDSA_P256 -> EncryptionAlgorithm.ECDSA;
          case RSA_3072_PSS -> EncryptionAlgorithm.RSASSA_PSS;
          case RSA_3072_PKCS1 -> EncryptionAlgorithm.RSA;
        });
    parameters.getContext().setDeterministicId(names.signatureId());
    return parameters;
  }

  private static DigestAlgorithm digest(SignatureAlgorithm algorithm) {
    return switch (algorithm.digest()) {
      case SHA256 -> DigestAlgorithm.SHA256;
      case SHA384 -> DigestAlgorithm.SHA384;
      case SHA512 -> DigestAlgorithm.SHA512;
    };
  }

  /** What the file says it is (SIG-06): a hint for who opens it, and nothing that is relied on. */
  private static MimeType mimeType(byte[] original) {
    if (startsWith(original, PDF)) {
      return MimeTypeEnum.PDF;
    }
    return startsWith(original, XML) ? MimeTypeEnum.XML : MimeTypeEnum.BINARY;
  }

  private static boolean startsWith(byte[] content, byte[] beginning) {
    return content.length >= beginning.length
        && Arrays.equals(content, 0, beginning.length, beginning, 0, beginning.length);
  }

  private static byte[] read(DSSDocument document) {
    try (InputStream in = document.openStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }
}
