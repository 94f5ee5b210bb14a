package eus.bakq.cli;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.Key;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.URIDereferencer;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A detached signature, read by the JDK and by nothing of the server's.
 *
 * @param valid whether it is a signature by the key of its certificate, and covers exactly the
 *     original and its own properties
 * @param certificate the one that it names
 * @param value the signature's value as it stands there
 * @param signedHash the SHA-256 of what the key has signed
 */
record SignedXml(
    boolean valid, X509Certificate certificate, ByteString value, ByteString signedHash) {
  private static final String PROPERTIES = "http://uri.etsi.org/01903#SignedProperties";
  private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";

  /**
   * Reads and judges {@code signed}; empty if it is not one signature with a certificate.
   *
   * @param original the bytes of the document that it must cover
   */
  static Optional<SignedXml> read(ByteString signed, byte[] original) {
    try {
      Document document = parse(signed);
      NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
      if (signatures.getLength() != 1) {
        return Optional.empty();
      }
      CertificatesKey key = new CertificatesKey();
      DOMValidateContext context = new DOMValidateContext(key, signatures.item(0));
      context.setProperty("org.jcp.xml.dsig.secureValidation", true);
      context.setProperty("javax.xml.crypto.dsig.cacheReference", true);
      NodeList properties = document.getElementsByTagNameNS(XADES, "SignedProperties");
      for (int i = 0; i < properties.getLength(); i++) {
        context.setIdAttributeNS((Element) properties.item(i), null, "Id");
      }
      XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
      context.setURIDereferencer(outside(original, factory.getURIDereferencer()));
      XMLSignature signature = factory.unmarshalXMLSignature(context);
      boolean valid =
          signature.validate(context)
              && covers(signature.getSignedInfo().getReferences(), original);
      try (InputStream canonical = signature.getSignedInfo().getCanonicalizedData()) {
        return Optional.of(
            new SignedXml(
                valid,
                key.certificates.getFirst(),
                ByteString.copyFrom(signature.getSignatureValue().getValue()),
                ByteString.copyFrom(Sha256.of(canonical.readAllBytes()))));
      }
    } catch (XMLSignatureException | MarshalException | SAXException | IOException e) {
      return Optional.empty();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every Java platform has this parser", e);
    }
  }

  private static Document parse(ByteString signed)
      throws ParserConfigurationException, SAXException, IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(signed.toByteArray()));
  }

  /** What is not inside the signature is the original, whatever it is called. */
  private static URIDereferencer outside(byte[] original, URIDereferencer inside) {
    return (reference, context) ->
        reference.getURI() != null && reference.getURI().startsWith("#")
            ? inside.dereference(reference, context)
            : new OctetStreamData(new ByteArrayInputStream(original));
  }

  /** One reference to the signature's properties, and one to the original as it is. */
  private static boolean covers(List<?> references, byte[] original) {
    int documents = 0;
    for (Object one : references) {
      Reference reference = (Reference) one;
      if (!PROPERTIES.equals(reference.getType())) {
        documents++;
        if (!reference.getTransforms().isEmpty()
            || reference.getURI() == null
            || reference.getURI().startsWith("#")
            || !Arrays.equals(reference.getDigestValue(), Sha256.of(original))) {
          return false;
        }
      }
    }
    return documents == 1 && references.size() == 2;
  }

  /** The key of the one certificate that the signature names. */
  private static final class CertificatesKey extends KeySelector {
    private final List<X509Certificate> certificates = new ArrayList<>();

    @Override
    public KeySelectorResult select(
        KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
        throws KeySelectorException {
      for (XMLStructure part : info.getContent()) {
        if (part instanceof X509Data data) {
          data.getContent().stream()
              .filter(X509Certificate.class::isInstance)
              .map(X509Certificate.class::cast)
              .forEach(certificates::add);
        }
      }
      if (certificates.isEmpty()) {
        throw new KeySelectorException("no certificate");
      }
      PublicKey key = certificates.getFirst().getPublicKey();
      return () -> (Key) key;
    }
  }
}
