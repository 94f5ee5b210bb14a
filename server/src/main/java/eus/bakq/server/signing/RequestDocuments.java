package eus.bakq.server.signing;

import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignatureValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * The documents of requests, encrypted in their rows. Every method takes the transaction it works
 * in.
 */
final class RequestDocuments {
  private final DocumentVault vault;

  RequestDocuments(DocumentVault vault) {
    this.vault = vault;
  }

  /** A document as a citizen is shown it. */
  record Shown(String label, Bytes sha256, long size) {
    static Shown of(DocumentToSign document) {
      return new Shown(document.label(), document.content().sha256(), document.content().size());
    }
  }

  void insert(Handle handle, SignatureRequestId request, List<DocumentToSign> documents) {
    DocumentVault.Box box = vault.box(request);
    for (int ordinal = 0; ordinal < documents.size(); ordinal++) {
      DocumentToSign document = documents.get(ordinal);
      handle
          .createUpdate(
              """
              insert into bakq.request_document (request_id, ordinal, label, size, original_sha256, original)
              values (:request, :ordinal, :label, :size, :sha256, :original)""")
          .bind("request", request.value())
          .bind("ordinal", ordinal)
          .bind("label", document.label())
          .bind("size", document.content().size())
          .bind("sha256", document.content().sha256().toByteArray())
          .bind("original", box.close(ordinal, DocumentVault.Role.ORIGINAL, document.content()))
          .execute();
    }
  }

  List<Shown> shown(Handle handle, SignatureRequestId request) {
    return handle
        .createQuery(
            """
            select label, original_sha256, size from bakq.request_document
            where request_id = :request order by ordinal""")
        .bind("request", request.value())
        .map(
            (row, context) ->
                new Shown(
                    row.getString("label"),
                    Bytes.copyOf(row.getBytes("original_sha256")),
                    row.getLong("size")))
        .list();
  }

  /**
   * The originals, in order, each checked against the hash that was frozen.
   *
   * @throws eus.bakq.server.signer.AlteredRowException if the rows are not what was frozen
   */
  List<Bytes> originals(Handle handle, SignatureRequest request) {
    List<Shown> shown = shown(handle, request.id());
    FrozenSets.requireUnaltered(request, shown);
    List<Bytes> originals = new ArrayList<>();
    for (int ordinal = 0; ordinal < shown.size(); ordinal++) {
      Bytes original =
          part(handle, request.id(), ordinal, "original", DocumentVault.Role.ORIGINAL)
              .orElseThrow(
                  () ->
                      new IllegalStateException(
                          "an original of request " + request.id() + " is gone"));
      if (!original.sha256().equals(shown.get(ordinal).sha256())) {
        throw new AlteredRowException("request_document", request.id().toString());
      }
      originals.add(original);
    }
    return List.copyOf(originals);
  }

  /** What kind of signature each document gets, in order. */
  List<SignatureForm> forms(Handle handle, SignatureRequest request) {
    return shown(handle, request.id()).stream().map(Shown::label).map(request::form).toList();
  }

  /** The signed document {@code ordinal}, if it is (still) here. */
  Optional<Bytes> signed(Handle handle, SignatureRequestId request, int ordinal) {
    return part(handle, request, ordinal, "signed", DocumentVault.Role.SIGNED);
  }

  SignatureValue value(
      Handle handle, SignatureRequestId request, int ordinal, SignatureAlgorithm algorithm) {
    return part(handle, request, ordinal, "value", DocumentVault.Role.VALUE)
        .map(value -> new SignatureValue(algorithm, value))
        .orElseThrow(() -> new IllegalStateException("a value of request " + request + " is gone"));
  }

  private Optional<Bytes> part(
      Handle handle,
      SignatureRequestId request,
      int ordinal,
      String column,
      DocumentVault.Role role) {
    // The column is one of three words of this class.
    return handle
        .createQuery(
            "select "
                + column
                + " from bakq.request_document where request_id = :request and ordinal = :ordinal")
        .bind("request", request.value())
        .bind("ordinal", ordinal)
        .map((row, context) -> Optional.ofNullable(row.getBytes(1)))
        .findOne()
        .flatMap(found -> found)
        .map(encrypted -> vault.box(request).open(ordinal, role, encrypted));
  }

