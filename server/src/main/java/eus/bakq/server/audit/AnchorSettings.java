package eus.bakq.server.audit;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a node anchors the record's head, beside the tokens.
 *
 * @param file on another disk than the database's, of this node alone; what belongs to it stands
 *     beside it, with {@code .new}, {@code .refused}, {@code .reconciled} and {@code .epochs}
 *     added. Whoever writes it, and the anchors in the tokens, and the database can set the
 *     database back unnoticed
 */
public record AnchorSettings(Path file) {
  public AnchorSettings {
    Objects.requireNonNull(file);
    if (file.getFileName() == null || file.toAbsolutePath().getParent() == null) {
      throw new IllegalArgumentException("the anchor's file is a file");
    }
  }
}
