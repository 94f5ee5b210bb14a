package eus.bakq.server.document;

import java.util.List;

/**
 * What is known of a PDF after it was bounded and read.
 *
 * @param pages at most 10 000
 * @param byteRanges of each signature, in the order of the document's fields; each has four numbers
 *     for an ordinary signature, but nothing about them is checked
 */
record PdfStructure(int pages, List<List<Integer>> byteRanges) {
  PdfStructure {
    byteRanges = List.copyOf(byteRanges);
  }

  int signatures() {
    return byteRanges.size();
  }
}
