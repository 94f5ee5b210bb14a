package eus.bakq.demo.search;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A dump of a Java heap in the JDK's format (hprof 1.0.2, identifiers of eight bytes). Says of a
 * place in the file which object holds it, and who holds that. For one thread.
 */
public final class HeapDump implements AutoCloseable {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int ID = 8;
  private static final int OBJECT = 2;
  private static final int MOST_STEPS = 6;

  /** A reference from an object, or from a class if it is static. */
  private record Holder(long object, String name) {}

  private record Type(long parent, List<Field> fields) {}

  private record Field(String name, int kind) {}

  /** Where in an object the references are, and their names. */
  private record Layout(List<Integer> places, List<String> names) {}

  /** Is told of everything in the heap. */
  @SuppressWarnings("UnusedVariable") // who is not interested leaves a method as it is
  private interface Visitor {
    /** A value of a primitive array: its bytes are from {@code from} to {@code to}. */
    default void array(long object, String type, long from, long to) {}

    /** One object refers to another. */
    default void reference(long from, String name, long to) {}
  }

  private final Arena arena;
  private final MemorySegment file;
  private final Map<Long, String> names = new HashMap<>();
  private final Map<Long, String> classNames = new HashMap<>();
  private final Map<Long, Type> types = new HashMap<>();
  private final Map<Long, Layout> layouts = new HashMap<>();

  private HeapDump(Arena arena, MemorySegment file) {
    this.arena = arena;
    this.file = file;
  }

