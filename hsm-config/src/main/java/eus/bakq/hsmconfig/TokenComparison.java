package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_APPLICATION;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;

import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.pkcs11.Template;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compares all that is in a token with what a transcript says of it, and changes nothing. A server
 * stops at the first thing that is wrong; this one names all.
 */
final class TokenComparison {
  /** What a token may hold; more than this is not looked at. */
  static final int MOST_OBJECTS = 1000;

  private static final int MOST_SHOWN = 60;

  /** The object that servers make themselves: where the record's head is kept. */
  private static final String ANCHOR = "bakq/anchor/v1";

  /** How it is with one thing. */
  enum Standing {
    EXPLAINED,
    MISSING,
    CHANGED,
    TWICE,
    IMPOSTOR,
    UNEXPLAINED
  }

  /** One thing in the token, or not in it. */
  record Finding(Standing standing, String what) {}

  private final Pkcs11Session session;
  private final Explained expected;
  private final CheckValues checkValues;

  /**
   * @param session logged in
   */
  TokenComparison(Pkcs11Session session, Explained expected) {
    this.session = session;
    this.expected = expected;
    this.checkValues = new CheckValues(session);
  }

  /** Everything, in the order of the transcript; then what it does not explain. */
  List<Finding> run() throws Pkcs11Exception {
    List<ObjectHandle> unexplained =
        new ArrayList<>(session.find(Template.empty().with(CKA_TOKEN, true), MOST_OBJECTS));
    List<Finding> findings = new ArrayList<>();
    if (unexplained.size() == MOST_OBJECTS) {
      findings.add(
          new Finding(Standing.UNEXPLAINED, "so many objects that not all were looked at"));
    }
    for (Explained.Key key : expected.keys()) {
      findings.addAll(compare(key, unexplained));
    }
    boolean anchored = false;
    for (ObjectHandle object : unexplained) {
      boolean anchor = !anchored && isAnchor(object);
      anchored |= anchor;
      findings.add(
          anchor
              ? new Finding(Standing.EXPLAINED, "the anchor of the record, which servers make")
              : new Finding(Standing.UNEXPLAINED, describe(object)));
    }
    return findings;
  }

  private List<Finding> compare(Explained.Key key, List<ObjectHandle> unexplained)
      throws Pkcs11Exception {
    List<Finding> wrong = new ArrayList<>();
    ObjectHandle secret = null;
    for (Template object : key.objects()) {
      List<ObjectHandle> found = named(object);
      unexplained.removeAll(found);
      String what = "key '" + key.id() + "', " + kind(object.number(CKA_CLASS));
      if (found.isEmpty()) {
        wrong.add(
            key.ended()
                ? new Finding(Standing.EXPLAINED, what + ": destroyed, as its epoch has ended")
                : new Finding(Standing.MISSING, what));
      } else if (found.size() > 1) {
        wrong.add(new Finding(Standing.TWICE, what + ": one of them was planted"));
      } else {
        String changed = changed(object, found.getFirst());
        if (!changed.isEmpty()) {
          wrong.add(new Finding(Standing.CHANGED, what + ": " + changed));
        }
        secret = secret == null ? found.getFirst() : secret;
      }
    }
    if (wrong.isEmpty() && !givesCheckValue(key, secret)) {
      wrong.add(new Finding(Standing.IMPOSTOR, "key '" + key.id() + "': it is another key"));
    }
    return wrong.isEmpty()
        ? List.of(
            new Finding(
                Standing.EXPLAINED,
                "key '"
                    + key.id()
                    + "'"
                    + (key.ended() ? ": not destroyed yet, though its epoch has ended" : "")))
        : wrong;
  }

  private List<ObjectHandle> named(Template object) throws Pkcs11Exception {
    return session.find(
        Template.empty()
            .with(CKA_TOKEN, true)
            .with(CKA_CLASS, object.number(CKA_CLASS))
            .with(CKA_ID, object.octets(CKA_ID)),
        MOST_OBJECTS);
  }

  /** Which attributes are not as the transcript says; empty if all are. */
  private String changed(Template object, ObjectHandle handle) throws Pkcs11Exception {
    List<String> changed = new ArrayList<>();
    Map<String, Object> said = object.toReadable();
    for (AttributeType type : object.types()) {
      Optional<Template> present = attribute(handle, type);
      Object value = present.map(Template::toReadable).orElse(Map.of()).get(type.name());
      if (!Objects.equals(value, said.get(type.name()))) {
        changed.add(type.name());
      }
    }
    return String.join(", ", changed);
  }

  private boolean givesCheckValue(Explained.Key key, ObjectHandle secret) throws Pkcs11Exception {
    try {
      return checkValues.holds(key, secret);
    } catch (Pkcs11Exception e) {
      if (e.reaction() == Reaction.NEVER_RETRY || e.mayBeOfWrappedKey()) {
        return false;
      }
      throw e;
    }
  }

  private boolean isAnchor(ObjectHandle object) throws Pkcs11Exception {
    return List.of("custody", "record").contains(expected.role())
        && attribute(object, CKA_CLASS)
            .filter(value -> value.has(CKA_CLASS, Constant.CKO_DATA))
            .isPresent()
        && attribute(object, CKA_PRIVATE).filter(value -> value.has(CKA_PRIVATE, true)).isPresent()
        && attribute(object, CKA_APPLICATION)
            .filter(value -> value.text(CKA_APPLICATION).equals(ANCHOR))
            .isPresent();
  }

  private String describe(ObjectHandle object) throws Pkcs11Exception {
    String kind =
        attribute(object, CKA_CLASS).map(value -> kind(value.number(CKA_CLASS))).orElse("object");
    String label = attribute(object, CKA_LABEL).map(value -> value.text(CKA_LABEL)).orElse("");
    byte[] id = attribute(object, CKA_ID).map(value -> value.octets(CKA_ID)).orElse(new byte[0]);
    return "%s, label '%s', id '%s'"
        .formatted(kind, shown(label), shown(new String(id, StandardCharsets.ISO_8859_1)));
  }

  /** The attribute, if an object of this kind has it. */
  private Optional<Template> attribute(ObjectHandle object, AttributeType type)
      throws Pkcs11Exception {
    try {
      return Optional.of(session.attributes(object, List.of(type)));
    } catch (Pkcs11Exception e) {
      if (e.reaction() == Reaction.NEVER_RETRY) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String kind(long objectClass) {
    return Stream.of(
            Map.entry(Constant.CKO_SECRET_KEY, "secret key"),
            Map.entry(Constant.CKO_PRIVATE_KEY, "private key"),
            Map.entry(Constant.CKO_PUBLIC_KEY, "public key"),
            Map.entry(Constant.CKO_CERTIFICATE, "certificate"),
            Map.entry(Constant.CKO_DATA, "data"))
        .filter(entry -> entry.getKey().value() == objectClass)
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("object of class " + objectClass);
  }

  /** For a terminal: whoever planted an object chose its name. */
  private static String shown(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > MOST_SHOWN ? plain.substring(0, MOST_SHOWN) + "…" : plain;
  }

  /** Whether a person has nothing to do about {@code findings}. */
  static boolean isSound(List<Finding> findings) {
    return findings.stream().allMatch(finding -> finding.standing() == Standing.EXPLAINED);
  }

  /** How many characters a standing has at most. */
  static int width() {
    return Arrays.stream(Standing.values()).mapToInt(each -> each.name().length()).max().orElse(0);
  }
}
