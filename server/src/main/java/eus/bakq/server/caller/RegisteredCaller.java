package eus.bakq.server.caller;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.wording.GsmAlphabet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A program or person that may call, known by a client certificate.
 *
 * @param certificateSha256 SHA-256 of the client certificate in DER: 32 bytes
 * @param displayNames what citizens read, by language: 1 to 40 characters of the GSM 03.38 basic
 *     alphabet, in one line (it stands in SMS, OTP-12)
 * @param dni of the person, for registration officers only, who may not register themselves
 *     (ENR-06); {@link RegisteredCallers} holds every officer to it
 * @param quotas the caller's bounds
 */
public record RegisteredCaller(
    CallerName name,
    CallerRole role,
    Bytes certificateSha256,
    Map<Language, String> displayNames,
    Optional<String> dni,
    CallerQuotas quotas) {
  private static final int MOST_DISPLAYED = 40;

  public RegisteredCaller {
    Objects.requireNonNull(name);
    Objects.requireNonNull(role);
    Objects.requireNonNull(dni);
    Objects.requireNonNull(quotas);
    displayNames = Map.copyOf(displayNames);
    if (certificateSha256.size() != 32) {
      throw new IllegalArgumentException("certificateSha256 has 64 hexadecimal digits");
    }
    if (dni.isPresent() && role != CallerRole.REGISTRATION_OFFICER) {
      throw new IllegalArgumentException("only registration officers are registered with a DNI");
    }
    for (String displayName : displayNames.values()) {
      if (displayName.isBlank()
          || displayName.length() > MOST_DISPLAYED
          || displayName.contains("\n")
          || displayName.contains("\r")
          || !GsmAlphabet.covers(displayName)) {
        throw new IllegalArgumentException(
            "a display name has 1 to 40 characters of the GSM 03.38 basic alphabet");
      }
    }
  }

  /** The name that a citizen reads; the registered one if there is none in {@code language}. */
  public String displayName(Language language) {
    return displayNames.getOrDefault(language, name.value());
  }
}
