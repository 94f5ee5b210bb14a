package eus.bakq.demo;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_COPYABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_DERIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN_RECOVER;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Somebody with the PIN of one token, the module and a program of his own. */
record Thief(Pkcs11Session session) implements AutoCloseable {
  private static final int MOST_OBJECTS = 100;

  /** The only way in which the wrapping key opens anything. */
  private static final Template UNWRAPPED =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
          .with(CKA_TOKEN, false)
          .with(CKA_PRIVATE, true)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, false)
          .with(CKA_COPYABLE, false)
          .with(CKA_SIGN, true)
          .with(CKA_SIGN_RECOVER, false)
          .with(CKA_DECRYPT, false)
          .with(CKA_UNWRAP, false)
          .with(CKA_DERIVE, false);

  static Thief in(DemoTokens tokens, String role) throws Pkcs11Exception, IOException {
    return in(SoftHsm.shared().module(), tokens, role);
  }

  /** As {@link #in(DemoTokens, String)}, by way of {@code library}. */
  static Thief in(Path library, DemoTokens tokens, String role)
      throws Pkcs11Exception, IOException {
    Pkcs11Module module = Pkcs11Module.open(library);
    long slot = slot(module, tokens, role);
    Pkcs11Session session = module.openReadWriteSession(slot);
    try {
      session.login(Files.readAllBytes(tokens.pinFile(role)));
    } catch (Pkcs11Exception e) {
      // One login for the whole process, and the server is in it, too.
      if (!e.is(ReturnCode.CKR_USER_ALREADY_LOGGED_IN)) {
        throw e;
      }
    }
    return new Thief(session);
  }

  /** Where the token of {@code role} is. */
  static long slot(Pkcs11Module module, DemoTokens tokens, String role) throws Pkcs11Exception {
    return module.tokens().stream()
        .filter(token -> token.label().equals(tokens.label(role)))
        .findFirst()
        .orElseThrow()
        .slot();
  }

  /** Whether the token has an object of this id. */
  boolean has(String id) throws Pkcs11Exception {
    byte[] encoded = id.getBytes(StandardCharsets.US_ASCII);
    return !session.find(Template.empty().with(CKA_ID, encoded), 1).isEmpty();
  }

  ObjectHandle key(String id) throws Pkcs11Exception {
    byte[] encoded = id.getBytes(StandardCharsets.US_ASCII);
    return session.find(Template.empty().with(CKA_ID, encoded), 2).getFirst();
  }

  byte[] mac(String key, byte[] data) throws Pkcs11Exception {
    return session.sign(Mechanism.of(Constant.CKM_SHA256_HMAC), key(key), data);
  }

  /**
   * Opens {@code blob} under {@code wrappingKey} as a private key of {@code type}, if it is one.
   */
  Optional<ObjectHandle> unwrap(ObjectHandle wrappingKey, byte[] blob, Constant type) {
    try {
      return Optional.of(
          session.unwrap(
              Mechanism.of(Constant.CKM_AES_KEY_WRAP_PAD),
              wrappingKey,
              blob,
              UNWRAPPED.with(CKA_KEY_TYPE, type)));
    } catch (Pkcs11Exception refused) {
      return Optional.empty();
    }
  }

  /** How many keys of {@code type} the token holds. */
  int count(Constant type) throws Pkcs11Exception {
    return session.find(Template.empty().with(CKA_CLASS, type), MOST_OBJECTS).size();
  }

  /** How many keys of {@code type} tell their value. */
  int readable(Constant type) throws Pkcs11Exception {
    int read = 0;
    for (ObjectHandle key : session.find(Template.empty().with(CKA_CLASS, type), MOST_OBJECTS)) {
      read += tellsItsValue(key) ? 1 : 0;
    }
    return read;
  }

  boolean tellsItsValue(ObjectHandle key) throws Pkcs11Exception {
    try {
      session.attributes(key, List.of(CKA_VALUE));
      return true;
    } catch (Pkcs11Exception e) {
      if (!e.is(ReturnCode.CKR_ATTRIBUTE_SENSITIVE)) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void close() throws Pkcs11Exception {
    session.close();
  }
}
