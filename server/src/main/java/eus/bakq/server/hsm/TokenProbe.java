package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Reaction;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.CeremonyTranscript.Use;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tries at the start, on the canary, what a thief would try on a citizen's key. There are tokens
 * that take an unwrap template and do not hold to it: such a one is refused.
 */
final class TokenProbe {
  private final SessionPool custody;
  private final TokenRecord token;

  TokenProbe(SessionPool custody, TokenRecord token) {
    this.custody = custody;
    this.token = token;
  }

  /**
   * Tries all on each wrapping key.
   *
   * @throws HsmRefusedException if one succeeds
   * @throws TokenAwayException if the token does not answer
   */
  void run() throws TokenAwayException {
    for (KeyRecord key : token.keys()) {
      if (key.use() == Use.WRAPPING) {
        Template lawful =
            key.objects()
                .getFirst()
                .nested(CKA_UNWRAP_TEMPLATE)
                .with(CKA_KEY_TYPE, Constant.CKK_EC);
        for (Map.Entry<String, Template> theft : thefts(lawful).entrySet()) {
          requireNotUnwrapped(key, theft.getKey(), theft.getValue());
        }
        requireNotReadable(key, lawful);
      }
    }
  }

  private static Map<String, Template> thefts(Template lawful) {
    Map<String, Template> thefts = new LinkedHashMap<>();
    thefts.put("no key in clear", lawful.with(CKA_SENSITIVE, false));
    thefts.put("no extractable key", lawful.with(CKA_EXTRACTABLE, true));
    thefts.put("no key that decrypts", lawful.with(CKA_DECRYPT, true));
    thefts.put("no key that stays", lawful.with(CKA_TOKEN, true));
    thefts.put(
        "no key as a secret",
        Template.empty()
            .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_GENERIC_SECRET)
            .with(CKA_TOKEN, false)
            .with(CKA_SENSITIVE, false)
            .with(CKA_EXTRACTABLE, true));
    return thefts;
  }

  private void requireNotUnwrapped(KeyRecord key, String name, Template template)
      throws TokenAwayException {
    requireRefused(
        key,
        name,
        (session, keys) -> {
          ObjectHandle stolen = unwrap(session, keys, key, template);
          session.destroy(stolen);
        });
  }

  private void requireNotReadable(KeyRecord key, Template lawful) throws TokenAwayException {
    requireRefused(
        key,
        "no unwrapped key is read",
        (session, keys) -> {
          try (TransientKey canary =
              new TransientKey(session, unwrap(session, keys, key, lawful))) {
            session.attributes(canary.handle(), List.of(CKA_VALUE));
          }
        });
    requireRefused(
        key,
        "no unwrapped key is wrapped again",
        (session, keys) -> {
          try (TransientKey canary =
              new TransientKey(session, unwrap(session, keys, key, lawful))) {
            session.wrap(Mechanism.of(key.mechanism()), keys.of(key.id()), canary.handle());
          }
        });
  }

  /** What must fail in the token; if it does not, it destroys what it made. */
  private interface Theft {
    void attempt(Pkcs11Session session, TokenKeys keys) throws Pkcs11Exception;
  }

  /** The good end of an attempt. Thrown, so that the session that saw an error is closed. */
  private static final class TheftRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    TheftRefusedException(Throwable cause) {
      super(cause);
    }
  }

  private void requireRefused(KeyRecord key, String check, Theft theft)
      throws TokenAwayException {
    try {
      custody.<Boolean, TheftRefusedException>use(
          (session, keys) -> {
            try {
              theft.attempt(session, keys);
              return true;
            } catch (Pkcs11Exception e) {
              if (e.reaction() == Reaction.NEVER_RETRY || WrappedKeyFaults.mayBeOfBlob(e)) {
                throw new TheftRefusedException(e);
              }
              throw e;
            }
          });
    } catch (TheftRefusedException expected) {
      return;
    }
    throw new HsmRefusedException(token.role(), key.id(), check);
  }

  private static ObjectHandle unwrap(
      Pkcs11Session session, TokenKeys keys, KeyRecord key, Template template)
      throws Pkcs11Exception {
    return session.unwrap(
        Mechanism.of(key.mechanism()), keys.of(key.id()), key.checkBytes("wrappedKey"), template);
  }
}
