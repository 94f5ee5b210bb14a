package eus.bakq.demo.judge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * Somebody who alters a signed PDF by one more incremental update, well-formed unless it is said
 * otherwise. For PDFs with a cross-reference table at their end.
 */
final class PdfForger {
  private final byte[] pdf;
  private final List<String> objects = new ArrayList<>();
  private final List<String> unlisted = new ArrayList<>();
  private UnaryOperator<String> changedTrailer = trailer -> trailer;

  PdfForger(byte[] pdf) {
    this.pdf = pdf.clone();
  }

  /** The last definition of the object that contains {@code part}: its number. */
  int find(String part) {
    return Pattern.compile("(?s)\\n([0-9]+) 0 obj\\n((?!endobj).)*?" + Pattern.quote(part))
        .matcher(text())
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** The last definition of an object, without its number. */
  String body(int number) {
    return Pattern.compile("(?s)\\n" + number + " 0 obj\\n(.*?)\\nendobj")
        .matcher(text())
        .results()
        .map((MatchResult found) -> found.group(1))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** A number that no object has. */
  int unused() {
    return Integer.parseInt(
        Pattern.compile("/Size ([0-9]+)")
            .matcher(text())
            .results()
            .map((MatchResult found) -> found.group(1))
            .reduce((first, second) -> second)
            .orElseThrow());
  }

  /** Defines an object, anew or for the first time. */
  PdfForger define(int number, String body) {
    objects.add(number + " 0 obj\n" + body + "\nendobj\n");
    return this;
  }

  /** An object that the cross-reference table does not list. */
  PdfForger hide(String text) {
    unlisted.add(text);
    return this;
  }

  PdfForger trailer(UnaryOperator<String> changed) {
    changedTrailer = changed;
    return this;
  }

  /** The PDF with the update. */
  byte[] forged() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(pdf);
    write(out, "\n");
    unlisted.forEach(text -> write(out, text));
    StringBuilder table = new StringBuilder("xref\n0 1\n0000000000 65535 f \n");
    int size = unused();
    for (String object : objects) {
      int number = Integer.parseInt(object.substring(0, object.indexOf(' ')));
      size = Math.max(size, number + 1);
      table.append("%d 1%n%010d 00000 n %n".formatted(number, out.size()));
      write(out, object);
    }
    int reference = out.size();
    write(out, table.toString());
    write(out, changedTrailer.apply(trailerFor(size)));
    write(out, "startxref\n" + reference + "\n%%EOF\n");
    return out.toByteArray();
  }

  private String trailerFor(int size) {
    try (PDDocument document = Loader.loadPDF(pdf)) {
      return "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d>>\n"
          .formatted(
              size,
              document.getDocument().getTrailer().getCOSObject(COSName.ROOT).getKey().getNumber(),
              document.getDocument().getTrailer().getCOSObject(COSName.INFO).getKey().getNumber(),
              document.getDocument().getStartXref());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text() {
    return new String(pdf, StandardCharsets.ISO_8859_1);
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
