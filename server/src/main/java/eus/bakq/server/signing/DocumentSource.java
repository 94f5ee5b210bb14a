package eus.bakq.server.signing;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.UploadId;
import java.util.Objects;

/** Where the bytes of a document come from that a sede wants signed. */
public sealed interface DocumentSource {
  /**
   * Within the call.
   *
   * @param content at most 10 MiB
   */
  record Inline(Bytes content) implements DocumentSource {
    public Inline {
      Objects.requireNonNull(content);
    }
  }

  /** From an upload of the same sede. */
  record Uploaded(UploadId id) implements DocumentSource {
    public Uploaded {
      Objects.requireNonNull(id);
    }
  }
}
