package eus.bakq.server.document;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;

/**
 * The bounds of one XML document, kept while it is read event by event. What they bound is the
 * memory of the trees that are built of it later, and the work of those who look for earlier
 * signatures in it: twenty thousand references keep DSS busy for minutes.
 *
 * <p>For one document and one thread.
 */
final class XmlLimits {
  /** Elements within one another: what the platform's own parser reads without being told to. */
  static final int MAXIMUM_DEPTH = 200;

  static final int MAXIMUM_ELEMENTS = 100_000;

  /** Of one element, declarations of namespaces included; also the platform's own bound. */
  static final int MAXIMUM_ATTRIBUTES_OF_ELEMENT = 200;

  static final int MAXIMUM_ATTRIBUTES = 200_000;
  static final int MAXIMUM_NAMESPACES = 10_000;

  /** Comments, processing instructions, and pieces of text. */
  static final int MAXIMUM_OTHERS = 400_000;

  static final int MAXIMUM_NAME = 1_000;
  static final int MAXIMUM_SIGNATURES = 100;
  static final int MAXIMUM_REFERENCES = 100;

  /** References of earlier signatures times elements: each reference is looked for in all. */
  static final int MAXIMUM_SEARCHES = 1_000_000;

  /** What comes in a signature behind its SignedInfo (XML Signature, clause 4.1). */
  private static final Set<String> PARTS = Set.of("SignatureValue", "KeyInfo", "Object");

  /** What the elements are that are open. */
  private enum Open {
    BEGUN_SIGNATURE,
    SIGNATURE,
    OTHER
  }

  private final Deque<Open> open = new ArrayDeque<>();
  private final Map<String, Integer> identifiers = new HashMap<>();
  private final Set<String> referenced = new HashSet<>();
  private int elements;
  private int attributes;
  private int namespaces;
  private int others;
  private int signatures;
  private int references;

  /** Counts what {@code reader} stands at. */
  void count(XMLStreamReader reader, int event) throws RefusedException {
    switch (event) {
      case XMLStreamConstants.START_ELEMENT -> startElement(reader);
      case XMLStreamConstants.END_ELEMENT ->
          require(open.removeLast() != Open.BEGUN_SIGNATURE, Refusal.DOCUMENT_UNREADABLE);
      case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
        countOther();
        if (!open.isEmpty() && open.getLast() == Open.SIGNATURE) {
          require(reader.isWhiteSpace(), Refusal.DOCUMENT_UNREADABLE);
        }
      }
      case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> countOther();
      case XMLStreamConstants.END_DOCUMENT -> {}
      // A DOCTYPE and what it would define: entities, and files and addresses to be read.
      default -> throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
  }

  /**
   * Requires, at the end, that what earlier signatures refer to is there once at most: a second
   * element of the same name would be read by one program, and checked by another.
   */
  void requireUnambiguous() throws RefusedException {
    for (String name : referenced) {
      require(identifiers.getOrDefault(name, 0) <= 1, Refusal.DOCUMENT_UNREADABLE);
    }
    require(
        (long) references * elements <= MAXIMUM_SEARCHES || references <= 1,
        Refusal.DOCUMENT_TOO_LARGE);
  }

  int signatures() {
    return signatures;
  }

  private void startElement(XMLStreamReader reader) throws RefusedException {
    elements++;
    attributes += reader.getAttributeCount();
    namespaces += reader.getNamespaceCount();
    require(
        open.size() < MAXIMUM_DEPTH
            && elements <= MAXIMUM_ELEMENTS
            && attributes <= MAXIMUM_ATTRIBUTES
            && namespaces <= MAXIMUM_NAMESPACES
            && reader.getAttributeCount() + reader.getNamespaceCount()
                <= MAXIMUM_ATTRIBUTES_OF_ELEMENT
            && reader.getLocalName().length() <= MAXIMUM_NAME
            && reader.getPrefix().length() <= MAXIMUM_NAME,
        Refusal.DOCUMENT_TOO_LARGE);
    // Nothing goes into a signature: what it consists of is given, and DSS refuses it as well.
    require(
        !open.isEmpty() || !reader.getLocalName().equals("Signature"),
        Refusal.DOCUMENT_FORBIDS_SIGNING);
    boolean ofSignature = XMLSignature.XMLNS.equals(reader.getNamespaceURI());
    requireInPlace(ofSignature ? reader.getLocalName() : "");
    if (ofSignature) {
      countSignatures(reader);
    }
    rememberIdentifiers(reader);
    open.addLast(
        ofSignature && reader.getLocalName().equals("Signature")
            ? Open.BEGUN_SIGNATURE
            : Open.OTHER);
  }

  /**
   * Requires that a signature begins with its SignedInfo, which validators stumble over otherwise,
   * and has nothing in it but its parts: a later signature leaves out the root's signatures, and
   * whatever else somebody put into them.
   */
  private void requireInPlace(String name) throws RefusedException {
    if (open.isEmpty() || open.getLast() == Open.OTHER) {
      return;
    }
    boolean first = open.removeLast() == Open.BEGUN_SIGNATURE;
    require(first ? name.equals("SignedInfo") : PARTS.contains(name), Refusal.DOCUMENT_UNREADABLE);
    open.addLast(Open.SIGNATURE);
  }

  private void countSignatures(XMLStreamReader reader) throws RefusedException {
    switch (reader.getLocalName()) {
      case "Signature" -> signatures++;
      case "Reference" -> {
        references++;
        String uri = reader.getAttributeValue(null, "URI");
        if (uri != null) {
          // DSS puts it between apostrophes into an XPath: what has one could make it any XPath.
          // With
          // quotation marks one could name an identifier in another way than it is compared here.
          require(
              uri.indexOf('\'') < 0 && uri.indexOf('"') < 0 && uri.length() <= MAXIMUM_NAME,
              Refusal.DOCUMENT_UNREADABLE);
          referenced.add(uri.startsWith("#") ? uri.substring(1) : uri);
        }
      }
      default -> {}
    }
    require(
        signatures <= MAXIMUM_SIGNATURES && references <= MAXIMUM_REFERENCES,
        Refusal.DOCUMENT_TOO_LARGE);
  }

  private void rememberIdentifiers(XMLStreamReader reader) throws RefusedException {
    for (int i = 0; i < reader.getAttributeCount(); i++) {
      String name = reader.getAttributeLocalName(i);
      require(name.length() <= MAXIMUM_NAME, Refusal.DOCUMENT_TOO_LARGE);
      if (name.equalsIgnoreCase("id")) {
        identifiers.merge(reader.getAttributeValue(i), 1, Integer::sum);
      }
    }
  }

  private void countOther() throws RefusedException {
    others++;
    require(others <= MAXIMUM_OTHERS, Refusal.DOCUMENT_TOO_LARGE);
  }

  private static void require(boolean condition, Refusal otherwise) throws RefusedException {
    if (!condition) {
      throw new RefusedException(otherwise);
    }
  }
}