  /** Opens {@code dump}, which must not change until this is closed. */
  public static HeapDump open(Path dump) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(dump, StandardOpenOption.READ)) {
      HeapDump heap =
          new HeapDump(arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
      heap.visit(new Visitor() {});
      heap.layouts.clear(); // the first time, not all classes were known
      return heap;
    }
  }

  /**
   * For each finding, a way of references to what holds it, at most six steps, outermost last:
   * {@code byte[], String.value, Message.text}. What is in no array is named so.
   */
  public Map<Found, List<String>> holders(Collection<Found> findings) {
    Map<Found, Long> objects = new LinkedHashMap<>();
    Map<Long, String> kinds = new HashMap<>();
    visit(
        new Visitor() {
          @Override
          public void array(long object, String type, long from, long to) {
            for (Found found : findings) {
              if (found.begin() >= from && found.end() <= to) {
                objects.put(found, object);
                kinds.put(object, type);
              }
            }
          }
        });
    Map<Long, Holder> holders = holders(kinds);
    Map<Found, List<String>> ways = new LinkedHashMap<>();
    for (Found found : findings) {
      Long object = objects.get(found);
      ways.put(
          found, object == null ? List.of("in no array") : way(kinds.get(object), object, holders));
    }
    return ways;
  }

  /** Who holds these objects, and who holds the holders, as far as there are any. */
  private Map<Long, Holder> holders(Map<Long, String> objects) {
    Map<Long, Holder> holders = new HashMap<>();
    Map<Long, Boolean> asked = new HashMap<>();
    objects.keySet().forEach(object -> asked.put(object, true));
    for (int step = 0; step < MOST_STEPS && !asked.isEmpty(); step++) {
      Map<Long, Boolean> next = new HashMap<>();
      visit(
          new Visitor() {
            @Override
            public void reference(long from, String name, long to) {
              if (asked.containsKey(to) && !holders.containsKey(to)) {
                holders.put(to, new Holder(from, name));
                if (!holders.containsKey(from) && !objects.containsKey(from)) {
                  next.put(from, true);
                }
              }
            }
          });
      asked.clear();
      asked.putAll(next);
    }
    return holders;
  }

  private static List<String> way(String kind, long object, Map<Long, Holder> holders) {
    List<String> way = new ArrayList<>();
    way.add(kind);
    Holder holder = holders.get(object);
    for (int step = 0; step < MOST_STEPS && holder != null; step++) {
      way.add(holder.name());
      holder = holders.get(holder.object());
    }
    return way;
  }

  private void visit(Visitor visitor) {
    long at = 0;
    while (file.get(ValueLayout.JAVA_BYTE, at) != 0) {
      at++;
    }
    at += 1 + 4 + 8;
    while (at < file.byteSize()) {
      int tag = file.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      long length = Integer.toUnsignedLong(file.get(INT, at + 5));
      long body = at + 9;
      switch (tag) {
        case 0x01 -> names.putIfAbsent(file.get(LONG, body), text(body + ID, length - ID));
        case 0x02 ->
            classNames.putIfAbsent(
                file.get(LONG, body + 4), names.get(file.get(LONG, body + 8 + ID)));
        case 0x0c, 0x1c -> segment(body, body + length, visitor);
        default -> {} // threads, frames, the end
      }
      at = body + length;
    }
  }

  private String text(long at, long length) {
    return new String(
        file.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private void segment(long from, long to, Visitor visitor) {
    long at = from;
    while (at < to) {
      int tag = file.get(ValueLayout.JAVA_BYTE, at) & 0xff;
      at++;
      at =
          switch (tag) {
            case 0x20 -> classDump(at, visitor);
            case 0x21 -> instance(at, visitor);
            case 0x22 -> objectArray(at, visitor);
            case 0x23 -> primitiveArray(at, visitor);
            default -> at + rootSize(tag);
          };
    }
  }

  private static int rootSize(int tag) {
    return switch (tag) {
      case 0xff, 0x05, 0x07 -> ID;
      case 0x01 -> 2 * ID;
      case 0x02, 0x03, 0x08 -> ID + 8;
      case 0x04, 0x06 -> ID + 4;
      default -> throw new IllegalStateException("a root of an unknown kind: " + tag);
    };
  }

  private long classDump(long begin, Visitor visitor) {
    long id = file.get(LONG, begin);
    long parent = file.get(LONG, begin + ID + 4);
    long at = begin + 7 * ID + 8;
    int constants = file.get(SHORT, at) & 0xffff;
    at += 2;
    for (int i = 0; i < constants; i++) {
      at += 3 + size(file.get(ValueLayout.JAVA_BYTE, at + 2));
    }
    int statics = file.get(SHORT, at) & 0xffff;
    at += 2;
    for (int i = 0; i < statics; i++) {
      int kind = file.get(ValueLayout.JAVA_BYTE, at + ID);
      if (kind == OBJECT) {
        visitor.reference(
            id,
            "static " + className(id) + "." + names.get(file.get(LONG, at)),
            file.get(LONG, at + ID + 1));
      }
      at += ID + 1 + size(kind);
    }
    int fields = file.get(SHORT, at) & 0xffff;
    at += 2;
    List<Field> own = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      own.add(new Field(names.get(file.get(LONG, at)), file.get(ValueLayout.JAVA_BYTE, at + ID)));
      at += ID + 1;
    }
    types.putIfAbsent(id, new Type(parent, own));
    return at;
  }

  private long instance(long begin, Visitor visitor) {
    long id = file.get(LONG, begin);
    long type = file.get(LONG, begin + ID + 4);
    long at = begin + 2 * ID + 8;
    long end = at + Integer.toUnsignedLong(file.get(INT, at - 4));
    Layout layout = layouts.computeIfAbsent(type, this::layout);
    for (int i = 0; i < layout.places().size(); i++) {
      visitor.reference(id, layout.names().get(i), file.get(LONG, at + layout.places().get(i)));
    }
    return end;
  }

  private Layout layout(long type) {
    List<Integer> places = new ArrayList<>();
    List<String> own = new ArrayList<>();
    int at = 0;
    for (long of = type; of != 0 && types.containsKey(of); of = types.get(of).parent()) {
      for (Field field : types.get(of).fields()) {
        if (field.kind() == OBJECT) {
          places.add(at);
          own.add(className(type) + "." + field.name());
        }
        at += size(field.kind());
      }
    }
    return new Layout(List.copyOf(places), List.copyOf(own));
  }

  private long objectArray(long begin, Visitor visitor) {
    int count = file.get(INT, begin + ID + 4);
    String name = className(file.get(LONG, begin + ID + 8));
    long at = begin + 2 * ID + 8;
    for (int i = 0; i < count; i++) {
      visitor.reference(file.get(LONG, begin), name, file.get(LONG, at + (long) i * ID));
    }
    return at + (long) count * ID;
  }

  private long primitiveArray(long begin, Visitor visitor) {
    long count = Integer.toUnsignedLong(file.get(INT, begin + ID + 4));
    int kind = file.get(ValueLayout.JAVA_BYTE, begin + ID + 8);
    long at = begin + ID + 9;
    long end = at + count * size(kind);
    visitor.array(file.get(LONG, begin), kind == 8 ? "byte[]" : "array of kind " + kind, at, end);
    return end;
  }

  private String className(long type) {
    String name = classNames.getOrDefault(type, "a class");
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static int size(int kind) {
    return switch (kind) {
      case OBJECT, 7, 11 -> 8; // a reference, a double, a long
      case 4, 8 -> 1; // a boolean, a byte
      case 5, 9 -> 2; // a char, a short
      case 6, 10 -> 4; // a float, an int
      default -> throw new IllegalStateException("a value of an unknown kind: " + kind);
    };
  }

  @Override
  public void close() {
    arena.close();
  }
}
