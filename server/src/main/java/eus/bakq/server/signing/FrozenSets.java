package eus.bakq.server.signing;

import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.List;

/**
 * The hashes that stand for what was frozen: by the sede when it asks, and for one signer when the
 * password is given.
 */
final class FrozenSets {
  private FrozenSets() {}

  /**
   * What the sede asked, all of it: 32 bytes. The first version has no hash and stands for SHA-256,
   * as requests of the release before.
   */
  static Bytes ofRequest(
      SignatureRequestId request,
      CallerName caller,
      SignatureFormat format,
      SignatureLevel level,
      DigestAlgorithm digest,
      List<RequestDocuments.Shown> documents) {
    boolean first = digest == DigestAlgorithm.SHA256;
    Encoding out =
        Encoding.of(first ? "bakq/frozen-set/v1" : "bakq/frozen-set/v2")
            .id(request.value())
            .text(caller.value())
            .text(format.name())
            .text(level.name());
    if (!first) {
      out.text(digest.name());
    }
    out.number(documents.size());
    documents.forEach(document -> out.text(document.label()).bytes(document.sha256()));
    return out.toBytes().sha256();
  }

  /**
   * The request's set with the very hashes that one signer's key would sign, in order: 32 bytes.
   */
  static Bytes ofAuthorisation(SignatureRequest request, List<DtbsRepresentation> hashes) {
    Encoding out =
        Encoding.of("bakq/authorised-set/v1")
            .id(request.id().value())
            .text(request.caller().value())
            .bytes(request.frozenSet())
            .number(hashes.size());
    hashes.forEach(hash -> out.text(hash.algorithm().name()).bytes(hash.digest()));
    return out.toBytes().sha256();
  }

  /**
   * That the documents of a request are still those that were frozen; the request's row is under a
   * MAC.
   *
   * @throws AlteredRowException if somebody has changed a label or a hash
   */
  static void requireUnaltered(SignatureRequest request, List<RequestDocuments.Shown> documents) {
    Bytes set =
        ofRequest(
            request.id(),
            request.caller(),
            request.format(),
            request.level(),
            request.digest(),
            documents);
    if (!set.equals(request.frozenSet())) {
      throw new AlteredRowException("request_document", request.id().toString());
    }
  }
}
