package eus.bakq.demo.search;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds any of thousands of forms in one pass: the last eight bytes that were read are looked up in
 * a filter, and only what passes it is compared. Safe for several threads.
 */
public final class FormSearch {
  /** Shorter forms would be found by chance. */
  public static final int SHORTEST = 8;

  private static final int CHUNK = 1 << 16;
  private static final int FILTER_BITS = 20;

  private final Map<Long, List<Form>> endings = new HashMap<>();
  private final boolean[] filter = new boolean[1 << FILTER_BITS];
  private final int longest;

  public FormSearch(List<Form> forms) {
    int most = SHORTEST;
    for (Form form : forms) {
      byte[] bytes = form.bytes().toByteArray();
      long word = 0;
      for (int i = bytes.length - SHORTEST; i < bytes.length; i++) {
        word = word << 8 | (bytes[i] & 0xff);
      }
      filter[slot(word)] = true;
      endings.computeIfAbsent(word, key -> new ArrayList<>()).add(form);
      most = Math.max(most, bytes.length);
    }
    longest = most;
  }

  /** All that is found in {@code file}, under its own name. */
  public List<Found> in(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in(file.toString(), in);
    }
  }

  /** All that is found in {@code in}, which is read to its end. */
  public List<Found> in(String place, InputStream in) throws IOException {
    List<Found> found = new ArrayList<>();
    byte[] window = new byte[longest + CHUNK];
    int filled = 0;
    long gone = 0;
    long word = 0;
    int read;
    while ((read = in.read(window, filled, window.length - filled)) > 0) {
      int end = filled + read;
      for (int i = filled; i < end; i++) {
        word = word << 8 | (window[i] & 0xff);
        if (filter[slot(word)]) {
          compare(place, window, word, i + 1, gone, found);
        }
      }
      int kept = Math.min(longest, end);
      System.arraycopy(window, end - kept, window, 0, kept);
      gone += end - kept;
      filled = kept;
    }
    return found;
  }

  private void compare(
      String place, byte[] window, long word, int end, long gone, List<Found> found) {
    for (Form form : endings.getOrDefault(word, List.of())) {
      byte[] bytes = form.bytes().toByteArray();
      int begin = end - bytes.length;
      if (begin >= 0 && Arrays.equals(window, begin, end, bytes, 0, bytes.length)) {
        found.add(new Found(form, place, gone + end));
      }
    }
  }

  private static int slot(long word) {
    return (int) ((word * 0x9E3779B97F4A7C15L) >>> (64 - FILTER_BITS));
  }
}
