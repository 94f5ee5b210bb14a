package eus.bakq.pkcs11;

import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A list of attributes, each at most once: what an object is to have, or what it was read to have.
 * Immutable. Two are equal if they have the same attributes with the same values.
 *
 * <p>It has a readable form, for reviewed files: a map from names ({@code CKA_TOKEN}) to booleans,
 * integers, names of constants ({@code CKO_PRIVATE_KEY}), lists of them, text, bytes in lower-case
 * hexadecimal, or maps.
 */
public final class Template {
  private final Map<AttributeType, AttributeValue> values;

  private Template(Map<AttributeType, AttributeValue> values) {
    this.values = values;
  }

  /** The template with no attribute. */
  public static Template empty() {
    return new Template(new EnumMap<>(AttributeType.class));
  }

  /**
   * This, with {@code type} set to {@code value}; as the other methods of this name.
   *
   * @throws IllegalArgumentException if values of {@code type} are of another form
   */
  public Template with(AttributeType type, boolean value) {
    return with(type, new AttributeValue.Flag(value));
  }

  /** With a number. */
  public Template with(AttributeType type, long value) {
    return with(type, new AttributeValue.Ulong(value));
  }

  /** With a constant; where a list of mechanisms is wanted, with a list of it alone. */
  public Template with(AttributeType type, Constant value) {
    return type.form() == AttributeType.Form.MECHANISMS
        ? with(type, new AttributeValue.Ulongs(List.of(value.value())))
        : with(type, value.value());
  }

  /** With text. */
  public Template with(AttributeType type, String value) {
    return with(type, new AttributeValue.Text(value));
  }

  /** With bytes, which are copied. */
  public Template with(AttributeType type, byte[] value) {
    return with(type, new AttributeValue.Octets(value));
  }

  /** With attributes inside. */
  public Template with(AttributeType type, Template value) {
    return with(type, new AttributeValue.Nested(value));
  }

  Template with(AttributeType type, AttributeValue value) {
    requireForm(type, value);
    Map<AttributeType, AttributeValue> changed = new EnumMap<>(AttributeType.class);
    changed.putAll(values);
    changed.put(type, value);
    return new Template(changed);
  }

  /** Without those that the token sets by itself: what may be asked for at creation. */
  public Template withoutSetByToken() {
    Map<AttributeType, AttributeValue> changed = new EnumMap<>(AttributeType.class);
    changed.putAll(values);
    changed.keySet().removeIf(AttributeType::isSetByToken);
    return new Template(changed);
  }

  /** Which attributes it has, ordered by number. */
  public Set<AttributeType> types() {
    return Collections.unmodifiableSet(values.keySet());
  }

  Map<AttributeType, AttributeValue> values() {
    return Collections.unmodifiableMap(values);
  }

  /**
   * The bytes of {@code type}.
   *
   * @throws IllegalArgumentException if it is not here, or its value is not bytes
   */
  public byte[] octets(AttributeType type) {
    if (values.get(type) instanceof AttributeValue.Octets octets) {
      return octets.value();
    }
    throw new IllegalArgumentException("no bytes of " + type);
  }

  /**
   * The text of {@code type}.
   *
   * @throws IllegalArgumentException if it is not here, or its value is not text
   */
  public String text(AttributeType type) {
    if (values.get(type) instanceof AttributeValue.Text text) {
      return text.value();
    }
    throw new IllegalArgumentException("no text of " + type);
  }

  /**
   * The number of {@code type}.
   *
   * @throws IllegalArgumentException if it is not here, or its value is not a number
   */
  public long number(AttributeType type) {
    if (values.get(type) instanceof AttributeValue.Ulong number) {
      return number.value();
    }
    throw new IllegalArgumentException("no number of " + type);
  }

  /** The template inside {@code type}; the empty one if it is not here. */
  public Template nested(AttributeType type) {
    return values.get(type) instanceof AttributeValue.Nested nested ? nested.template() : empty();
  }

