package eus.bakq.benchmarks;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;

/** What is signed: the sizes for which older measurements exist. */
final class Samples {
  private static final int XML_BYTES = 10_000;

  private Samples() {}

  /** A PDF of others, 105 kB. */
  static Bytes pdf() {
    return Bytes.copyOf(Documents.pdfA1b());
  }

  /** Ten thousand bytes of XML, of small elements. */
  static Bytes xml() {
    StringBuilder text = new StringBuilder("<register xmlns=\"https://bakq.example/register\">");
    for (int entry = 0; text.length() < XML_BYTES; entry++) {
      text.append("<entry number=\"").append(entry).append("\"><name>Ane</name></entry>");
    }
    return Bytes.copyOf(text.append("</register>").toString().getBytes(StandardCharsets.UTF_8));
  }
}