  String label(Handle handle, SignatureRequestId request, int ordinal) {
    return handle
        .createQuery(
            "select label from bakq.request_document where request_id = :request and ordinal = :ordinal")
        .bind("request", request.value())
        .bind("ordinal", ordinal)
        .mapTo(String.class)
        .one();
  }

  void keepPrepared(
      Handle handle,
      InteractionId interaction,
      SignatureRequestId request,
      List<PreparedDocument> prepared) {
    DocumentVault.Box box = vault.box(request);
    PreparedBatch batch =
        handle.prepareBatch(
            """
            insert into bakq.prepared_document (interaction_id, ordinal, request_id, algorithm, dtbs_digest, state)
            values (:interaction, :ordinal, :request, :algorithm, :digest, :state)""");
    for (int ordinal = 0; ordinal < prepared.size(); ordinal++) {
      PreparedDocument one = prepared.get(ordinal);
      batch
          .bind("interaction", interaction.value())
          .bind("ordinal", ordinal)
          .bind("request", request.value())
          .bind("algorithm", one.dtbs().algorithm().name())
          .bind("digest", one.dtbs().digest().toByteArray())
          .bind("state", box.close(ordinal, DocumentVault.Role.PREPARED, one.state()))
          .add();
    }
    batch.execute();
  }

  /** What was prepared for one interaction, in order. */
  List<PreparedDocument> prepared(
      Handle handle, InteractionId interaction, SignatureRequestId request) {
    DocumentVault.Box box = vault.box(request);
    return handle
        .createQuery(
            """
            select ordinal, algorithm, dtbs_digest, state from bakq.prepared_document
            where interaction_id = :interaction and request_id = :request order by ordinal""")
        .bind("interaction", interaction.value())
        .bind("request", request.value())
        .map(
            (row, context) ->
                new PreparedDocument(
                    box.open(
                        row.getInt("ordinal"), DocumentVault.Role.PREPARED, row.getBytes("state")),
                    new DtbsRepresentation(
                        SignatureAlgorithm.valueOf(row.getString("algorithm")),
                        Bytes.copyOf(row.getBytes("dtbs_digest")))))
        .list();
  }

  void keepValues(Handle handle, SignatureRequestId request, List<SignatureValue> values) {
    DocumentVault.Box box = vault.box(request);
    for (int ordinal = 0; ordinal < values.size(); ordinal++) {
      update(
          handle,
          "update bakq.request_document set value = :part where request_id = :request and ordinal = :ordinal",
          request,
          ordinal,
          box.close(ordinal, DocumentVault.Role.VALUE, values.get(ordinal).value()));
    }
  }

  /** Keeps a signed document and erases what it was made of. */
  void keepSigned(Handle handle, SignatureRequestId request, int ordinal, Bytes signed) {
    update(
        handle,
        """
        update bakq.request_document set signed = :part, original = null, value = null
        where request_id = :request and ordinal = :ordinal""",
        request,
        ordinal,
        vault.box(request).close(ordinal, DocumentVault.Role.SIGNED, signed));
  }

  private static void update(
      Handle handle, String sql, SignatureRequestId request, int ordinal, byte[] part) {
    int rows =
        handle
            .createUpdate(sql)
            .bind("part", part)
            .bind("request", request.value())
            .bind("ordinal", ordinal)
            .execute();
    if (rows != 1) {
      throw new IllegalStateException("a document of request " + request + " is gone");
    }
  }

  void erasePrepared(Handle handle, SignatureRequestId request) {
    handle
        .createUpdate("delete from bakq.prepared_document where request_id = :request")
        .bind("request", request.value())
        .execute();
  }

  /** Erases every document of a request, whatever it is; labels and hashes stay. */
  void erase(Handle handle, SignatureRequestId request) {
    erasePrepared(handle, request);
    handle
        .createUpdate(
            """
            update bakq.request_document set original = null, value = null, signed = null
            where request_id = :request""")
        .bind("request", request.value())
        .execute();
  }
}
