package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What the demo's jar on the class path does to a server (docs/sole-control.md section 7). */
class DemoProfileTest {
  private static final Path SOUND =
      Path.of("../server/src/test/resources/eus/bakq/server/config/smallest.yaml");

  @Test
  void isFoundByTheServerAndAlone() {
    assertThat(ServiceLoader.load(ProfileExtension.class))
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found).isInstanceOf(DemoProfile.class);
              assertThat(found.profile()).isEqualTo(Profile.DEMO);
            });
  }

  @Test
  void aProductionServerDoesNotStartBesideIt() throws Exception {
    Ended ended = server("--check-config", SOUND.toString());

    assertThat(ended.said())
        .contains(
            "The server does not start: the DEMO profile is installed, and this is a server of the"
                + " PRODUCTION profile.");
    assertThat(ended.with()).isEqualTo(1);
  }

  @Test
  void aDemoServerTakesIt() throws Exception {
    Ended ended = server("--profile", "demo", "--check-config", SOUND.toString());

    assertThat(ended.said()).contains("the configuration is sound");
    assertThat(ended.with()).isZero();
  }

  private record Ended(int with, String said) {}

  /** The program itself, on the class path of this test. */
  private static Ended server(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("eus.bakq.server.Main");
    command.addAll(List.of(words));
    Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(program.waitFor(), said);
  }
}
