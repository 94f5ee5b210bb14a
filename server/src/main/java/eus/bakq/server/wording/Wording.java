package eus.bakq.server.wording;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Every text that a citizen reads, in Basque, Spanish and English. Times are given in the hour of
 * Madrid.
 *
 * <p>Each SMS is in the basic GSM 03.38 alphabet and has at most 160 septets whatever fills its
 * gaps within their bounds (OTP-12): so says a test, and {@link #open} checks what it depends on.
 * No text has both the activation link and a password (ENR-09).
 *
 * <p>Immutable; safe for several threads.
 */
public final class Wording {
  /** The longest name of a sede, in characters of the basic GSM alphabet. */
  public static final int LONGEST_SEDE = 40;

  /** The most documents of one signature. */
  public static final int MOST_DOCUMENTS = 500;

  /** The longest temporary password. */
  public static final int LONGEST_TEMPORARY_PASSWORD = 20;

  /** The longest life of what is sent by SMS. */
  public static final Duration LONGEST_LIFE = Duration.ofMinutes(10);

  private static final int REFERENCE_SIZE = 9;
  private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final String TERMS_VERSION = "1";

  private final Map<Language, Messages> messages = new EnumMap<>(Language.class);
  private final Map<Language, Terms> terms = new EnumMap<>(Language.class);
  private final String smsHost;

  private Wording(String smsHost) {
    this.smsHost = smsHost;
  }

  /**
   * Reads the texts from the jar.
   *
   * @param smsHost the host of the pages on which codes are given, for the last line of SMS
   *     (OTP-10). Who can write it can have browsers offer codes to another site
   * @param codeDigits 6 to 8
   * @throws IllegalArgumentException if {@code smsHost} is no host name in small letters, or so
   *     long that the longest SMS would not fit: 24 characters with 6 digits, 20 with 8
   */
  public static Wording open(String smsHost, int codeDigits) {
    if (!HOST.matcher(smsHost).matches()) {
      throw new IllegalArgumentException("the host of SMS is a host name in small letters");
    }
    if (codeDigits < 6 || codeDigits > 8) {
      throw new IllegalArgumentException("a code has 6 to 8 digits");
    }
    Wording wording = new Wording(smsHost);
    for (Language language : Language.values()) {
      wording.messages.put(language, Messages.load(language));
      wording.terms.put(language, termsIn(language));
      wording.requireSmsFit(language, "0".repeat(codeDigits));
    }
    return wording;
  }

  private static Terms termsIn(Language language) {
    String text = Messages.resource("terms-" + TERMS_VERSION + "." + language.tag() + ".txt");
    return new Terms(
        TERMS_VERSION,
        language,
        text,
        Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8)).sha256());
  }

  private void requireSmsFit(Language language, String code) {
    Signing longest =
        new Signing("x".repeat(LONGEST_SEDE), MOST_DOCUMENTS, "x".repeat(REFERENCE_SIZE));
    Signing single = new Signing("x".repeat(LONGEST_SEDE), 1, "x".repeat(REFERENCE_SIZE));
    try (SecretBytes secret = SecretBytes.takeOver(code.getBytes(StandardCharsets.US_ASCII))) {
      int size =
          Math.max(
              signatureCode(language, longest, secret, LONGEST_LIFE).length(),
              signatureCode(language, single, secret, LONGEST_LIFE).length());
      if (size > GsmAlphabet.SEPTETS_OF_ONE_MESSAGE) {
        throw new IllegalArgumentException(
            "the host of SMS is %d characters too long"
                .formatted(size - GsmAlphabet.SEPTETS_OF_ONE_MESSAGE));
      }
    }
  }

  /** The terms and conditions in force. */
  public Terms terms(Language language) {
    return terms.get(language);
  }

  /**
   * E-mail: the activation link.
   *
   * @param link secret
   */
  public EmailText activationLink(Language language, String link, Instant expiresAt) {
    return email(
        language,
        "activation-link",
        "activation-link.text",
        Map.of("link", link, "expiry", time(language, expiresAt)));
  }

  /**
   * SMS: the temporary password, which is for setting the own one only (ENR-10).
   *
   * @param password 1 to 20 letters and digits in ASCII; not closed here
   * @param life what is left of it; to be told in whole minutes, 1 to 10
   */
  public String temporaryPassword(Language language, SecretBytes password, Duration life) {
    String shown = ascii(password);
    if (shown.isEmpty() || shown.length() > LONGEST_TEMPORARY_PASSWORD) {
      throw new IllegalArgumentException("a temporary password has 1 to 20 characters");
    }
    return text(
        language, "temporary-password.text", Map.of("password", shown, "minutes", minutes(life)));
  }

  /**
   * SMS: the code of the first authentication. Its last line is bound to our host (OTP-10).
   *
   * @param code decimal digits in ASCII; not closed here
   */
  public String activationCode(Language language, SecretBytes code, Duration life) {
    return text(
        language,
        "activation-code.text",
        Map.of("code", ascii(code), "minutes", minutes(life), "host", smsHost));
  }

  /**
   * SMS: the code for one frozen set of a sede (OTP-11).
   *
   * @param code decimal digits in ASCII; not closed here
   */
  public String signatureCode(Language language, Signing signing, SecretBytes code, Duration life) {
    return text(
        language,
        "signature-code" + signing.number() + ".text",
        Map.of(
            "code", ascii(code),
            "count", Integer.toString(signing.count()),
            "sede", signing.sede(),
            "reference", signing.reference(),
            "minutes", minutes(life),
            "host", smsHost));
  }

  /**
   * SMS: the code for changing the password. Its last line is bound to our host (OTP-10).
   *
   * @param code decimal digits in ASCII; not closed here
   */
  public String passwordChangeCode(Language language, SecretBytes code, Duration life) {
    return text(
        language,
        "password-change-code.text",
        Map.of("code", ascii(code), "minutes", minutes(life), "host", smsHost));
  }

  /** E-mail: one more failure locks {@code scope} (AUT-10). */
  public EmailText lockWarning(Language language, LockScope scope, Instant lastFailure) {
    return email(language, "lock-warning." + scope.key(), lastFailure);
  }

  /** E-mail: {@code scope} is locked. */
  public EmailText accountLocked(Language language, LockScope scope, Instant lockedAt) {
    return email(language, "account-locked." + scope.key(), lockedAt);
  }

  /** E-mail: BakQ is active. */
  public EmailText activationCompleted(Language language, Instant completedAt) {
    return email(language, "activation-completed", completedAt);
  }

  /** E-mail: documents were signed. */
  public EmailText signatureMade(Language language, Signing signing, Instant signedAt) {
    return email(
        language,
        "signature-made",
        "signature-made" + signing.number() + ".text",
        Map.of(
            "count", Integer.toString(signing.count()),
            "sede", signing.sede(),
            "reference", signing.reference(),
            "time", time(language, signedAt)));
  }

  /**
   * E-mail: what was signed could not be completed, and was never handed out.
   *
   * @param reason one of {@code CompletionFailure}
   */
  public EmailText signatureNotHandedOut(
      Language language, Signing signing, Enum<?> reason, Instant endedAt) {
    return email(
        language,
        "signature-not-handed-out",
        "signature-not-handed-out.text",
        Map.of(
            "count", Integer.toString(signing.count()),
            "sede", signing.sede(),
            "reference", signing.reference(),
            "reason", text(language, "completion-failure." + reason.name(), Map.of()),
            "time", time(language, endedAt)));
  }

  /**
   * E-mail: BakQ is suspended (CRT-09).
   *
   * @param reason one of {@code SuspensionReason}
   */
  public EmailText credentialsSuspended(
      Language language, Enum<?> reason, Instant suspendedAt, Instant until) {
    return email(
        language,
        "credentials-suspended",
        "credentials-suspended.text",
        Map.of(
            "reason", text(language, "suspension-reason." + reason.name(), Map.of()),
            "time", time(language, suspendedAt),
            "end", time(language, until)));
  }

  /** E-mail: the suspension was lifted. */
  public EmailText suspensionLifted(Language language, Instant liftedAt) {
    return email(language, "suspension-lifted", liftedAt);
  }

  /**
   * E-mail: BakQ is revoked (CRT-09).
   *
   * @param reason one of {@code RevocationReason} that a person can be told
   */
  public EmailText credentialsRevoked(Language language, Enum<?> reason, Instant revokedAt) {
    return email(
        language,
        "credentials-revoked",
        "credentials-revoked.text",
        Map.of(
            "reason", text(language, "revocation-reason." + reason.name(), Map.of()),
            "time", time(language, revokedAt)));
  }

  /** E-mail: the certificate's time is over, and BakQ with it (CRT-09). */
  public EmailText credentialsExpired(Language language, Instant endedAt) {
    return email(language, "credentials-expired", endedAt);
  }

  /** E-mail: the password was changed, and with it key and certificate (CRT-09). */
  public EmailText passwordChanged(Language language, Instant changedAt) {
    return email(language, "password-changed", changedAt);
  }

  private EmailText email(Language language, String key, Instant time) {
    return email(language, key, key + ".text", Map.of("time", time(language, time)));
  }

  private EmailText email(
      Language language, String key, String textKey, Map<String, String> values) {
    return new EmailText(text(language, key + ".subject", values), text(language, textKey, values));
  }

  private String text(Language language, String key, Map<String, String> values) {
    return messages.get(language).text(key, values);
  }

  private static String time(Language language, Instant time) {
    Locale locale = Locale.forLanguageTag(language.tag() + "-ES");
    return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
            .withLocale(locale)
            .format(time.atZone(MADRID))
        + DateTimeFormatter.ofPattern(", HH:mm", locale).format(time.atZone(MADRID));
  }

  /** Whole minutes, not more than are left; at least one. */
  private static String minutes(Duration life) {
    if (life.compareTo(LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException("what is sent by SMS lives at most 10 minutes");
    }
    return Long.toString(Math.max(1, life.toMinutes()));
  }

  private static String ascii(SecretBytes secret) {
    return secret.use(bytes -> new String(bytes, StandardCharsets.US_ASCII));
  }
}
