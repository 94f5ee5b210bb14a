package eus.bakq.server.document;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.time.Instant;
import java.util.List;

/** Signs XML for tests: both phases, with a software key between them. */
final class XadesSigning {
  static final SignatureAlgorithm ECDSA = SignatureAlgorithm.ECDSA_P256_SHA256;

  static final List<SignatureFormat> FORMATS =
      List.of(
          SignatureFormat.XADES_ENVELOPED,
          SignatureFormat.XADES_ENVELOPING,
          SignatureFormat.XADES_DETACHED);

  private final SignatureDocuments documents;
  private final Instant now;

  XadesSigning(SignatureDocuments documents, Instant now) {
    this.documents = documents;
    this.now = now;
  }

  static SignatureForm form(SignatureFormat format) {
    return new SignatureForm(format, SignatureLevel.B_B, "Año 2026/contrato nº 1.xml");
  }

  PreparedDocument prepare(Bytes original, SignatureFormat format, SignatureAlgorithm algorithm)
      throws RefusedException {
    return documents.prepare(
        original, form(format), SoftwareSigner.chain(algorithm), algorithm, now);
  }

  Bytes sign(Bytes original, SignatureFormat format, SignatureAlgorithm algorithm)
      throws RefusedException {
    documents.check(original, format);
    PreparedDocument prepared = prepare(original, format, algorithm);
    return documents.complete(
        original,
        prepared,
        form(format),
        SoftwareSigner.chain(algorithm),
        SoftwareSigner.sign(prepared.dtbs()));
  }
}
