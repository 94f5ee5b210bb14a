package eus.bakq.server.signing;

import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.database.Database;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.UploadId;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * Keeps a document that a sede sends before it asks, for ten minutes and one request. Not counted
 * as a call that changes something: what a sede can hold here is bounded, and only a counted call
 * takes it out.
 */
public final class UploadDocument {
  /** How long an upload waits to be used. */
  public static final Duration LIFE = Duration.ofMinutes(10);

  /** The size in bytes of the largest document that is taken: 10 MiB. */
  public static final int MOST_BYTES = 10 * 1024 * 1024;

  /**
   * What a sede says of a document before it sends it.
   *
   * @param size 1 byte to 10 MiB
   * @param sha256 32 bytes
   */
  public record Announced(int size, Bytes sha256) {
    public Announced {
      Objects.requireNonNull(sha256);
      if (size < 1 || size > MOST_BYTES) {
        throw new IllegalArgumentException("an upload has 1 byte to 10 MiB");
      }
    }
  }

  /** A document that is kept. */
  public record Uploaded(UploadId id, Instant expiresAt) {}

  private final SigningParts parts;
  private final StreamSettings settings;

  public UploadDocument(SigningParts parts, StreamSettings settings) {
    this.parts = parts;
    this.settings = settings;
  }

  /**
   * Says, before a document is sent, that there is room for it now.
   *
   * @throws RefusedException QUOTA_EXCEEDED
   */
  public void requireRoom(RegisteredCaller sede, Announced announced) throws RefusedException {
    parts.database().transact(handle -> requireRoom(handle, sede, announced));
  }

  /**
   * Keeps {@code content}; durable when it returns. Documents that arrive at the same moment may
   * exceed the bound of what is kept by what the streams of one sede can carry at once.
   *
   * @throws RefusedException UPLOAD_DIFFERS if it is not what was announced; QUOTA_EXCEEDED
   */
  public Uploaded run(RegisteredCaller sede, Announced announced, Bytes content)
      throws RefusedException {
    if (content.size() != announced.size() || !content.sha256().equals(announced.sha256())) {
      throw new RefusedException(Refusal.UPLOAD_DIFFERS);
    }
    UploadId id = new UploadId(new UUID(parts.random().nextLong(), parts.random().nextLong()));
    return parts
        .database()
        .inTransaction(
            handle -> {
              requireRoom(handle, sede, announced);
              Instant expiresAt = Database.now(handle).plus(LIFE);
              parts.uploads().insert(handle, id, sede.name(), content, expiresAt);
              return new Uploaded(id, expiresAt);
            });
  }

  private void requireRoom(Handle handle, RegisteredCaller sede, Announced announced)
      throws RefusedException {
    Uploads.Kept kept = parts.uploads().kept(handle, sede.name());
    if (kept.count() >= settings.keptUploadsPerSede()
        || kept.bytes() + announced.size() > settings.keptBytesPerSede()) {
      throw RefusedException.until(Refusal.QUOTA_EXCEEDED, Duration.ofMinutes(1));
    }
  }
}
