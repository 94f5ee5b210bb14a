package eus.bakq.server.signing;

import java.time.Duration;

/**
 * The bounds of what sedes send, read and watch in streams, on one node. Whoever can write them can
 * shut sedes out, or have the server hold more memory: {@code (uploads + downloads)} times 10 MiB,
 * and a little for each watch.
 *
 * @param uploads documents that are being sent at once, by all sedes: 1 to 256
 * @param uploadsPerSede by one of them: 1 to {@code uploads}
 * @param keptUploadsPerSede documents of one sede that were sent and are not used yet: 1 to 10,000
 * @param keptMebibytesPerSede what they may have together: 10 to 10,240 MiB
 * @param downloads documents that are being read at once, by all sedes: 1 to 256
 * @param downloadsPerSede by one of them: 1 to {@code downloads}
 * @param watches requests that are being watched at once, by all sedes: 1 to 100,000
 * @param watchesPerSede by one of them: 1 to {@code watches}
 * @param longestTransfer how long sending or reading one document may take: 1 s to 10 min
 */
public record StreamSettings(
    int uploads,
    int uploadsPerSede,
    int keptUploadsPerSede,
    int keptMebibytesPerSede,
    int downloads,
    int downloadsPerSede,
    int watches,
    int watchesPerSede,
    Duration longestTransfer) {
  private static final int MOST_TRANSFERS = 256;

  public StreamSettings {
    requireWithin("uploads", uploads, 1, MOST_TRANSFERS);
    requireWithin("uploadsPerSede", uploadsPerSede, 1, uploads);
    requireWithin("keptUploadsPerSede", keptUploadsPerSede, 1, 10_000);
    requireWithin("keptMebibytesPerSede", keptMebibytesPerSede, 10, 10_240);
    requireWithin("downloads", downloads, 1, MOST_TRANSFERS);
    requireWithin("downloadsPerSede", downloadsPerSede, 1, downloads);
    requireWithin("watches", watches, 1, 100_000);
    requireWithin("watchesPerSede", watchesPerSede, 1, watches);
    if (longestTransfer.compareTo(Duration.ofSeconds(1)) < 0
        || longestTransfer.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException("longestTransfer is 1 s to 10 min");
    }
  }

  /** Documented defaults. */
  public static StreamSettings defaults() {
    return new StreamSettings(8, 4, 64, 256, 16, 4, 1000, 100, Duration.ofMinutes(2));
  }

  /** What the unused uploads of one sede may have together, in bytes. */
  long keptBytesPerSede() {
    return keptMebibytesPerSede * 1024L * 1024;
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }
}
