package eus.bakq.server.authentication;

import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditRecord;
import eus.bakq.server.hsm.KeyUseReading;
import eus.bakq.server.hsm.KeyUses;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a comparison leaves to the next one; kept in the details of its record.
 *
 * @param readings of each partition, in the order of the configuration
 * @param open uses that no record has explained so far; negative if the record tells of more
 */
record ComparedKeyUses(List<KeyUseReading> readings, KeyUses open) {
  private static final String PARTITION = "partition_";

  ComparedKeyUses {
    readings = List.copyOf(readings);
    if (readings.isEmpty()) {
      throw new IllegalArgumentException("there is one partition at least");
    }
  }

  /** When the first of the counts was taken. */
  Instant earliest() {
    return readings.stream().map(KeyUseReading::taken).min(Instant::compareTo).orElseThrow();
  }

  /** When the last of the counts was taken: what was recorded until then was compared. */
  Instant latest() {
    return readings.stream().map(KeyUseReading::taken).max(Instant::compareTo).orElseThrow();
  }

  /** Uses since the counts began. */
  KeyUses total() {
    return readings.stream().map(KeyUseReading::uses).reduce(KeyUses.NONE, KeyUses::plus);
  }

  /** Whether both are of the same partitions, counted from the same beginnings. */
  boolean isComparableWith(List<KeyUseReading> later) {
    return readings.stream()
        .map(KeyUseReading::beginning)
        .toList()
        .equals(later.stream().map(KeyUseReading::beginning).toList());
  }

  Map<String, String> details() {
    Map<String, String> details = new HashMap<>();
    details.put("partitions", Integer.toString(readings.size()));
    details.put("verify_open", Long.toString(open.verify()));
    details.put("activate_open", Long.toString(open.activate()));
    for (int i = 0; i < readings.size(); i++) {
      KeyUseReading reading = readings.get(i);
      details.put(
          PARTITION + (i + 1),
          "%s %s %d %d"
              .formatted(
                  reading.beginning(),
                  reading.taken(),
                  reading.uses().verify(),
                  reading.uses().activate()));
    }
    return details;
  }

  /** Empty if {@code record} is of something else, or has not what {@link #details} gives. */
  static Optional<ComparedKeyUses> of(AuditRecord record) {
    if (!record.type().equals(AuditEventType.KEY_USES_COMPARED.name())) {
      return Optional.empty();
    }
    Map<String, String> details = record.details();
    try {
      int partitions = Integer.parseInt(details.getOrDefault("partitions", ""));
      List<KeyUseReading> readings = new ArrayList<>();
      for (int number = 1; number <= partitions; number++) {
        readings.add(reading(details.getOrDefault(PARTITION + number, "")));
      }
      return Optional.of(
          new ComparedKeyUses(
              readings,
              new KeyUses(
                  Long.parseLong(details.getOrDefault("verify_open", "")),
                  Long.parseLong(details.getOrDefault("activate_open", "")))));
    } catch (DateTimeException | IllegalArgumentException e) {
      return Optional.empty(); // who wrote it was not this service: it is compared with nothing
    }
  }

  private static KeyUseReading reading(String text) {
    String[] parts = text.split(" ", -1);
    if (parts.length != 4) {
      throw new IllegalArgumentException("four parts");
    }
    return new KeyUseReading(
        Instant.parse(parts[0]),
        Instant.parse(parts[1]),
        new KeyUses(Long.parseLong(parts[2]), Long.parseLong(parts[3])));
  }
}
