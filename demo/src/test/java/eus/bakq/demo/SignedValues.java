package eus.bakq.demo;

import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** What could be a signature value in a PDF, read without any of the server's code. */
final class SignedValues {
  private static final String TIME_STAMP = "ETSI.RFC3161";
  private static final int OCTET_STRING = 0x04;

  /** An ECDSA value of P-256 in DER: a sequence of two numbers. */
  private static final int SEQUENCE = 0x30;

  private static final int SHORTEST = 60;
  private static final int LONGEST = 72;

  private SignedValues() {}

  /** How many time stamps there are on the whole of {@code pdf}, as level B-LTA has one. */
  static long stamps(byte[] pdf) {
    try (PDDocument document = Loader.loadPDF(pdf)) {
      return document.getSignatureDictionaries().stream()
          .filter(signature -> TIME_STAMP.equals(signature.getSubFilter()))
          .count();
    } catch (IOException e) {
      throw new IllegalArgumentException("not a signed PDF", e);
    }
  }

  /** SHA-256, in hexadecimal, of each string of bytes in a CMS that has the form of a value. */
  static Set<String> of(byte[] pdf) {
    Set<String> hashes = new HashSet<>();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      for (PDSignature signature : document.getSignatureDictionaries()) {
        byte[] cms = signature.getContents(pdf);
        for (int at = 0; at + 2 < cms.length; at++) {
          int length = cms[at + 1];
          if (cms[at] == OCTET_STRING
              && length >= SHORTEST
              && length <= LONGEST
              && cms[at + 2] == SEQUENCE
              && at + 2 + length <= cms.length) {
            hashes.add(
                Bytes.copyOf(Arrays.copyOfRange(cms, at + 2, at + 2 + length)).sha256().toHex());
          }
        }
      }
      return hashes;
    } catch (IOException e) {
      throw new IllegalArgumentException("not a signed PDF", e);
    }
  }
}
