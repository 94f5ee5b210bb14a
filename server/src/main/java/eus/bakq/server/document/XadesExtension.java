package eus.bakq.server.document;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SigningOperation;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.XAdESTimestampParameters;
import eu.europa.esig.dss.xades.signature.XAdESLevelBaselineLT;
import eu.europa.esig.dss.xades.signature.XAdESLevelBaselineLTA;
import eu.europa.esig.dss.xades.signature.XAdESLevelBaselineT;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Brings a XAdES signature of ours from B-B to a level above. DSS makes the unsigned properties
 * (time stamps, certificates, their status) and writes the whole document anew; of that only those
 * properties are taken, and put into the bytes that there were. So nothing of the document changes,
 * whatever DSS makes of it. Others' signatures beside ours are left as they are. Safe for several
 * threads.
 */
final class XadesExtension {
  private static final String NAMESPACE = "http://uri.etsi.org/01903/v1.3.2#";
  private static final String PREFIX = "xades";
  private static final String PROPERTIES = "UnsignedProperties";
  private static final byte[] PLACE =
      "</xades:QualifyingProperties>".getBytes(StandardCharsets.US_ASCII);

  private XadesExtension() {}

  /**
   * {@code signed} with the unsigned properties of {@code level}; every time others.
   *
   * @param signed a document of ours at B-B, which was read back; its encoding has ASCII in it
   * @param level above B-B
   * @throws UnavailableException if a time stamp or a status cannot be had
   * @throws IllegalStateException if a certificate is not good, or the properties have no place
   */
  static byte[] extend(
      byte[] signed,
      byte[] original,
      XadesNames names,
      eus.bakq.server.vocabulary.SignatureLevel level,
      CompletionSources sources) {
    XAdESLevelBaselineT extension =
        switch (level) {
          case B_B -> throw new IllegalArgumentException("there is nothing to add at B-B");
          case B_T -> new XAdESLevelBaselineT(sources.verifier());
          case B_LT -> new XAdESLevelBaselineLT(sources.verifier());
          case B_LTA -> new XAdESLevelBaselineLTA(sources.verifier());
        };
    extension.setTspSource(sources.timeStamps());
    DSSDocument extended =
        extension.extendSignatures(
            new InMemoryDocument(signed, "signed.xml"), parameters(original, names, level));
    return withProperties(signed, names, XmlTrees.parse(read(extended)));
  }

  private static XAdESSignatureParameters parameters(
      byte[] original, XadesNames names, eus.bakq.server.vocabulary.SignatureLevel level) {
    XAdESSignatureParameters parameters = new XAdESSignatureParameters();
    parameters.setSignatureLevel(
        switch (level) {
          case B_B -> SignatureLevel.XAdES_BASELINE_B;
          case B_T -> SignatureLevel.XAdES_BASELINE_T;
          case B_LT -> SignatureLevel.XAdES_BASELINE_LT;
          case B_LTA -> SignatureLevel.XAdES_BASELINE_LTA;
        });
    parameters.setSignatureTimestampParameters(timeStamp(names));
    parameters.setArchiveTimestampParameters(timeStamp(names));
    parameters.setPrettyPrint(false);
    // As if it were being signed: then DSS extends the signature of this name, and no other.
    parameters.getContext().setOperationKind(SigningOperation.SIGN);
    parameters.getContext().setDeterministicId(names.signatureId());
    if (names.format() == SignatureFormat.XADES_DETACHED) {
      InMemoryDocument document = new InMemoryDocument(original, names.reference());
      parameters.getContext().setDetachedContents(List.of(document));
    }
    return parameters;
  }

  private static XAdESTimestampParameters timeStamp(XadesNames names) {
    XAdESTimestampParameters parameters =
        new XAdESTimestampParameters(PadesSignature.dss(names.algorithm().digest()));
    parameters.setCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE);
    return parameters;
  }

  private static byte[] withProperties(byte[] signed, XadesNames names, Document extended) {
    byte[] properties =
        XmlTrees.write(properties(extended, names), PREFIX, NAMESPACE)
            .getBytes(StandardCharsets.US_ASCII);
    byte[] identifier = ("Id=\"" + names.signatureId() + "\"").getBytes(StandardCharsets.US_ASCII);
    int place = find(signed, PLACE, find(signed, identifier, 0));
    byte[] result = Arrays.copyOf(signed, signed.length + properties.length);
    System.arraycopy(properties, 0, result, place, properties.length);
    System.arraycopy(signed, place, result, place + properties.length, signed.length - place);
    return result;
  }

  private static Element properties(Document extended, XadesNames names) {
    Node signature =
        names.format() == SignatureFormat.XADES_ENVELOPED
            ? extended.getDocumentElement().getLastChild()
            : extended.getDocumentElement();
    if (!(signature instanceof Element ours)
        || !ours.getAttribute("Id").equals(names.signatureId())) {
      throw new IllegalStateException("the signature is not where it was");
    }
    NodeList found = ours.getElementsByTagNameNS(NAMESPACE, PROPERTIES);
    if (found.getLength() != 1) {
      throw new IllegalStateException("the signature has not one set of unsigned properties");
    }
    return (Element) found.item(0);
  }

  private static int find(byte[] content, byte[] part, int from) {
    for (int at = from; at <= content.length - part.length; at++) {
      if (Arrays.equals(content, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new IllegalStateException("the signature has no place for unsigned properties");
  }

  private static byte[] read(DSSDocument document) {
    try (InputStream in = document.openStream()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }
}
