package eus.bakq.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import eus.bakq.server.failure.FieldViolation;
import eus.bakq.server.failure.MalformedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SecretBytes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Converts the fields of one request message and collects everything that is wrong with them, so
 * that a caller learns all of it at once. A field that could not be converted has no value: reading
 * it throws, and so a forgotten {@link #check} lets nothing through.
 *
 * <pre>{@code
 * Fields fields = new Fields();
 * var id = fields.uuid("id", request.getId());
 * var label = fields.text("label", request.getLabel(), 1, 100);
 * fields.check();
 * return new Wish(id.value(), label.value());
 * }</pre>
 *
 * <p>Descriptions say what is accepted and never repeat a value. For one thread.
 */
public final class Fields {
  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final Pattern E164_FORM = Pattern.compile("\\+[1-9][0-9]{7,14}");
  private static final int MIN_YEAR = 1900;
  private static final int MAX_YEAR = 2200;
  private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2201-01-01T00:00:00Z");
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private final List<FieldViolation> violations = new ArrayList<>();

  /** A field that was converted, or was found to be at fault. */
  public final class Field<T> {
    private final Optional<T> converted;

    private Field(Optional<T> converted) {
      this.converted = converted;
    }

    /**
     * The value.
     *
     * @throws MalformedException naming all violations so far, if this field is at fault
     */
    public T value() {
      return converted.orElseThrow(() -> new MalformedException(violations));
    }
  }

  /**
   * Says that all fields so far are accepted.
   *
   * @throws MalformedException naming every field that is not
   */
  public void check() {
    if (!violations.isEmpty()) {
      throw new MalformedException(violations);
    }
  }

  /** Adds a violation unless {@code accepted}; for what concerns several fields. */
  public void require(boolean accepted, String field, String description) {
    if (!accepted) {
      violations.add(new FieldViolation(field, description));
    }
  }

  /** A UUID in its text form, in lower or upper case. */
  public Field<UUID> uuid(String field, String value) {
    String lower = value.toLowerCase(Locale.ROOT);
    return UUID_FORM.matcher(lower).matches()
        ? good(UUID.fromString(lower))
        : bad(field, "is a UUID in its text form, 36 characters");
  }

  /**
   * Text that people read (API-14): {@code least} to {@code most} characters (code points), at
   * least one of them visible if any is asked for, and none that controls, reverses, hides or is
   * not a character.
   */
  public Field<String> text(String field, String value, int least, int most) {
    int length = value.codePointCount(0, value.length());
    boolean visible = least == 0 || !value.codePoints().allMatch(Fields::isBlank);
    boolean accepted =
        length >= least && length <= most && visible && value.codePoints().allMatch(Fields::isText);
    return accepted
        ? good(value)
        : bad(
            field,
            "has "
                + least
                + " to "
                + most
                + " characters, none of them for control or direction"
                + (least == 0 ? "" : ", and one at least that is not blank"));
  }

  /** As {@link #text}, or empty if the field was not sent. */
  public Field<Optional<String>> optionalText(String field, String value, int most) {
    if (value.isEmpty()) {
      return good(Optional.empty());
    }
    return sent(text(field, value, 1, most));
  }

  /** What {@code parser} makes of {@code value}, unless it throws IllegalArgumentException. */
  public <T> Field<T> parsed(
      String field, String value, Function<String, T> parser, String description) {
    try {
      return good(parser.apply(value));
    } catch (IllegalArgumentException e) {
      return bad(field, description);
    }
  }

  /** As {@link #parsed}, or empty if the field was not sent. */
  public <T> Field<Optional<T>> optionalParsed(
      String field, String value, Function<String, T> parser, String description) {
    if (value.isEmpty()) {
      return good(Optional.empty());
    }
    return sent(parsed(field, value, parser, description));
  }

  /** A mobile or other number in E.164: {@code +} and 8 to 15 digits. */
  public Field<String> e164(String field, String value) {
    return E164_FORM.matcher(value).matches()
        ? good(value)
        : bad(field, "is a telephone number as + and 8 to 15 digits");
  }

  /**
   * The word of ours for an enum value of the contract; those not in {@code words} are at fault.
   */
  public <P extends Enum<P>, E> Field<E> oneOf(String field, P value, Map<P, E> words) {
    E word = words.get(value);
    return word == null
        ? bad(field, "is one of " + words.keySet().stream().map(Enum::name).sorted().toList())
        : good(word);
  }

  /** A number within its bounds, both included. */
  public Field<Integer> number(String field, int value, int least, int most) {
    return value >= least && value <= most ? good(value) : bad(field, within(least, most));
  }

  /** A number within its bounds, both included. */
  public Field<Long> number(String field, long value, long least, long most) {
    return value >= least && value <= most ? good(value) : bad(field, within(least, most));
  }

  /** Bytes of a size within its bounds, both included. */
  public Field<Bytes> bytes(String field, ByteString value, int least, int most) {
    return value.size() >= least && value.size() <= most
        ? good(Bytes.copyOf(value.toByteArray()))
        : bad(field, "has " + least + " to " + most + " bytes");
  }

  /**
   * A secret of a size within its bounds, both included. Whoever takes the value closes it. (The
   * message that brought it cannot be wiped; it lives until the call ends and is collected.)
   */
  public Field<SecretBytes> secret(String field, ByteString value, int least, int most) {
    return value.size() >= least && value.size() <= most
        ? good(SecretBytes.takeOver(value.toByteArray()))
        : bad(field, "has " + least + " to " + most + " bytes");
  }

  /** A day of the calendar, 1900 to 2200. */
  public Field<LocalDate> date(String field, int year, int month, int day) {
    String description = "is a day of the calendar, with a year from 1900 to 2200";
    if (year < MIN_YEAR || year > MAX_YEAR) {
      return bad(field, description);
    }
    try {
      return good(LocalDate.of(year, month, day));
    } catch (DateTimeException e) {
      return bad(field, description);
    }
  }

  /** A time of the years 1900 to 2200. */
  public Field<Instant> time(String field, Timestamp value) {
    boolean accepted =
        value.getSeconds() >= EARLIEST.getEpochSecond()
            && value.getSeconds() < LATEST.getEpochSecond()
            && value.getNanos() >= 0
            && value.getNanos() < NANOS_PER_SECOND;
    return accepted
        ? good(Instant.ofEpochSecond(value.getSeconds(), value.getNanos()))
        : bad(field, "is a time with a year from 1900 to 2200");
  }

  private <T> Field<T> good(T value) {
    return new Field<>(Optional.of(value));
  }

  private <T> Field<T> bad(String field, String description) {
    violations.add(new FieldViolation(field, description));
    return new Field<>(Optional.empty());
  }

  private <T> Field<Optional<T>> sent(Field<T> field) {
    return field.converted.isPresent() ? good(field.converted) : new Field<>(Optional.empty());
  }

  private static String within(long least, long most) {
    return "is " + least + " to " + most;
  }

  private static boolean isBlank(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  /** Refuses what a reader cannot see or what makes text read otherwise than it is stored. */
  private static boolean isText(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
