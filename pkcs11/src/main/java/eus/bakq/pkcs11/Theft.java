package eus.bakq.pkcs11;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;

import java.util.List;

/**
 * Something that a thief with the PIN would try on a wrapped key. There are tokens that take an
 * unwrap template and do not hold to it: each of these must fail in the token. The server and the
 * program {@code probe} try the same ones, so that both say the same of a token.
 */
public final class Theft {
  private interface Attempt {
    void run(Pkcs11Session session, ObjectHandle wrappingKey) throws Pkcs11Exception;
  }

  private final String check;
  private final Attempt attempt;

  private Theft(String check, Attempt attempt) {
    this.check = check;
    this.attempt = attempt;
  }

  /**
   * All of them.
   *
   * @param mechanism that wrapped the key
   * @param blob the wrapped key, a throw-away one; it must be known to open with {@code lawful}
   * @param lawful how it is opened by who may: with class and key type
   * @param secret what must not be read of it, such as CKA_VALUE
   */
  public static List<Theft> all(
      Mechanism mechanism, byte[] blob, Template lawful, AttributeType secret) {
    byte[] wrapped = blob.clone();
    return List.of(
        opening("no key in clear", mechanism, wrapped, lawful.with(CKA_SENSITIVE, false)),
        opening("no extractable key", mechanism, wrapped, lawful.with(CKA_EXTRACTABLE, true)),
        opening("no key that decrypts", mechanism, wrapped, lawful.with(CKA_DECRYPT, true)),
        opening("no key that stays", mechanism, wrapped, lawful.with(CKA_TOKEN, true)),
        opening("no key as a secret", mechanism, wrapped, asSecret()),
        new Theft(
            "no unwrapped key is read",
            (session, wrappingKey) -> {
              ObjectHandle key = session.unwrap(mechanism, wrappingKey, wrapped, lawful);
              try {
                session.attributes(key, List.of(secret));
              } finally {
                session.destroy(key);
              }
            }),
        new Theft(
            "no unwrapped key is wrapped again",
            (session, wrappingKey) -> {
              ObjectHandle key = session.unwrap(mechanism, wrappingKey, wrapped, lawful);
              try {
                session.wrap(mechanism, wrappingKey, key);
              } finally {
                session.destroy(key);
              }
            }));
  }

  private static Template asSecret() {
    return Template.empty()
        .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
        .with(CKA_KEY_TYPE, Constant.CKK_GENERIC_SECRET)
        .with(CKA_TOKEN, false)
        .with(CKA_SENSITIVE, false)
        .with(CKA_EXTRACTABLE, true);
  }

  private static Theft opening(
      String check, Mechanism mechanism, byte[] wrapped, Template template) {
    return new Theft(
        check,
        (session, wrappingKey) ->
            session.destroy(session.unwrap(mechanism, wrappingKey, wrapped, template)));
  }

  /** What holds if it fails, in words. */
  public String check() {
    return check;
  }

  /**
   * Tries it. Whatever it makes it destroys. That it returns means that it succeeded, and the token
   * is not to be used; the session may be used again only then.
   *
   * @throws Pkcs11Exception if it did not; whether the token has refused it says {@link #isRefusal}
   */
  public void attempt(Pkcs11Session session, ObjectHandle wrappingKey) throws Pkcs11Exception {
    attempt.run(session, wrappingKey);
  }

  /** Whether {@code failure} is what a token says that refuses, and not one that is ill. */
  public static boolean isRefusal(Pkcs11Exception failure) {
    return failure.reaction() == Reaction.NEVER_RETRY || failure.mayBeOfWrappedKey();
  }
}
