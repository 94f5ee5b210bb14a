package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_KEY_TYPE;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;
import static eus.bakq.pkcs11.AttributeType.CKA_VALUE;

import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Template;
import eus.bakq.pkcs11.Theft;
import eus.bakq.server.hsm.CeremonyTranscript.KeyRecord;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.CeremonyTranscript.Use;

/**
 * Tries, before a token serves, on the canary what a thief would try on a citizen's key. A token in
 * which that succeeds is refused.
 */
final class TokenProbe {
  private final SessionPool custody;
  private final TokenRecord token;

  /**
   * @param custody whose keys were verified: the canary opens
   */
  TokenProbe(SessionPool custody, TokenRecord token) {
    this.custody = custody;
    this.token = token;
  }

  /**
   * Tries all on each wrapping key that is used.
   *
   * @throws HsmRefusedException if one succeeds
   * @throws TokenAwayException if the token does not answer
   */
  void run() throws TokenAwayException {
    for (KeyRecord key : token.keys()) {
      if (key.use() == Use.WRAPPING && !key.ended()) {
        for (Theft theft : thefts(key)) {
          requireRefused(key, theft);
        }
      }
    }
  }

  private static Iterable<Theft> thefts(KeyRecord key) {
    Template lawful =
        key.objects()
            .getFirst()
            .nested(CKA_UNWRAP_TEMPLATE)
            .with(CKA_CLASS, Constant.CKO_PRIVATE_KEY)
            .with(CKA_KEY_TYPE, Constant.CKK_EC);
    return Theft.all(
        Mechanism.of(key.mechanism()), key.checkBytes("wrappedKey"), lawful, CKA_VALUE);
  }

  /** The good end of an attempt. Thrown, so that the session that saw an error is closed. */
  private static final class TheftRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    TheftRefusedException(Throwable cause) {
      super(cause);
    }
  }

  private void requireRefused(KeyRecord key, Theft theft) throws TokenAwayException {
    try {
      custody.<Boolean, TheftRefusedException>use(
          (session, keys) -> {
            try {
              theft.attempt(session, keys.of(key.id()));
              return true;
            } catch (Pkcs11Exception e) {
              if (Theft.isRefusal(e)) {
                throw new TheftRefusedException(e);
              }
              throw e;
            }
          });
    } catch (TheftRefusedException expected) {
      return;
    }
    throw new HsmRefusedException(token.role(), key.id(), theft.check());
  }
}
