package eus.bakq.server.document;

import eus.bakq.server.failure.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSObjectKey;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdfparser.PDFParser;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * PDFBox's own parser, which measures each stream that carries the structure of a document
 * (cross-reference streams, object streams) before PDFBox expands it: PDFBox itself expands them
 * without bound, and 1 MB can become 1 GB. Because it is the same parser, it sees the same streams,
 * however they are disguised. It repairs nothing: repairing would look for streams that the
 * cross-reference does not name.
 *
 * <p>For one document and one thread.
 */
final class BoundedPdfParser extends PDFParser {
  /** What all streams of structure of one document may expand to. */
  static final long MAXIMUM_EXPANDED = 64L * 1024 * 1024;

  /** Entries of all cross-references of one document. */
  static final long MAXIMUM_OBJECTS = 300_000;

  /** Arrays and dictionaries: about 100 bytes of memory for 2 bytes of input. */
  static final long MAXIMUM_CONTAINERS = 1_000_000;

  /** Names, numbers and strings in object streams. */
  static final long MAXIMUM_VALUES = 4_000_000;

  private static final int MAXIMUM_PREDICTOR_COLUMNS = 65_536;
  private static final int ZLIB_HEADER = 2;

  private final Set<Long> measuredObjectStreams = new HashSet<>();
  private boolean crossReferenceRead;
  private long expanded;
  private long entries;
  private long containers;
  private long values;
  private Refusal violation;

  BoundedPdfParser(byte[] content) throws IOException {
    super(
        new RandomAccessReadBuffer(content), "", null, null, IOUtils.createMemoryOnlyStreamCache());
  }

  /**
   * Parses the cross-reference and the catalogue, and measures every object stream.
   *
   * @throws BoundException if the document is encrypted or beyond a bound, also where PDFBox would
   *     only have logged it
   */
  PDDocument parseBounded() throws IOException {
    PDDocument parsed;
    try {
      parsed = parse(false);
    } catch (IOException e) {
      rethrowViolation(e);
      throw e;
    }
    try {
      for (Map.Entry<COSObjectKey, Long> entry : document.getXrefTable().entrySet()) {
        if (entry.getValue() <= 0) {
          measureObjectStream(-entry.getValue());
        }
      }
    } catch (IOException e) {
      parsed.close();
      throw e;
    }
    return parsed;
  }

  /**
   * Whether a bound was met since parsing: PDFBox logs what it cannot read and goes on.
   *
   * @throws BoundException if so
   */
  void requireNoViolation() throws BoundException {
    if (violation != null) {
      throw new BoundException(violation, null);
    }
  }

  private void rethrowViolation(IOException cause) throws BoundException {
    if (violation != null) {
      throw new BoundException(violation, cause);
    }
  }

  @Override
  protected COSDictionary retrieveTrailer() throws IOException {
    COSDictionary trailer = super.retrieveTrailer();
    crossReferenceRead = true;
    if (document.getXrefTable().size() > MAXIMUM_OBJECTS) {
      throw refused(Refusal.DOCUMENT_TOO_LARGE);
    }
    return trailer;
  }

  /** Refuses instead: nothing is decrypted, also where the password is empty. */
  @Override
  protected void prepareDecryption() throws IOException {
    if (document.getTrailer().getItem(COSName.ENCRYPT) != null) {
      throw refused(Refusal.DOCUMENT_ENCRYPTED);
    }
  }

  @Override
  protected COSStream parseCOSStream(COSDictionary dictionary) throws IOException {
    COSStream stream = super.parseCOSStream(dictionary);
    if (!crossReferenceRead) {
      measureCrossReference(stream);
    }
    return stream;
  }

  @Override
  protected COSBase parseObjectStreamObject(long objectStream, COSObjectKey key)
      throws IOException {
    measureObjectStream(objectStream);
    return super.parseObjectStreamObject(objectStream, key);
  }

  private void measureCrossReference(COSStream stream) throws IOException {
    long size = measure(stream, false);
    COSArray widths = stream.getCOSArray(COSName.W);
    if (widths == null || widths.size() != 3) {
      throw refused(Refusal.DOCUMENT_UNREADABLE);
    }
    long width = 0;
    for (int i = 0; i < 3; i++) {
      int one = widths.getInt(i, -1);
      if (one < 0 || one > 8) {
        throw refused(Refusal.DOCUMENT_UNREADABLE);
      }
      width += one;
    }
    if (width == 0) {
      throw refused(Refusal.DOCUMENT_UNREADABLE);
    }
    entries += size / width;
    if (entries > MAXIMUM_OBJECTS) {
      throw refused(Refusal.DOCUMENT_TOO_LARGE);
    }
  }

