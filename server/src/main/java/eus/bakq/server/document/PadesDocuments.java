package eus.bakq.server.document;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** PAdES B-B in two phases. Owner of this stub: the documents' author. Safe for several threads. */
public final class PadesDocuments {

  /**
   * Parses and bounds a PDF, and tries whether it can be signed at all.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_ENCRYPTED, DOCUMENT_FORBIDS_SIGNING,
   *     DOCUMENT_TOO_LARGE
   */
  public void check(Bytes original) throws RefusedException {
    throw new UnsupportedOperationException("stub");
  }

  /**
   * Phase one: prepares the increment and computes what is to be signed.
   *
   * @param chain the signer's certificate first, then the issuers without the root
   */
  public PreparedDocument prepare(
      Bytes original,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime)
      throws RefusedException {
    throw new UnsupportedOperationException("stub");
  }

  /**
   * Phase two: puts the value in. Checks that the original, the certificate and the hash are those
   * of phase one, and that the value verifies; else IllegalStateException.
   */
  public Bytes complete(
      Bytes original,
      PreparedDocument prepared,
      List<X509Certificate> chain,
      SignatureValue value) {
    throw new UnsupportedOperationException("stub");
  }
}
