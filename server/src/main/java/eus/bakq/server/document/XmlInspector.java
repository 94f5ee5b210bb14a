package eus.bakq.server.document;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Decides whether a file is an XML document that a signature can be put into: XML 1.0, in the
 * encoding that it declares, without a DOCTYPE, within bounds, and with few signatures in it that
 * are what they seem. Reads it as a stream, before anything builds a tree of it: nesting, width and
 * names are bounded while they are read. Nothing is fetched and nothing is executed: XInclude,
 * {@code xml-stylesheet} and the transforms of earlier signatures are text here. Safe for several
 * threads.
 */
final class XmlInspector {
  /** Encodings in which every ASCII character is one byte, so that a signature fits in. */
  private static final Set<String> ENCODINGS =
      Set.of("UTF-8", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252");

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** Where an XML declaration must have ended. */
  private static final int LONGEST_DECLARATION = 256;

  private static final Pattern DECLARATION =
      Pattern.compile(
          "<\\?xml\\s+version\\s*=\\s*([\"'])1\\.0\\1"
              + "(?:\\s+encoding\\s*=\\s*([\"'])([A-Za-z][A-Za-z0-9._-]{0,39})\\2)?"
              + "(?:\\s+standalone\\s*=\\s*([\"'])(?:yes|no)\\4)?\\s*\\?>");

  /**
   * Reads {@code content} as an XML document.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE; DOCUMENT_TOO_LARGE beyond a bound of {@link
   *     XmlLimits}; DOCUMENT_FORBIDS_SIGNING if the document is itself a signature
   */
  XmlStructure inspect(byte[] content) throws RefusedException {
    int start = startsWith(content, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    if (start == content.length || content[start] != '<') {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    Charset charset = declaredCharset(content, start);
    String text = decode(content, start, charset);
    XmlLimits limits = new XmlLimits();
    try {
      read(text, limits);
    } catch (XMLStreamException | RuntimeException | StackOverflowError e) {
      // The parser is the platform's and the file hostile: whatever it stumbles over is the file's
      // fault. Its text may quote the file, and goes no further than a cause in the log.
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
    return new XmlStructure(charset, end(text, start, charset), limits.signatures());
  }

  private static XmlEnd end(String text, int start, Charset charset) throws RefusedException {
    XmlEnd end;
    try {
      end = XmlEnd.of(text);
    } catch (IllegalStateException e) {
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
    int from = start + text.substring(0, end.from()).getBytes(charset).length;
    return new XmlEnd(from, from + end.to() - end.from(), end.before(), end.after());
  }

  private static Charset declaredCharset(byte[] content, int start) throws RefusedException {
    int length = Math.min(LONGEST_DECLARATION, content.length - start);
    String beginning = new String(content, start, length, StandardCharsets.ISO_8859_1);
    // Every processing instruction of another name has a letter more behind these.
    if (!beginning.matches("(?s)<\\?xml[\\s?].*")) {
      return StandardCharsets.UTF_8;
    }
    Matcher declaration = DECLARATION.matcher(beginning);
    if (!declaration.lookingAt()) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    String declared = declaration.group(3);
    String name = declared == null ? "UTF-8" : declared.toUpperCase(Locale.ROOT);
    if (!ENCODINGS.contains(name) || (start > 0 && !name.equals("UTF-8"))) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    return Charset.forName(name);
  }

  private static String decode(byte[] content, int start, Charset charset) throws RefusedException {
    try {
      return charset
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(content, start, content.length - start))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
  }

  private static void read(String text, XmlLimits limits)
      throws XMLStreamException, RefusedException {
    XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(text));
    try {
      while (reader.hasNext()) {
        limits.count(reader, reader.next());
      }
    } finally {
      reader.close();
    }
    limits.requireUnambiguous();
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    // Its own bounds, which a launcher can set, are wider than XmlLimits: that says what is
    // refused.
    factory.setProperty("jdk.xml.maxElementDepth", "1000");
    factory.setProperty("jdk.xml.elementAttributeLimit", "10000");
    factory.setProperty("jdk.xml.maxXMLNameLimit", "10000");
    factory.setXMLResolver(
        (publicId, systemId, base, namespace) -> {
          throw new XMLStreamException("nothing is fetched");
        });
    return factory;
  }

  private static boolean startsWith(byte[] content, byte[] beginning) {
    return content.length >= beginning.length
        && Arrays.equals(content, 0, beginning.length, beginning, 0, beginning.length);
  }

  private static RefusedException refused(Refusal refusal, Throwable cause) {
    RefusedException refused = new RefusedException(refusal);
    refused.initCause(cause);
    return refused;
  }
}
