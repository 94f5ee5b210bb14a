package eus.bakq.server.config;

import eus.bakq.server.caller.CallerQuotas;
import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.Dni;
import eus.bakq.server.vocabulary.Language;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the {@code callers}: who is registered, by which certificate, in which role. */
final class CallerSections {
  private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");

  private CallerSections() {}

  static List<RegisteredCaller> read(List<ConfigurationSection> sections) {
    List<RegisteredCaller> callers = new ArrayList<>();
    for (ConfigurationSection section : sections) {
      caller(section).ifPresent(callers::add);
    }
    return callers;
  }

  private static Optional<RegisteredCaller> caller(ConfigurationSection section) {
    String written = section.text("name");
    Optional<CallerName> name = section.makeOf("name", () -> new CallerName(written));
    CallerRole role = section.word("role", CallerRole.class);
    String hex = section.text("certificateSha256");
    Optional<Bytes> certificate = section.makeOf("certificateSha256", () -> sha256(hex));
    Map<Language, String> names = displayNames(section.section("displayNames"));
    Optional<String> number =
        section.optionalText("dni", "required for officers, refused for others");
    Optional<Dni> dni = number.flatMap(given -> section.makeOf("dni", () -> Dni.parse(given)));
    ConfigurationSection quotas = section.section("quotas");
    int calls = quotas.number("callsPerMinute", 60);
    int documents = quotas.number("documentsPerRequest", 20);
    int open = quotas.number("openRequests", 1000);
    quotas.end();
    section.end();
    if (name.isEmpty() || certificate.isEmpty() || dni.isPresent() != number.isPresent()) {
      return Optional.empty();
    }
    return section.make(
        () ->
            new RegisteredCaller(
                name.get(),
                role,
                certificate.get(),
                names,
                dni.map(Dni::value),
                new CallerQuotas(calls, documents, open)));
  }

  private static Bytes sha256(String hex) {
    if (!SHA256.matcher(hex).matches()) {
      throw new IllegalArgumentException("has 64 hexadecimal digits");
    }
    return Bytes.fromHex(hex);
  }

  private static Map<Language, String> displayNames(ConfigurationSection section) {
    Map<Language, String> names = new EnumMap<>(Language.class);
    for (Language language : Language.values()) {
      section.optionalText(language.tag(), "the name").ifPresent(name -> names.put(language, name));
    }
    section.end();
    return names;
  }
}
