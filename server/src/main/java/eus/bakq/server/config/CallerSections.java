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

/** Reads the {@code callers}: who is registered, by which certificate, in which role. */
final class CallerSections {
  static final int MOST = 10_000;

  private CallerSections() {}

  static List<RegisteredCaller> read(List<ConfigurationSection> sections) {
    List<RegisteredCaller> callers = new ArrayList<>();
    for (ConfigurationSection section : sections) {
      caller(section).ifPresent(callers::add);
    }
    return callers;
  }

  private static Optional<RegisteredCaller> caller(ConfigurationSection section) {
    String name = section.text("name");
    CallerRole role = section.word("role", CallerRole.class);
    String certificate = section.text("certificateSha256");
    Map<Language, String> names = displayNames(section.section("displayNames"));
    Optional<String> dni = section.optionalText("dni");
    ConfigurationSection quotas = section.section("quotas");
    int calls = quotas.number("callsPerMinute", 60);
    int documents = quotas.number("documentsPerRequest", 20);
    int open = quotas.number("openRequests", 1000);
    quotas.end();
    section.end();
    return section.make(
        () ->
            new RegisteredCaller(
                new CallerName(name),
                role,
                Bytes.fromHex(certificate),
                names,
                dni.map(Dni::parse).map(Dni::value),
                new CallerQuotas(calls, documents, open)));
  }

  private static Map<Language, String> displayNames(ConfigurationSection section) {
    Map<Language, String> names = new EnumMap<>(Language.class);
    for (Language language : Language.values()) {
      section.optionalText(language.tag()).ifPresent(name -> names.put(language, name));
    }
    section.end();
    return names;
  }
}
