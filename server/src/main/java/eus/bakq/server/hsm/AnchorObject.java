package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_APPLICATION;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_MODIFIABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The one data object that a server makes in a token by itself: private, so that only who is logged
 * in sees or changes it. It holds no secret, and opens nothing. A token has one or none.
 *
 * <p>What it keeps is its CKA_LABEL, in hexadecimal: that is changed by one call, which a token
 * does or does not. SoftHSM2 never changes the CKA_VALUE of a data object.
 */
final class AnchorObject {
  /** The tokens that have one; the authority's belongs to SunPKCS11 (docs/adr/0023). */
  private static final Set<String> ROLES = Set.of("custody", "record");

  private static final Template SOUGHT =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_DATA)
          .with(CKA_TOKEN, true)
          .with(CKA_PRIVATE, true)
          .with(CKA_APPLICATION, "bakq/anchor/v1");

  private AnchorObject() {}

  /**
   * How many objects of the token of {@code role} are its anchor: 0 or 1.
   *
   * @throws HsmRefusedException if there are more
   */
  static int count(Pkcs11Session session, String role) throws Pkcs11Exception {
    return ROLES.contains(role) && find(session, role).isPresent() ? 1 : 0;
  }

  /**
   * What the token keeps.
   *
   * @throws HsmRefusedException if there is more than one, or it has another form
   */
  static Optional<Bytes> read(Pkcs11Session session, String role) throws Pkcs11Exception {
    Optional<ObjectHandle> found = find(session, role);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    String label = session.attributes(found.get(), List.of(CKA_LABEL)).text(CKA_LABEL);
    try {
      return Optional.of(Bytes.fromHex(label));
    } catch (IllegalArgumentException e) {
      throw new HsmRefusedException(role, "anchor", "has the form of one", e);
    }
  }

  /** Keeps {@code value}, in a session that may write; makes the object if there is none. */
  static void keep(Pkcs11Session session, String role, Bytes value) throws Pkcs11Exception {
    Template content = Template.empty().with(CKA_LABEL, value.toHex());
    Optional<ObjectHandle> found = find(session, role);
    if (found.isPresent()) {
      session.change(found.get(), content);
    } else {
      session.create(SOUGHT.with(CKA_MODIFIABLE, true).with(CKA_LABEL, value.toHex()));
    }
  }

  private static Optional<ObjectHandle> find(Pkcs11Session session, String role)
      throws Pkcs11Exception {
    List<ObjectHandle> found = session.find(SOUGHT, 2);
    if (found.size() > 1) {
      throw new HsmRefusedException(role, "anchor", "is there once");
    }
    return found.stream().findFirst();
  }
}
