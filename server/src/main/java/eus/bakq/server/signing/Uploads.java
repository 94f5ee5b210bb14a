package eus.bakq.server.signing;

import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.UploadId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Documents on their way into a request, encrypted in their rows. What is over its time is as if it
 * were not there. Every method takes the transaction it works in.
 */
final class Uploads {
  private static final int PURGED_AT_ONCE = 1000;

  private final DocumentVault vault;

  Uploads(DocumentVault vault) {
    this.vault = vault;
  }

  /** What a caller has uploaded and not used yet: how many documents, and their bytes. */
  record Kept(int count, long bytes) {}

  Kept kept(Handle handle, CallerName caller) {
    return handle
        .createQuery(
            """
            select count(*) as count, coalesce(sum(size), 0) as bytes from bakq.uploaded_document
            where caller = :caller and expires_at > :now""")
        .bind("caller", caller.value())
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .map((row, context) -> new Kept(row.getInt("count"), row.getLong("bytes")))
        .one();
  }

  void insert(Handle handle, UploadId id, CallerName caller, Bytes content, Instant expiresAt) {
    handle
        .createUpdate(
            """
            insert into bakq.uploaded_document (id, caller, size, content, expires_at)
            values (:id, :caller, :size, :content, :expiresAt)""")
        .bind("id", id.value())
        .bind("caller", caller.value())
        .bind("size", content.size())
        .bind("content", vault.box(id, caller).close(0, DocumentVault.Role.UPLOAD, content))
        .bind("expiresAt", expiresAt.atOffset(ZoneOffset.UTC))
        .execute();
  }

  /**
   * The sizes of {@code ids} in bytes.
   *
   * @throws RefusedException UPLOAD_NOT_FOUND if one is not there, or is another caller's
   */
  Map<UploadId, Integer> sizes(Handle handle, CallerName caller, Set<UploadId> ids)
      throws RefusedException {
    Map<UploadId, Integer> sizes = new HashMap<>();
    handle
        .createQuery(
            """
            select id, size from bakq.uploaded_document
            where id = any(:ids) and caller = :caller and expires_at > :now""")
        .bindArray("ids", UUID.class, values(ids))
        .bind("caller", caller.value())
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .map(
            (row, context) ->
                sizes.put(new UploadId(row.getObject("id", UUID.class)), row.getInt("size")))
        .list();
    requireAll(sizes.size(), ids);
    return sizes;
  }

  /**
   * The documents {@code ids}, decrypted.
   *
   * @throws RefusedException UPLOAD_NOT_FOUND if one is not there, or is another caller's
   */
  Map<UploadId, Bytes> contents(Handle handle, CallerName caller, Set<UploadId> ids)
      throws RefusedException {
    Map<UploadId, Bytes> contents = new HashMap<>();
    for (UploadId id : ids) {
      contents.put(
          id,
          handle
              .createQuery(
                  """
                  select content from bakq.uploaded_document
                  where id = :id and caller = :caller and expires_at > :now""")
              .bind("id", id.value())
              .bind("caller", caller.value())
              .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
              .map((row, context) -> row.getBytes("content"))
              .findOne()
              .map(content -> vault.box(id, caller).open(0, DocumentVault.Role.UPLOAD, content))
              .orElseThrow(() -> new RefusedException(Refusal.UPLOAD_NOT_FOUND)));
    }
    return contents;
  }

  /**
   * Deletes {@code ids}, because they are used.
   *
   * @throws RefusedException UPLOAD_NOT_FOUND if one was used or ran out meanwhile
   */
  void use(Handle handle, CallerName caller, Set<UploadId> ids) throws RefusedException {
    int deleted =
        handle
            .createUpdate(
                """
                delete from bakq.uploaded_document
                where id = any(:ids) and caller = :caller and expires_at > :now""")
            .bindArray("ids", UUID.class, values(ids))
            .bind("caller", caller.value())
            .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
            .execute();
    requireAll(deleted, ids);
  }

  /** Those of {@code ids} that are another caller's. */
  Collection<UploadId> foreign(Handle handle, CallerName caller, Set<UploadId> ids) {
    return handle
        .createQuery(
            "select id from bakq.uploaded_document where id = any(:ids) and caller <> :caller")
        .bindArray("ids", UUID.class, values(ids))
        .bind("caller", caller.value())
        .map((row, context) -> new UploadId(row.getObject("id", UUID.class)))
        .list();
  }

  /** Deletes what is over its time; at most 1000 at once. */
  void purge(Handle handle) {
    handle
        .createUpdate(
            """
            delete from bakq.uploaded_document where id in (
              select id from bakq.uploaded_document where expires_at <= :now
              order by expires_at limit :most)""")
        .bind("now", Database.now(handle).atOffset(ZoneOffset.UTC))
        .bind("most", PURGED_AT_ONCE)
        .execute();
  }

  private static Collection<UUID> values(Set<UploadId> ids) {
    return ids.stream().map(UploadId::value).toList();
  }

  private static void requireAll(int found, Set<UploadId> ids) throws RefusedException {
    if (found != ids.size()) {
      throw new RefusedException(Refusal.UPLOAD_NOT_FOUND);
    }
  }
}
