package eus.bakq.server.document;

import eu.europa.esig.dss.model.x509.Token;
import eu.europa.esig.dss.spi.validation.ValidationData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collection;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * The document security store of a PDF (ETSI EN 319 142-1, 5.4.2): certificates and revocation data
 * beside the signatures that they are for. By hand and not by DSS, which would read every signature
 * and every earlier revision of a document from outside, without bounds, and would forget what
 * others had put there.
 */
final class DssDictionary {
  private static final COSName STORE = COSName.getPDFName("DSS");
  private static final COSName CERTIFICATES = COSName.getPDFName("Certs");
  private static final COSName ANSWERS = COSName.getPDFName("OCSPs");
  private static final COSName LISTS = COSName.getPDFName("CRLs");

  private DssDictionary() {}

  /**
   * {@code signed} with a revision more, whose store has {@code data} beside what it had.
   *
   * @param signed a document of ours, which was bounded and read back
   * @throws IllegalStateException if the document cannot be added to
   */
  static byte[] append(byte[] signed, ValidationData data) {
    try (PDDocument document = new BoundedPdfParser(signed).parseBounded();
        ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      COSDictionary catalogue = document.getDocumentCatalog().getCOSObject();
      COSDictionary before = catalogue.getCOSDictionary(STORE);
      COSDictionary store = before == null ? new COSDictionary() : new COSDictionary(before);
      add(document, store, CERTIFICATES, data.getCertificateTokens());
      add(document, store, ANSWERS, data.getOcspTokens());
      add(document, store, LISTS, data.getCrlTokens());
      catalogue.setItem(STORE, store);
      catalogue.setNeedToBeUpdated(true);
      document.saveIncremental(out);
      byte[] extended = out.toByteArray();
      if (extended.length <= signed.length
          || !Arrays.equals(signed, 0, signed.length, extended, 0, signed.length)) {
        throw new IllegalStateException("adding to a document has changed it");
      }
      return extended;
    } catch (IOException e) {
      throw new IllegalStateException("validation data cannot be added to a document of ours", e);
    }
  }

  private static void add(
      PDDocument document, COSDictionary store, COSName key, Collection<? extends Token> tokens)
      throws IOException {
    if (tokens.isEmpty()) {
      return;
    }
    COSArray before = store.getCOSArray(key);
    COSArray all = new COSArray();
    if (before != null) {
      all.addAll(before);
    }
    for (Token token : tokens) {
      COSStream stream = document.getDocument().createCOSStream();
      try (OutputStream content = stream.createOutputStream(COSName.FLATE_DECODE)) {
        content.write(token.getEncoded());
      }
      all.add(stream);
    }
    store.setItem(key, all);
  }
}
