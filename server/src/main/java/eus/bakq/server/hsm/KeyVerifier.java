package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether what is in a token is what the officers put there. Whoever has the PIN can plant
 * a key that they know, with our label and id: it differs in attributes that only the token sets,
 * and in its check value.
 */
final class KeyVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(KeyVerifier.class);

  /** More objects than any transcript has; a token with more holds unknown ones anyway. */
  private static final int MAXIMUM_OBJECTS = 256;

  private final TokenRecord token;
  private final SecureRandom random;

  KeyVerifier(TokenRecord token, SecureRandom random) {
    this.token = token;
    this.random = random;
  }

  /**
   * Checks every object of the token, in a session that is logged in. Beside those of the
   * transcript there may be one: the anchor of the record's head, which servers make themselves.
   * The wrapping key of an epoch that has ended may be gone; while it is there it is not given out.
   *
   * @param unrecorded is told how often the keys of passwords were used for it
   * @throws HsmRefusedException naming the key and the check
   * @throws Pkcs11Exception if the token does not answer
   */
  TokenKeys verify(Pkcs11Session session, UnrecordedKeyUses unrecorded) throws Pkcs11Exception {
    Map<String, ObjectHandle> handles = new HashMap<>();
    int expected = 0;
    for (KeyRecord key : token.keys()) {
      if (key.ended() && isGone(session, key)) {
        continue;
      }
      for (Template object : key.objects()) {
        ObjectHandle handle = theOnly(session, key, object);
        requireAttributes(session, key, object, handle);
        handles.putIfAbsent(key.id(), handle);
        expected++;
      }
      requireCheckValue(session, key, handles.get(key.id()), unrecorded);
      if (key.ended()) {
        handles.remove(key.id());
        LOG.atWarn()
            .addKeyValue("token", token.role())
            .addKeyValue("epoch", key.id())
            .log("the wrapping key of an epoch that has ended is still in a token");
      }
    }
    int present = session.find(Template.empty().with(CKA_TOKEN, true), MAXIMUM_OBJECTS).size();
    if (present != expected + AnchorObject.count(session, token.role())) {
      throw new HsmRefusedException(token.role(), "", "holds no object that is not in transcript");
    }
    return new TokenKeys(handles);
  }

  /**
   * Whether {@code wrappingKey} opens its canary, and the key inside signs.
   *
   * @throws Pkcs11Exception if it does not open
   */
  boolean opensCanary(Pkcs11Session session, KeyRecord key, ObjectHandle wrappingKey)
      throws Pkcs11Exception {
    Template template =
        key.objects()
            .getFirst()
            .nested(CKA_UNWRAP_TEMPLATE)
            .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_EC);
    Mechanism mechanism = Mechanism.of(key.mechanism());
    byte[] blob = key.checkBytes("wrappedKey");
    try (TransientKey canary =
        new TransientKey(session, session.unwrap(mechanism, wrappingKey, blob, template))) {
      return signs(session, key, canary.handle());
    }
  }

  private static boolean isGone(Pkcs11Session session, KeyRecord key) throws Pkcs11Exception {
    for (Template object : key.objects()) {
      if (!session.find(sought(object), 1).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Template sought(Template object) {
    return Template.empty()
        .with(CKA_TOKEN, true)
        .with(CKA_CLASS, object.number(CKA_CLASS))
        .with(CKA_ID, object.octets(CKA_ID));
  }

  private ObjectHandle theOnly(Pkcs11Session session, KeyRecord key, Template object)
      throws Pkcs11Exception {
    List<ObjectHandle> found = session.find(sought(object), 2);
    if (found.size() != 1) {
      throw refused(key, found.isEmpty() ? "is there" : "is there once", null);
    }
    return found.getFirst();
  }

  private void requireAttributes(
      Pkcs11Session session, KeyRecord key, Template object, ObjectHandle handle)
      throws Pkcs11Exception {
    Template present;
    try {
      present = session.attributes(handle, object.types());
    } catch (Pkcs11Exception e) {
      throw refusedOrUnanswered(key, "whole attribute list", e);
    }
    if (!present.equals(object)) {
      throw refused(key, "whole attribute list", null);
    }
  }

  private void requireCheckValue(
      Pkcs11Session session, KeyRecord key, ObjectHandle handle, UnrecordedKeyUses unrecorded)
      throws Pkcs11Exception {
    boolean right;
    try {
      right =
          switch (key.use()) {
            case WRAPPING -> opensCanary(session, key, handle);
            case MAC -> macs(session, key, handle, unrecorded);
            case SIGNING, AUTHORITY -> signs(session, key, handle);
          };
    } catch (Pkcs11Exception e) {
      if (key.use() == CeremonyTranscript.Use.WRAPPING && e.mayBeOfWrappedKey()) {
        throw refused(key, "check value", e);
      }
      throw refusedOrUnanswered(key, "check value", e);
    }
    if (!right) {
      throw refused(key, "check value", null);
    }
  }

  private boolean macs(
      Pkcs11Session session, KeyRecord key, ObjectHandle handle, UnrecordedKeyUses unrecorded)
      throws Pkcs11Exception {
    byte[] input = key.checkText("input").getBytes(StandardCharsets.US_ASCII);
    byte[] mac = session.sign(Mechanism.of(key.mechanism()), handle, input);
    unrecorded.add(use(key));
    return MessageDigest.isEqual(mac, key.checkBytes("mac"));
  }

  private static KeyUses use(KeyRecord key) {
    return new KeyUses(
        key.id().equals(TokenInfrastructureKeys.id(MacKey.VERIFY)) ? 1 : 0,
        key.id().equals(TokenInfrastructureKeys.id(MacKey.ACTIVATE)) ? 1 : 0);
  }

  /** Over a hash that nobody could foresee, so that no old signature answers for the key. */
  private boolean signs(Pkcs11Session session, KeyRecord key, ObjectHandle handle)
      throws Pkcs11Exception {
    byte[] hash = new byte[32];
    random.nextBytes(hash);
    PublicKey publicKey = PublicKeys.elliptic(key.checkBytes("publicKey"));
    byte[] raw = session.sign(Mechanism.of(Constant.CKM_ECDSA), handle, hash);
    return SignatureVerification.ecdsa(publicKey, hash, EcdsaValues.toDer(raw));
  }

  private HsmRefusedException refusedOrUnanswered(
      KeyRecord key, String check, Pkcs11Exception cause) throws Pkcs11Exception {
    if (cause.reaction() != Reaction.NEVER_RETRY) {
      throw cause;
    }
    return refused(key, check, cause);
  }

  private HsmRefusedException refused(KeyRecord key, String check, Throwable cause) {
    return new HsmRefusedException(token.role(), key.id(), check, cause);
  }
}
