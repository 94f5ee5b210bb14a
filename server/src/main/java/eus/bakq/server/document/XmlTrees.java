package eus.bakq.server.document;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Trees of XML with the platform's own parser and writer, whatever else is on the class path.
 * Nothing is fetched and no DOCTYPE is read. What comes in has passed {@link XmlInspector}, or was
 * made from what has. Safe for several threads.
 */
final class XmlTrees {
  private XmlTrees() {}

  /**
   * Reads {@code content}.
   *
   * @throws IllegalStateException if it is not well-formed, or has a DOCTYPE
   */
  static Document parse(byte[] content) {
    try {
      return builder().parse(new ByteArrayInputStream(content));
    } catch (SAXException e) {
      throw new IllegalStateException("a document is not well-formed", e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be read", e);
    }
  }

  /**
   * Writes {@code element} alone, as if it were a document of its own: what it needs of its
   * ancestors' namespaces is declared on it, and {@code prefix} in any case.
   */
  static String write(Element element, String prefix, String namespace) {
    Document alone = builder().newDocument();
    Element root = (Element) alone.importNode(element, true);
    alone.appendChild(root);
    root.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, "xmlns:" + prefix, namespace);
    StringWriter out = new StringWriter();
    try {
      TransformerFactory factory = TransformerFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      Transformer writer = factory.newTransformer();
      writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      writer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
      writer.setOutputProperty(OutputKeys.INDENT, "no");
      writer.transform(new DOMSource(alone), new StreamResult(out));
    } catch (TransformerException e) {
      throw new IllegalStateException("a signature cannot be written", e);
    }
    return out.toString();
  }

  private static DocumentBuilder builder() {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setNamespaceAware(true);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Throwing());
      return builder;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the platform's parser lacks a feature", e);
    }
  }

  /** Tells of faults by exceptions alone: without it they are also written to standard error. */
  private static final class Throwing implements ErrorHandler {
    @Override
    public void warning(SAXParseException exception) throws SAXException {
      throw exception;
    }

    @Override
    public void error(SAXParseException exception) throws SAXException {
      throw exception;
    }

    @Override
    public void fatalError(SAXParseException exception) throws SAXException {
      throw exception;
    }
  }
}
