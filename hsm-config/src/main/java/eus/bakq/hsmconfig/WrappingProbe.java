package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_DECRYPT;
import static eus.bakq.pkcs11.AttributeType.CKA_DERIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_PARAMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EC_POINT;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_MODULUS_BITS;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE_EXPONENT;
import static eus.bakq.pkcs11.AttributeType.CKA_PUBLIC_EXPONENT;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_SIGN;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE_LEN;
import static eus.bakq.pkcs11.AttributeType.CKA_VERIFY;
import static eus.bakq.pkcs11.AttributeType.CKA_WRAP;

import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.KeyPairHandles;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.pkcs11.Theft;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what a token enforces, by a throw-away wrapping key of planned attributes and
 * throw-away citizens' keys: all live in one session, and nothing is left behind. The user must be
 * logged in. For one thread.
 */
final class WrappingProbe {
  private static final byte[] P256 = HexFormat.of().parseHex("06082a8648ce3d030107");

  /**
   * Makes a key that can be wrapped, and no more, where a token refuses to make the planned one.
   */
  private static final Template PLAIN =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_SECRET_KEY)
          .with(CKA_KEY_TYPE, Constant.CKK_AES)
          .with(CKA_VALUE_LEN, 32)
          .with(CKA_TOKEN, false)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, false)
          .with(CKA_DECRYPT, false)
          .with(CKA_WRAP, true)
          .with(CKA_UNWRAP, true);

  /** How a key is opened by who may, where the plan does not say it, or the token not know it. */
  private static final Template LAWFUL =
      Template.empty()
          .with(CKA_TOKEN, false)
          .with(CKA_PRIVATE, true)
          .with(CKA_SENSITIVE, true)
          .with(CKA_EXTRACTABLE, false)
          .with(CKA_SIGN, true)
          .with(CKA_DECRYPT, false)
          .with(CKA_UNWRAP, false);

  /** A kind of citizens' keys. */
  private enum Kind {
    EC,
    RSA
  }

  /**
   * What was found.
   *
   * @param check what should hold, in words
   * @param reason what the token said, or that it did it; for who reads it
   */
  record Finding(String check, boolean passed, String reason) {}

  private final Pkcs11Module module;
  private final long slot;
  private final ModuleProfile profile;
  private final Mechanism mechanism;
  private final Template planned;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * @param profile of the module
   * @param planned the whole attribute list of the wrapping key, as a plan has it
   */
  WrappingProbe(Pkcs11Module module, long slot, ModuleProfile profile, Template planned) {
    this.module = module;
    this.slot = slot;
    this.profile = profile;
    this.mechanism = Mechanism.of(profile.wrapMechanism());
    this.planned = planned.with(CKA_TOKEN, false);
  }

  /**
   * Tries all.
   *
   * @throws Pkcs11Exception if the token is ill: it neither does nor refuses what it is asked
   */
  List<Finding> run() throws Pkcs11Exception {
    try (Pkcs11Session session = module.openSession(slot)) {
      requireSessions();
      ObjectHandle wrappingKey = wrappingKey(session);
      for (Kind kind : Kind.values()) {
        probe(kind, session, wrappingKey);
      }
      requireRefused(
          "the wrapping key is not read", each -> each.attributes(wrappingKey, List.of(CKA_VALUE)));
      requireRefused(
          "the wrapping key does not decrypt",
          each -> each.decrypt(Mechanism.of(Constant.CKM_AES_ECB), wrappingKey, new byte[16]));
      requireRefused(
          "the wrapping key is not changed",
          each -> each.change(wrappingKey, Template.empty().with(CKA_DECRYPT, true)));
      return List.copyOf(findings);
    }
  }

  /** As many as the profile says, beside the one that is open. */
  private void requireSessions() throws Pkcs11Exception {
    String check = "opens " + profile.sessions() + " sessions";
    List<Pkcs11Session> opened = new ArrayList<>();
    try {
      while (opened.size() < profile.sessions() - 1) {
        opened.add(module.openSession(slot));
      }
      findings.add(new Finding(check, true, "opened"));
    } catch (Pkcs11Exception e) {
      findings.add(new Finding(check, false, e.getMessage()));
    } finally {
      for (Pkcs11Session each : opened) {
        each.close();
      }
    }
  }

  private ObjectHandle wrappingKey(Pkcs11Session session) throws Pkcs11Exception {
    String check = "makes a wrapping key as it is planned";
    Mechanism generation = Mechanism.of(Constant.CKM_AES_KEY_GEN);
    ObjectHandle made;
    try {
      made = session.generateKey(generation, planned.withoutSetByToken());
    } catch (Pkcs11Exception e) {
      requireAnswer(e);
      findings.add(new Finding(check, false, e.getMessage()));
      return session.generateKey(generation, PLAIN);
    }
    try {
      boolean same = session.attributes(made, planned.types()).equals(planned);
      findings.add(new Finding(check, same, same ? "made" : "made with other attributes"));
    } catch (Pkcs11Exception e) {
      requireAnswer(e);
      findings.add(new Finding(check, false, e.getMessage()));
    }
    return made;
  }

  /** A wrapped key, and what the module wants to be told of it when it is opened. */
  private static final class Wrapped {
    private final byte[] blob;
    private final Template own;

    Wrapped(byte[] blob, Template own) {
      this.blob = blob;
      this.own = own;
    }
  }

  private void probe(Kind kind, Pkcs11Session session, ObjectHandle wrappingKey)
      throws Pkcs11Exception {
    String check = kind + ": opens what it wrapped, to sign";
    Wrapped wrapped;
    try {
      wrapped = wrapped(kind, session, wrappingKey);
    } catch (Pkcs11Exception e) {
      requireAnswer(e);
      findings.add(new Finding(check, false, e.getMessage()));
      return;
    }
    byte[] blob = wrapped.blob;
    Template asPlanned = of(kind, planned.nested(CKA_UNWRAP_TEMPLATE), wrapped);
    Optional<Pkcs11Exception> refused = opening(kind, wrappingKey, blob, asPlanned);
    findings.add(
        new Finding(
            check, refused.isEmpty(), refused.map(Pkcs11Exception::getMessage).orElse("opened")));
    Template lawful = refused.isEmpty() ? asPlanned : of(kind, LAWFUL, wrapped);
    if (refused.isPresent() && opening(kind, wrappingKey, blob, lawful).isPresent()) {
      return; // whatever else it refuses would say nothing
    }
    for (Theft theft : Theft.all(mechanism, blob, lawful, secret(kind))) {
      requireRefused(kind + ": " + theft.check(), each -> theft.attempt(each, wrappingKey));
    }
  }

  /**
   * Opens the key as {@code template} says, and signs with it; how the token refuses, if it does.
   */
  private Optional<Pkcs11Exception> opening(
      Kind kind, ObjectHandle wrappingKey, byte[] blob, Template template) throws Pkcs11Exception {
    try (Pkcs11Session own = module.openSession(slot)) {
      signOnce(kind, own, own.unwrap(mechanism, wrappingKey, blob, template));
      return Optional.empty();
    } catch (Pkcs11Exception e) {
      requireAnswer(e);
      return Optional.of(e);
    }
  }

  private Wrapped wrapped(Kind kind, Pkcs11Session session, ObjectHandle wrappingKey)
      throws Pkcs11Exception {
    KeyPairHandles pair =
        session.generateKeyPair(
            Mechanism.of(
                switch (kind) {
                  case EC -> Constant.CKM_EC_KEY_PAIR_GEN;
                  case RSA -> Constant.CKM_RSA_PKCS_KEY_PAIR_GEN;
                }),
            publicTemplate(kind),
            Template.empty()
                .with(CKA_TOKEN, false)
                .with(CKA_PRIVATE, true)
                .with(CKA_SENSITIVE, true)
                .with(CKA_EXTRACTABLE, true)
                .with(CKA_SIGN, true)
                .with(CKA_UNWRAP, false)
                .with(CKA_DERIVE, false));
    try {
      return new Wrapped(
          session.wrap(mechanism, wrappingKey, pair.privateKey()),
          own(kind, session, pair.publicKey()));
    } finally {
      session.destroy(pair.privateKey());
      session.destroy(pair.publicKey());
    }
  }

  private Template own(Kind kind, Pkcs11Session session, ObjectHandle publicKey)
      throws Pkcs11Exception {
    Template own = Template.empty();
    if (kind == Kind.EC) {
      for (Map.Entry<AttributeType, ModuleProfile.Source> each :
          profile.ecUnwrapAttributes().entrySet()) {
        byte[] value =
            switch (each.getValue()) {
              case EC_POINT ->
                  session.attributes(publicKey, List.of(CKA_EC_POINT)).octets(CKA_EC_POINT);
            };
        own = own.with(each.getKey(), value);
      }
    }
    return own;
  }

  private static void signOnce(Kind kind, Pkcs11Session session, ObjectHandle key)
      throws Pkcs11Exception {
    try {
      session.sign(
          Mechanism.of(
              switch (kind) {
                case EC -> Constant.CKM_ECDSA;
                case RSA -> Constant.CKM_RSA_PKCS;
              }),
          key,
          new byte[32]);
    } finally {
      session.destroy(key);
    }
  }

  private static Template of(Kind kind, Template template, Wrapped wrapped) {
    Template opened =
        template
            .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
            .with(
                CKA_KEY_TYPE,
                switch (kind) {
                  case EC -> Constant.CKK_EC;
                  case RSA -> Constant.CKK_RSA;
                });
    for (AttributeType own : wrapped.own.types()) {
      opened = opened.with(own, wrapped.own.octets(own));
    }
    return opened;
  }

  private static Template publicTemplate(Kind kind) {
    Template any = Template.empty().with(CKA_TOKEN, false).with(CKA_VERIFY, true);
    return switch (kind) {
      case EC -> any.with(CKA_EC_PARAMS, P256);
      case RSA -> any.with(CKA_MODULUS_BITS, 2048).with(CKA_PUBLIC_EXPONENT, new byte[] {1, 0, 1});
    };
  }

  private static AttributeType secret(Kind kind) {
    return switch (kind) {
      case EC -> CKA_VALUE;
      case RSA -> CKA_PRIVATE_EXPONENT;
    };
  }

  private interface Attempt {
    void run(Pkcs11Session session) throws Pkcs11Exception;
  }

  /**
   * In a session of its own, since one that saw an error is not to be used again; and one that may
   * write, so that nothing is refused only because it may not.
   */
  private void requireRefused(String check, Attempt attempt) throws Pkcs11Exception {
    try (Pkcs11Session own = module.openReadWriteSession(slot)) {
      attempt.run(own);
      findings.add(new Finding(check, false, "the token did it"));
    } catch (Pkcs11Exception e) {
      requireAnswer(e);
      findings.add(new Finding(check, true, e.getMessage()));
    }
  }

  private static void requireAnswer(Pkcs11Exception failure) throws Pkcs11Exception {
    if (!Theft.isRefusal(failure)) {
      throw failure;
    }
  }
}
