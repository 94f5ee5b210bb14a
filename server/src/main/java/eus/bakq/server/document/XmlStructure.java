package eus.bakq.server.document;

import java.nio.charset.Charset;
import java.util.Objects;

/**
 * What {@link XmlInspector} found in an XML document.
 *
 * @param charset how the document is encoded, as declared and as it is
 * @param end where a signature goes
 * @param signatures how many {@code ds:Signature} are anywhere in the document
 */
record XmlStructure(Charset charset, XmlEnd end, int signatures) {
  XmlStructure {
    Objects.requireNonNull(charset);
    Objects.requireNonNull(end);
    if (signatures < 0) {
      throw new IllegalArgumentException("a document has no less than no signatures");
    }
  }
}
