package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.sam.LedgerState;
import eus.bakq.server.signing.SignatureRequestState;
import eus.bakq.server.vocabulary.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model of the ledger (docs/model.md) holds in every state, each fault that is put into it is
 * found, and what it stands for is in the code.
 */
class LedgerModelTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path DOCUMENT = ROOT.resolve("docs/model.md");
  private static final Path MODEL = ROOT.resolve("models/ledger.pml");
  private static final int MOST_MINUTES = 10;

  @TempDir Path folder;

  @Test
  @DisplayName("SAD-01, SAD-05, SAD-08, SAD-16: the model holds in every state that it can reach")
  void holdsInEveryStateAndFindsEveryFault() throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(ROOT.resolve("model").toString(), folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);

    assertThat(ended).as("%s", lines).isTrue();
    assertThat(process.exitValue()).as("%s", lines).isZero();
    assertThat(lines).filteredOn(line -> line.contains("found holds")).hasSize(2);
    assertThat(lines.stream().map(line -> line.split(" ", 2)[0]))
        .containsAll(named(Pattern.compile("`(fault-[a-z-]+)`")));
    assertThat(lines)
        .filteredOn(line -> line.startsWith("fault-"))
        .hasSize(named(Pattern.compile("`(fault-[a-z-]+)`")).size())
        .allMatch(line -> line.contains("found assertion") || line.contains("found cycle"));
  }

  @Test
  void whatItStandsForIsInTheCode() throws Exception {
    List<String> methods = named(Pattern.compile("`([a-z]+\\.[A-Z]\\w+\\.[a-z]\\w+)`"));

    assertThat(methods).hasSizeGreaterThan(30).allSatisfy(LedgerModelTest::assertIsThere);
  }

  /** Each fault of the model is a case of the command, and told of in the document. */
  @Test
  void everyFaultOfTheModelIsTried() throws IOException {
    List<String> switches = matches(MODEL, Pattern.compile("(?m)^#ifn?def (FAULT_\\w+)"));

    assertThat(switches).isNotEmpty();
    assertThat(matches(ROOT.resolve("model"), Pattern.compile("-D(FAULT_\\w+)")))
        .containsAll(switches);
  }

  /**
   * The steps that the model asserts of each that it takes are those of the code; and it takes none
   * without asserting, and comes to every state.
   */
  @Test
  @DisplayName("SAD-08: the model's steps of request and ledger are those of the enums")
  void itsStepsAreThoseOfTheCode() throws IOException {
    assertThat(steps("mayMove")).isEqualTo(steps(SignatureRequestState.values()));
    Map<String, Set<String>> ofOccurrences = new TreeMap<>();
    ofOccurrences.put("NOTHING", Set.of("ISSUED"));
    steps(LedgerState.values())
        .forEach((from, to) -> ofOccurrences.put(from.equals("AUTHORISED") ? "ISSUED" : from, to));
    assertThat(steps("mayStep")).isEqualTo(ofOccurrences);

    assertThat(
            matches(MODEL, Pattern.compile("(?m)^ +.*\\b(?:request|ledger\\[[^\\]]+\\]) = (\\w+)")))
        .as("what is changed without being asked for")
        .containsExactly("to");
    assertThat(matches(MODEL, Pattern.compile("moveTo\\(([A-Z]+)\\)")))
        .containsExactlyInAnyOrderElementsOf(targets(steps("mayMove")));
    assertThat(matches(MODEL, Pattern.compile("stepTo\\(.+, ([A-Z]+)\\)")))
        .containsExactlyInAnyOrderElementsOf(targets(steps("mayStep")));
  }

  private static Set<String> targets(Map<String, Set<String>> steps) {
    return steps.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
  }

  /** What may follow each state that is not the last, by the table {@code name} of the model. */
  private static Map<String, Set<String>> steps(String name) throws IOException {
    Map<String, Set<String>> steps = new TreeMap<>();
    String model = Files.readString(MODEL, StandardCharsets.UTF_8);
    int begin = model.indexOf("#define " + name);
    String table = model.substring(begin, model.indexOf("\n#", begin));
    for (String line : table.lines().skip(1).toList()) {
      Set<String> to = new TreeSet<>();
      Pattern.compile("\\(to\\) == (\\w+)")
          .matcher(line)
          .results()
          .forEach(m -> to.add(m.group(1)));
      steps.put(line.replaceFirst(" *\\(from\\) == (\\w+) .*", "$1"), to);
    }
    return steps;
  }

  private static <S extends Enum<S> & State<S>> Map<String, Set<String>> steps(S[] states) {
    Map<String, Set<String>> steps = new TreeMap<>();
    for (S state : states) {
      if (!state.next().isEmpty()) {
        steps.put(state.name(), state.next().stream().map(Enum::name).collect(Collectors.toSet()));
      }
    }
    return steps;
  }

  private static void assertIsThere(String method) {
    int dot = method.lastIndexOf('.');
    try {
      Class<?> type =
          Class.forName(
              "eus.bakq.server." + method.substring(0, dot),
              false,
              LedgerModelTest.class.getClassLoader());
      assertThat(Arrays.stream(type.getDeclaredMethods()).map(one -> one.getName()))
          .contains(method.substring(dot + 1));
    } catch (ClassNotFoundException e) {
      throw new AssertionError(method + " is not in the code", e);
    }
  }

  private static List<String> named(Pattern pattern) throws IOException {
    return matches(DOCUMENT, pattern);
  }

  private static List<String> matches(Path file, Pattern pattern) throws IOException {
    try (Stream<MatchResult> found =
        pattern.matcher(Files.readString(file, StandardCharsets.UTF_8)).results()) {
      return found.map(match -> match.group(1)).distinct().sorted().toList();
    }
  }
}