  /** Whether {@code type} is here with {@code value}. */
  public boolean has(AttributeType type, boolean value) {
    return new AttributeValue.Flag(value).equals(values.get(type));
  }

  /** Whether {@code type} is here with {@code value}. */
  public boolean has(AttributeType type, Constant value) {
    return new AttributeValue.Ulong(value.value()).equals(values.get(type));
  }

  /** Whether {@code type} is here as a list of {@code value} alone. */
  public boolean hasOnly(AttributeType type, Constant value) {
    return new AttributeValue.Ulongs(List.of(value.value())).equals(values.get(type));
  }

  /** The readable form, ordered by number of attribute. */
  public Map<String, Object> toReadable() {
    Map<String, Object> readable = new LinkedHashMap<>();
    values.forEach((type, value) -> readable.put(type.name(), readable(type, value)));
    return readable;
  }

  /**
   * What {@code readable} says.
   *
   * @throws IllegalArgumentException if a name is unknown, or a value has not its attribute's form
   */
  public static Template fromReadable(Map<String, ?> readable) {
    Template template = empty();
    for (Map.Entry<String, ?> entry : readable.entrySet()) {
      AttributeType type = AttributeType.valueOf(entry.getKey());
      template = template.with(type, parse(type, Objects.requireNonNull(entry.getValue())));
    }
    return template;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Template template && values.equals(template.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }

  private static void requireForm(AttributeType type, AttributeValue value) {
    boolean fits =
        switch (type.form()) {
          case FLAG -> value instanceof AttributeValue.Flag;
          case NUMBER, OBJECT_CLASS, CERTIFICATE_TYPE, KEY_TYPE, MECHANISM ->
              value instanceof AttributeValue.Ulong;
          case MECHANISMS -> value instanceof AttributeValue.Ulongs;
          case TEXT -> value instanceof AttributeValue.Text;
          case OCTETS -> value instanceof AttributeValue.Octets;
          case TEMPLATE -> value instanceof AttributeValue.Nested;
        };
    if (!fits) {
      throw new IllegalArgumentException(type + " is of the form " + type.form());
    }
  }

  private static Object readable(AttributeType type, AttributeValue value) {
    String prefix = type.form().prefix();
    return switch (value) {
      case AttributeValue.Flag flag -> flag.value();
      case AttributeValue.Ulong number ->
          prefix.isEmpty() ? number.value() : Constant.nameOf(prefix, number.value());
      case AttributeValue.Ulongs numbers ->
          numbers.values().stream().map(number -> Constant.nameOf(prefix, number)).toList();
      case AttributeValue.Text text -> text.value();
      case AttributeValue.Octets octets -> HexFormat.of().formatHex(octets.value());
      case AttributeValue.Nested nested -> nested.template().toReadable();
    };
  }

  private static AttributeValue parse(AttributeType type, Object readable) {
    String prefix = type.form().prefix();
    return switch (readable) {
      case Boolean flag -> new AttributeValue.Flag(flag);
      case Integer number -> new AttributeValue.Ulong(number);
      case Long number -> new AttributeValue.Ulong(number);
      case List<?> names ->
          new AttributeValue.Ulongs(
              names.stream().map(name -> Constant.valueOf(prefix, name.toString())).toList());
      case Map<?, ?> nested -> new AttributeValue.Nested(fromReadable(withTextKeys(nested)));
      case String text when type.form() == AttributeType.Form.TEXT -> new AttributeValue.Text(text);
      case String hex when type.form() == AttributeType.Form.OCTETS ->
          new AttributeValue.Octets(HexFormat.of().parseHex(hex));
      case String name when !prefix.isEmpty() ->
          new AttributeValue.Ulong(Constant.valueOf(prefix, name));
      default -> throw new IllegalArgumentException(type + " has a value of another form");
    };
  }

  private static Map<String, Object> withTextKeys(Map<?, ?> map) {
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((key, value) -> result.put(key.toString(), value));
    return result;
  }
}
