package eus.bakq.server.audit;

import java.nio.file.Path;

/**
 * A file in which a node tells its two officers something, beside its anchor's, whose name it has
 * with a suffix. For one thread at a time.
 */
public final class OfficersFile {
  private final Path file;

  /**
   * @param suffix such as {@code .epochs}
   */
  public OfficersFile(AnchorSettings settings, String suffix) {
    this.file = new AnchorFile(settings.file()).beside(suffix);
  }

  /**
   * Writes {@code text} in place of what is there; durable when it returns, and whole at any time.
   *
   * @throws eus.bakq.server.failure.UnavailableException if it cannot be written
   */
  public void write(String text) {
    AnchorFile.write(file, text);
  }
}
