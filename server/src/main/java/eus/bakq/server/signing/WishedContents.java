package eus.bakq.server.signing;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.UploadId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Finds the bytes of the documents that a sede names. */
final class WishedContents {
  /** What the documents of one request may have together: it is what one call holds in memory. */
  static final long MOST_BYTES = 32L * 1024 * 1024;

  private final SigningParts parts;

  WishedContents(SigningParts parts) {
    this.parts = parts;
  }

  /**
   * The documents, in the order of {@code wished}. Uploads stay where they are until they are used.
   * Naming another sede's upload is answered like naming none, and is recorded first.
   *
   * @throws RefusedException UPLOAD_NOT_FOUND
   * @throws MalformedException if they have more than 32 MiB together
   */
  List<DocumentToSign> read(RegisteredCaller sede, List<WishedDocument> wished)
      throws RefusedException {
    Set<UploadId> ids = uploads(wished);
    Map<UploadId, Bytes> uploaded;
    try {
      uploaded = parts.database().inTransaction(handle -> read(handle, sede, wished, ids));
    } catch (RefusedException e) {
      parts.database().transact(handle -> recordForeign(handle, sede, ids));
      throw e;
    }
    return wished.stream()
        .map(
            document ->
                new DocumentToSign(
                    document.label(),
                    switch (document.source()) {
                      case DocumentSource.Inline inline -> inline.content();
                      case DocumentSource.Uploaded upload -> uploaded.get(upload.id());
                    }))
        .toList();
  }

  /** Each upload once, however often it is named. */
  static Set<UploadId> uploads(List<WishedDocument> wished) {
    Set<UploadId> ids = new HashSet<>();
    for (WishedDocument document : wished) {
      if (document.source() instanceof DocumentSource.Uploaded uploaded) {
        ids.add(uploaded.id());
      }
    }
    return ids;
  }

  private Map<UploadId, Bytes> read(
      Handle handle, RegisteredCaller sede, List<WishedDocument> wished, Set<UploadId> ids)
      throws RefusedException {
    Map<UploadId, Integer> sizes =
        ids.isEmpty() ? new HashMap<>() : parts.uploads().sizes(handle, sede.name(), ids);
    long total = 0;
    for (WishedDocument document : wished) {
      total +=
          switch (document.source()) {
            case DocumentSource.Inline inline -> inline.content().size();
            case DocumentSource.Uploaded upload -> sizes.get(upload.id());
          };
    }
    if (total > MOST_BYTES) {
      throw new MalformedException("documents", "have at most 33554432 bytes together");
    }
    return parts.uploads().contents(handle, sede.name(), ids);
  }

  private void recordForeign(Handle handle, RegisteredCaller sede, Set<UploadId> ids) {
    for (UploadId id : parts.uploads().foreign(handle, sede.name(), ids)) {
      parts
          .audit()
          .append(
              handle,
              AuditEvent.refused(
                  AuditEventType.UPLOAD_DENIED,
                  "OF_ANOTHER_SEDE",
                  sede.name().value(),
                  id,
                  Map.of()));
    }
  }
}
