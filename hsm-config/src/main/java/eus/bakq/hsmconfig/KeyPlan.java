package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_ALLOWED_MECHANISMS;
import static eus.bakq.pkcs11.AttributeType.CKA_EXTRACTABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_MODIFIABLE;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_SENSITIVE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static eus.bakq.pkcs11.AttributeType.CKA_UNWRAP_TEMPLATE;

import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One key that a token must hold.
 *
 * @param id its label and its CKA_ID: 1 to 32 lower-case letters, digits and hyphens
 * @param purpose what it is for, in words
 * @param mechanism the only one that it is used with
 * @param attributes the whole list of the secret or private key
 * @param publicAttributes the whole list of the public key; empty for a secret key
 * @param certificate for {@link KeyUse#AUTHORITY} only
 */
record KeyPlan(
    String id,
    KeyUse use,
    String purpose,
    Constant mechanism,
    Template attributes,
    Optional<Template> publicAttributes,
    Optional<CertificatePlan> certificate) {
  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");
  private static final Map<AttributeType, Boolean> ALWAYS =
      Map.of(
          CKA_TOKEN, true,
          CKA_PRIVATE, true,
          CKA_SENSITIVE, true,
          CKA_EXTRACTABLE, false,
          CKA_MODIFIABLE, false);

  /**
   * The authority's self-signed certificate.
   *
   * @param subject an X.500 name in the form of RFC 4514
   * @param years how long it is valid: 1 to 20
   */
  record CertificatePlan(Template attributes, String subject, int years) {
    CertificatePlan {
      if (years < 1 || years > 20) {
        throw new IllegalArgumentException("an authority's certificate is valid for 1 to 20 years");
      }
    }
  }

  KeyPlan {
    require(ID.matcher(id).matches(), id, "an id has 1 to 32 lower-case letters, digits, hyphens");
    require(!purpose.isBlank(), id, "the purpose must be said");
    ALWAYS.forEach(
        (type, value) -> require(attributes.has(type, value), id, type + " must be " + value));
    require(
        attributes.hasOnly(CKA_ALLOWED_MECHANISMS, mechanism),
        id,
        "CKA_ALLOWED_MECHANISMS must be its mechanism");
    boolean pair = use == KeyUse.SIGNING || use == KeyUse.AUTHORITY;
    require(publicAttributes.isPresent() == pair, id, "publicAttributes go with a key pair");
    require(
        certificate.isPresent() == (use == KeyUse.AUTHORITY),
        id,
        "a certificate goes with the use authority");
    Template unwrapped = attributes.nested(CKA_UNWRAP_TEMPLATE);
    require(
        use != KeyUse.WRAPPING
            || (unwrapped.has(CKA_SENSITIVE, true) && unwrapped.has(CKA_EXTRACTABLE, false)),
        id,
        "without CKA_UNWRAP_TEMPLATE whoever has the PIN can read citizens' keys");
  }

  private static void require(boolean condition, String id, String rule) {
    if (!condition) {
      throw new IllegalArgumentException("key " + id + ": " + rule);
    }
  }
}
