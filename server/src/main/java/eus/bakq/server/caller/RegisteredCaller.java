package eus.bakq.server.caller;

import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Language;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A program or person that may call, known by a client certificate.
 *
 * @param certificateSha256 SHA-256 of the client certificate in DER
 * @param displayNames what citizens read: each language, 1 to 40 characters of the GSM 03.38
 *     alphabet (it stands in SMS)
 * @param dni of the person, for officers only (ENR-06)
 * @param quotas the caller's bounds
 */
public record RegisteredCaller(
    CallerName name,
    CallerRole role,
    Bytes certificateSha256,
    Map<Language, String> displayNames,
    Optional<String> dni,
    CallerQuotas quotas) {
  public RegisteredCaller {
    Objects.requireNonNull(name);
    Objects.requireNonNull(role);
    Objects.requireNonNull(dni);
    Objects.requireNonNull(quotas);
    displayNames = Map.copyOf(displayNames);
  }

  /** The name that a citizen reads. */
  public String displayName(Language language) {
    return displayNames.getOrDefault(language, name.value());
  }
}
