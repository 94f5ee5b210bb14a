package eus.bakq.server.document;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSObjectKey;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/**
 * Decides whether a file is a PDF that can be worked on: within bounds, not encrypted, without
 * anything before its header or after its end, and with a cross-reference that is right as it is.
 * What passes here, PDFBox opens without repairing it, so that DSS sees the document that was
 * bounded. Safe for several threads.
 */
final class PdfInspector {
  /** Compressed validation data and hexadecimal places have fewer brackets than this. */
  private static final int ROOM_FOR_SIGNING = 20_000;

  static final int MAXIMUM_PAGES = 10_000;
  private static final int MAXIMUM_PAGE_TREE_NODES = 4 * MAXIMUM_PAGES;
  private static final byte[] HEADER = "%PDF-".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "%%EOF".getBytes(StandardCharsets.US_ASCII);

  /**
   * Reads {@code content} as a PDF.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_ENCRYPTED, DOCUMENT_TOO_LARGE
   */
  PdfStructure inspect(byte[] content) throws RefusedException {
    requireHeaderAndEnd(content);
    requireContainers(content, BoundedPdfParser.MAXIMUM_CONTAINERS);
    try {
      return read(content);
    } catch (BoundedPdfParser.BoundException e) {
      throw refused(e.refusal(), e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      // The parser is another's and the file hostile: whatever it stumbles over is the file's
      // fault.
      // Nesting that exhausts the stack unwinds to here; the parser's state goes with it.
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
  }

  /**
   * As {@link #inspect}, for a document that is still to be signed: it leaves room for what signing
   * and completing add, so that what passes here passes when it is signed too.
   */
  PdfStructure inspectOriginal(byte[] content) throws RefusedException {
    requireHeaderAndEnd(content);
    requireContainers(content, BoundedPdfParser.MAXIMUM_CONTAINERS - ROOM_FOR_SIGNING);
    return inspect(content);
  }

  private static PdfStructure read(byte[] content) throws IOException, RefusedException {
    BoundedPdfParser parser = new BoundedPdfParser(content);
    try (PDDocument document = parser.parseBounded()) {
      requireRightOffsets(content, document.getDocument().getXrefTable());
      int pages = countPages(document);
      List<List<Integer>> byteRanges = new ArrayList<>();
      for (PDSignature signature : document.getSignatureDictionaries()) {
        byteRanges.add(Arrays.stream(signature.getByteRange()).boxed().toList());
      }
      parser.requireNoViolation();
      return new PdfStructure(pages, byteRanges);
    }
  }

  private static void requireHeaderAndEnd(byte[] content) throws RefusedException {
    if (content.length < HEADER.length + END.length
        || !Arrays.equals(content, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    int end = content.length;
    while (end > 0 && isBlank(content[end - 1])) {
      end--;
    }
    // Readers look for the end in the last kilobytes: what follows it would be signed, but not
    // seen.
    if (end < END.length || !Arrays.equals(content, end - END.length, end, END, 0, END.length)) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
  }

  /** Small arrays take fifty times their size in memory; content that is not structure has few. */
  private static void requireContainers(byte[] content, long most) throws RefusedException {
    long containers =
        IntStream.range(0, content.length)
            .filter(i -> content[i] == '[' || content[i] == '<')
            .count();
    if (containers > most) {
      throw new RefusedException(Refusal.DOCUMENT_TOO_LARGE);
    }
  }

  /**
   * Each entry must point to its object: one that does not makes a repairing reader search the
   * whole file and build a cross-reference of its own.
   */
  private static void requireRightOffsets(byte[] content, Map<COSObjectKey, Long> crossReference)
      throws RefusedException {
    for (Map.Entry<COSObjectKey, Long> entry : crossReference.entrySet()) {
      long offset = entry.getValue();
      if (offset > 0 && !isObjectAt(content, offset, entry.getKey())) {
        throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
      }
    }
  }

  private static boolean isObjectAt(byte[] content, long offset, COSObjectKey key) {
    if (offset < HEADER.length || offset >= content.length || !isBreak(content[(int) offset - 1])) {
      return false;
    }
    int at = skipBlanks(content, (int) offset);
    at = skipNumber(content, at, key.getNumber());
    at = at < 0 ? at : skipNumber(content, skipBlanks(content, at), key.getGeneration());
    if (at < 0) {
      return false;
    }
    at = skipBlanks(content, at);
    return at + 3 <= content.length
        && content[at] == 'o'
        && content[at + 1] == 'b'
        && content[at + 2] == 'j';
  }

  /** The place after {@code number}, or -1 if another number or none is at {@code at}. */
  private static int skipNumber(byte[] content, int at, long number) {
    long value = 0;
    int end = at;
    while (end < content.length && end - at < 10 && content[end] >= '0' && content[end] <= '9') {
      value = value * 10 + (content[end] - '0');
      end++;
    }
    return end > at && value == number ? end : -1;
  }

  private static int skipBlanks(byte[] content, int at) {
    int end = at;
    while (end < content.length && isBlank(content[end])) {
      end++;
    }
    return end;
  }

  private static boolean isBlank(byte here) {
    return here == 0 || here == '\t' || here == '\n' || here == '\f' || here == '\r' || here == ' ';
  }

  private static boolean isBreak(byte here) {
    return here < '0' || here > '9';
  }

  private static int countPages(PDDocument document) throws RefusedException {
    COSDictionary catalogue = document.getDocumentCatalog().getCOSObject();
    Set<COSDictionary> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<COSDictionary> open = new ArrayDeque<>();
    COSDictionary root = catalogue.getCOSDictionary(COSName.PAGES);
    if (root == null) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    open.add(root);
    int pages = 0;
    while (!open.isEmpty()) {
      COSDictionary node = open.remove();
      if (!seen.add(node)) {
        throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
      }
      COSArray kids = node.getCOSArray(COSName.KIDS);
      if (kids == null) {
        pages++;
      } else {
        addKids(kids, open);
      }
      if (pages > MAXIMUM_PAGES || seen.size() + open.size() > MAXIMUM_PAGE_TREE_NODES) {
        throw new RefusedException(Refusal.DOCUMENT_TOO_LARGE);
      }
    }
    if (pages == 0 || (pages == 1 && seen.size() == 1)) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    return pages;
  }

  private static void addKids(COSArray kids, Deque<COSDictionary> open) throws RefusedException {
    if (kids.size() > MAXIMUM_PAGE_TREE_NODES) {
      throw new RefusedException(Refusal.DOCUMENT_TOO_LARGE);
    }
    for (int i = 0; i < kids.size(); i++) {
      COSBase kid = kids.getObject(i);
      if (!(kid instanceof COSDictionary dictionary)) {
        throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
      }
      open.add(dictionary);
    }
  }

  private static RefusedException refused(Refusal refusal, Throwable cause) {
    RefusedException refused = new RefusedException(refusal);
    refused.initCause(cause);
    return refused;
  }
}