  private void measureObjectStream(long number) throws IOException {
    if (!measuredObjectStreams.add(number)) {
      return;
    }
    COSObjectKey key = getObjectKey(number, 0);
    Long offset = document.getXrefTable().get(key);
    if (offset == null || offset <= 0) {
      throw refused(Refusal.DOCUMENT_UNREADABLE);
    }
    if (!(document.getObjectFromPool(key).getObject() instanceof COSStream stream)) {
      throw refused(Refusal.DOCUMENT_UNREADABLE);
    }
    if (stream.getInt(COSName.N) > MAXIMUM_OBJECTS) {
      throw refused(Refusal.DOCUMENT_TOO_LARGE);
    }
    measure(stream, true);
  }

  /** Expands {@code stream} without keeping it, as far as the bounds allow: the expanded size. */
  private long measure(COSStream stream, boolean ofObjects) throws IOException {
    boolean deflated = requireKnownFilter(stream);
    requireSmallPredictor(stream.getDictionaryObject(COSName.DECODE_PARMS, COSName.DP));
    long before = expanded;
    try (InputStream raw = stream.createRawInputStream()) {
      if (deflated) {
        inflate(raw, ofObjects);
      } else {
        byte[] content = raw.readAllBytes();
        count(content, content.length, ofObjects);
      }
    }
    return expanded - before;
  }

  private void inflate(InputStream raw, boolean ofObjects) throws IOException {
    // As PDFBox does: the header is skipped unread, and what precedes a fault counts.
    raw.skipNBytes(Math.min(ZLIB_HEADER, raw.available()));
    byte[] input = new byte[16 * 1024];
    byte[] output = new byte[64 * 1024];
    try (Inflater inflater = new Inflater(true)) {
      int read = raw.read(input);
      while (read > 0 && !inflater.finished() && !inflater.needsDictionary()) {
        inflater.setInput(input, 0, read);
        int inflated;
        while ((inflated = inflater.inflate(output)) > 0) {
          count(output, inflated, ofObjects);
        }
        read = raw.read(input);
      }
    } catch (DataFormatException e) {
      // Damage ends a stream for PDFBox too; what it holds is judged when it is read.
      return;
    }
  }

  private void count(byte[] content, int length, boolean ofObjects) throws IOException {
    expanded += length;
    if (expanded > MAXIMUM_EXPANDED) {
      throw refused(Refusal.DOCUMENT_TOO_LARGE);
    }
    if (!ofObjects) {
      return;
    }
    boolean between = true;
    for (int i = 0; i < length; i++) {
      byte here = content[i];
      if (here == '[' || here == '<') {
        containers++;
      }
      boolean blank = here >= 0 && here <= ' ';
      boolean delimiter =
          here == '[' || here == ']' || here == '<' || here == '>' || here == '(' || here == '/';
      if (delimiter || (between && !blank)) {
        values++;
      }
      between = blank || delimiter;
    }
    if (containers > MAXIMUM_CONTAINERS || values > MAXIMUM_VALUES) {
      throw refused(Refusal.DOCUMENT_TOO_LARGE);
    }
  }

  /** True for Flate, false for no filter; nothing else is used for structure. */
  private boolean requireKnownFilter(COSStream stream) throws BoundException {
    COSBase filters = stream.getFilters();
    if (filters instanceof COSArray several) {
      if (several.size() == 0) {
        return false;
      }
      filters = several.size() == 1 ? several.getObject(0) : COSName.CRYPT;
    }
    if (filters == null) {
      return false;
    }
    if (COSName.FLATE_DECODE.equals(filters) || COSName.FLATE_DECODE_ABBREVIATION.equals(filters)) {
      return true;
    }
    throw refused(Refusal.DOCUMENT_UNREADABLE);
  }

  private void requireSmallPredictor(COSBase parameters) throws BoundException {
    COSBase one = parameters;
    if (parameters instanceof COSArray several && several.size() > 0) {
      one = several.getObject(0);
    }
    if (one instanceof COSDictionary dictionary) {
      int columns = dictionary.getInt(COSName.COLUMNS, 1);
      if (columns < 1 || columns > MAXIMUM_PREDICTOR_COLUMNS) {
        throw refused(Refusal.DOCUMENT_UNREADABLE);
      }
    }
  }

  private BoundException refused(Refusal refusal) {
    if (violation == null) {
      violation = refusal;
    }
    return new BoundException(refusal, null);
  }

  /** A document beyond a bound: an IOException, because that is what PDFBox lets through. */
  static final class BoundException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    BoundException(Refusal refusal, Throwable cause) {
      super(refusal.name(), cause);
      this.refusal = refusal;
    }

    Refusal refusal() {
      return refusal;
    }
  }
}
