package eus.bakq.server.document;

import java.time.Duration;

/**
 * Bounds of the work on documents. Whoever can raise them can exhaust the memory of the server.
 *
 * @param largestSize bytes of one document, 1 to 10 MiB; default 10 MiB
 * @param largestXml bytes of one XML document that gets an enveloped signature, and of any that
 *     goes into an enveloping one, 1 to 5 MiB, and never more than {@code largestSize}; default 2
 *     MiB. Trees of XML take some fifty times its size
 * @param parallel how many documents are open at the same time, 1 to 64; default 2. An open
 *     document takes 700 MB at worst, and a few times its size as a rule. As many XML documents
 *     again may be waiting for time stamps and statuses, with fifty times their size each
 * @param longestWait how long a call waits for its turn before it is refused as overload, up to 30
 *     s; default 5 s
 * @param warmUp whether a new process signs some documents of its own before its doors open, so
 *     that the first citizen does not wait for it to get warm; default true
 */
public record DocumentSettings(
    int largestSize, int largestXml, int parallel, Duration longestWait, boolean warmUp) {
  private static final int MEBIBYTE = 1024 * 1024;

  public DocumentSettings {
    if (largestSize < 1 || largestSize > 10 * MEBIBYTE) {
      throw new IllegalArgumentException("largestSize is 1 byte to 10 MiB");
    }
    if (largestXml < 1 || largestXml > 5 * MEBIBYTE) {
      throw new IllegalArgumentException("largestXml is 1 byte to 5 MiB");
    }
    if (parallel < 1 || parallel > 64) {
      throw new IllegalArgumentException("parallel is 1 to 64");
    }
    if (longestWait.isNegative() || longestWait.compareTo(Duration.ofSeconds(30)) > 0) {
      throw new IllegalArgumentException("longestWait is 0 to 30 s");
    }
  }

  public static DocumentSettings defaults() {
    return new DocumentSettings(10 * MEBIBYTE, 2 * MEBIBYTE, 2, Duration.ofSeconds(5), true);
  }
}
