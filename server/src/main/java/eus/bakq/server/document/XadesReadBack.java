package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.NoSuchProviderException;
import java.security.PublicKey;
import java.util.List;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.OctetStreamData;
import javax.xml.crypto.URIDereferencer;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.spec.XPathFilter2ParameterSpec;
import javax.xml.crypto.dsig.spec.XPathType;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Reads a signed XML document as whoever receives it would, and verifies the signature that was
 * made: with the platform's own XML signatures in secure validation, and so with other code than
 * made it. The key is the one of the certificate that was meant, never one that the document names.
 * Nothing is fetched. For one document and one thread.
 */
final class XadesReadBack {
  private static final String PROPERTIES = "http://uri.etsi.org/01903/v1.3.2#";
  private static final String PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties";

  private final byte[] original;
  private final XadesNames names;
  private final Element signatureElement;

  /**
   * Parses {@code signed}.
   *
   * @param signatures how many it must have, this one included
   * @throws IllegalStateException if it cannot be read, has another count of signatures, or has
   *     this one somewhere else than it belongs
   */
  XadesReadBack(byte[] signed, byte[] original, XadesNames names, int signatures) {
    this.original = original;
    this.names = names;
    Document document = XmlTrees.parse(signed);
    NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
    require(found.getLength() == signatures, "the document has not one signature more");
    this.signatureElement = signatureElement(document.getDocumentElement());
    require(
        signatureElement.getAttribute("Id").equals(names.signatureId()),
        "the document does not have the signature that was made");
  }

  private Element signatureElement(Element root) {
    Node expected =
        switch (names.format()) {
          case XADES_ENVELOPED -> root.getLastChild();
          case XADES_ENVELOPING, XADES_DETACHED -> root;
          case PADES -> throw new IllegalStateException("PAdES is not XML");
        };
    if (expected instanceof Element element
        && XMLSignature.XMLNS.equals(element.getNamespaceURI())
        && "Signature".equals(element.getLocalName())) {
      return element;
    }
    throw new IllegalStateException("the signature is not where it belongs");
  }

  /**
   * Requires that what the signature refers to has the hashes that it says. What there is for its
   * value does not matter.
   *
   * @throws IllegalStateException if not
   */
  void requireReferences() {
    try {
      DOMValidateContext context = context(new NoKey());
      requireReferences(unmarshal(context), context);
    } catch (MarshalException | XMLSignatureException e) {
      throw new IllegalStateException("the signature cannot be read back", e);
    }
  }

  /**
   * Requires that the signature is valid, by {@code key}.
   *
   * @return what was signed: SignedInfo in its canonical form
   * @throws IllegalStateException if it is not
   */
  Bytes requireValid(PublicKey key) {
    try {
      DOMValidateContext context = context(KeySelector.singletonKeySelector(key));
      XMLSignature signature = unmarshal(context);
      requireReferences(signature, context);
      require(
          signature.getSignatureValue().validate(context),
          "the value in the signed document does not verify");
      try (InputStream signedInfo = signature.getSignedInfo().getCanonicalizedData()) {
        return Bytes.copyOf(signedInfo.readAllBytes());
      }
    } catch (MarshalException | XMLSignatureException e) {
      throw new IllegalStateException("the signature cannot be read back", e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }

  private static XMLSignature unmarshal(DOMValidateContext context) throws MarshalException {
    // By name: the class path has another of the same ancestry, which DSS uses.
    return platform().unmarshalXMLSignature(context);
  }

  private static XMLSignatureFactory platform() {
    try {
      return XMLSignatureFactory.getInstance("DOM", "XMLDSig");
    } catch (NoSuchProviderException e) {
      throw new IllegalStateException("the platform lacks XML signatures", e);
    }
  }

  private DOMValidateContext context(KeySelector key) {
    DOMValidateContext context = new DOMValidateContext(key, signatureElement);
    context.setProperty("org.jcp.xml.dsig.secureValidation", true);
    NodeList properties = signatureElement.getElementsByTagNameNS(PROPERTIES, "SignedProperties");
    require(properties.getLength() == 1, "the signature has not one set of properties");
    context.setIdAttributeNS((Element) properties.item(0), null, "Id");
    URIDereferencer within = platform().getURIDereferencer();
    context.setURIDereferencer(
        (reference, inContext) ->
            names.reference().equals(reference.getURI())
                ? new OctetStreamData(new ByteArrayInputStream(original))
                : within.dereference(reference, inContext));
    return context;
  }

  private void requireReferences(XMLSignature signature, DOMValidateContext context)
      throws XMLSignatureException {
    SignedInfo signedInfo = signature.getSignedInfo();
    require(
        signedInfo
            .getCanonicalizationMethod()
            .getAlgorithm()
            .equals(CanonicalizationMethod.EXCLUSIVE),
        "the signature has another canonical form than was asked for");
    require(
        signedInfo.getSignatureMethod().getAlgorithm().equals(names.method()),
        "the signature says another algorithm than the key's");
    List<Reference> references = signedInfo.getReferences();
    require(references.size() == 2, "the signature does not refer to two things");
    requireDocument(references.getFirst());
    require(
        references.getLast().getURI().equals("#" + names.propertiesId())
            && PROPERTIES_TYPE.equals(references.getLast().getType())
            && transforms(references.getLast()).equals(List.of(CanonicalizationMethod.EXCLUSIVE)),
        "the signature does not refer to its properties");
    for (Reference reference : references) {
      require(reference.validate(context), "what the signature refers to has another hash");
    }
  }

  private void requireDocument(Reference reference) {
    List<String> transforms = transforms(reference);
    boolean asItIs =
        switch (names.format()) {
          case XADES_ENVELOPED ->
              transforms.equals(List.of(Transform.XPATH2, CanonicalizationMethod.EXCLUSIVE))
                  && leavesOutSignaturesOfRootOnly(reference.getTransforms().getFirst());
          case XADES_ENVELOPING ->
              transforms.equals(List.of(Transform.BASE64)) && isHashOfOriginal(reference);
          case XADES_DETACHED -> transforms.isEmpty() && isHashOfOriginal(reference);
          case PADES -> false;
        };
    require(
        asItIs && reference.getURI().equals(names.referenceUri()),
        "the signature does not refer to the document");
  }

  private static boolean leavesOutSignaturesOfRootOnly(Transform transform) {
    if (!(transform.getParameterSpec() instanceof XPathFilter2ParameterSpec filters)
        || filters.getXPathList().size() != 1) {
      return false;
    }
    XPathType filter = filters.getXPathList().getFirst();
    return XPathType.Filter.SUBTRACT.equals(filter.getFilter())
        && filter.getExpression().equals(XadesNames.SIGNATURES_OF_ROOT);
  }

  private boolean isHashOfOriginal(Reference reference) {
    return Bytes.copyOf(reference.getDigestValue())
        .equals(Bytes.copyOf(original).digest(names.algorithm().digest()));
  }

  private static List<String> transforms(Reference reference) {
    return reference.getTransforms().stream().map(Transform::getAlgorithm).toList();
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }

  /** For references alone: whoever asks for a key is told that there is none. */
  private static final class NoKey extends KeySelector {
    @Override
    public KeySelectorResult select(
        KeyInfo keyInfo, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context) {
      throw new IllegalStateException("no value is verified yet");
    }
  }
}
