package eus.bakq.server.document;

import eus.bakq.server.vocabulary.Bytes;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Revocation lists and OCSP answers of others, until they say that there is a newer one; at most 64
 * and 32 MiB, of which those go first that were not asked for the longest. Only what was verified
 * may be put here. Safe for several threads.
 */
final class StatusCache {
  private static final int MOST_ENTRIES = 64;
  private static final int MOST_BYTES = 32 * 1024 * 1024;

  private record Entry(Bytes content, Instant until) {}

  private final Map<Bytes, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int size;

  /** What was put under {@code key} and is still the newest at {@code now}. */
  synchronized Optional<Bytes> find(Bytes key, Instant now) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (!now.isBefore(entry.until())) {
      remove(key);
      return Optional.empty();
    }
    return Optional.of(entry.content());
  }

  /** Keeps {@code content} until {@code until}, or less long. */
  synchronized void put(Bytes key, Bytes content, Instant until) {
    remove(key);
    if (content.size() > MOST_BYTES) {
      return;
    }
    entries.put(key, new Entry(content, until));
    size += content.size();
    Iterator<Entry> eldest = entries.values().iterator();
    while (entries.size() > MOST_ENTRIES || size > MOST_BYTES) {
      size -= eldest.next().content().size();
      eldest.remove();
    }
  }

  private void remove(Bytes key) {
    Entry removed = entries.remove(key);
    if (removed != null) {
      size -= removed.content().size();
    }
  }
}
