package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.config.WrittenConfiguration;
import eus.bakq.server.notification.MessageTransport;
import eus.bakq.server.vocabulary.Profile;
import io.grpc.BindableService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says and ends with before it opens anything. */
class MainTest {
  @TempDir Path folder;
  private String configuration;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void writeASoundConfiguration() throws IOException {
    configuration =
        WrittenConfiguration.smallest().writeTo(folder.resolve("server.yaml")).toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--check-config",
        "--migrate",
        "--check-config --migrate FILE",
        "--profile demo",
        "--profile production FILE",
        "--profile",
        "FILE --profile",
        "--demo FILE",
        "FILE FILE"
      })
  void isCalledWithAConfigurationAndNothingElse(String words) {
    List<String> spoken =
        words.isEmpty() ? List.of() : List.of(words.replace("FILE", configuration).split(" "));

    assertThat(run(spoken, new Carrier(Profile.PRODUCTION))).isEqualTo(2);
    assertThat(said()).startsWith("usage: ");
  }

  @Test
  void checksASoundConfigurationAndStartsNothing() {
    int end = run(List.of("--check-config", configuration), new Carrier(Profile.PRODUCTION));

    assertThat(said()).isEqualTo("the configuration is sound\n");
    assertThat(end).isZero();
  }

  @Test
  void namesAllThatIsWrongWithAConfiguration() throws IOException {
    WrittenConfiguration.smallest()
        .without("smsHost")
        .with("colour", "red")
        .writeTo(folder.resolve("server.yaml"));

    assertThat(run(List.of("--check-config", configuration), new Carrier(Profile.PRODUCTION)))
        .isEqualTo(1);
    assertThat(said())
        .startsWith("The server does not start: the configuration has 2 fault(s):")
        .contains("smsHost: is missing", "colour: is no key of this server");
  }

  @Test
  void saysThatThereIsNoSuchFile() {
    assertThat(run(List.of("nowhere.yaml"), new Carrier(Profile.PRODUCTION))).isEqualTo(1);
    assertThat(said()).contains("the file does not exist");
  }

  /** docs/sole-control.md section 7: no server of one profile uses what is made for the other. */
  @Test
  void aProductionServerDoesNotStartBesideTheDemo() {
    assertThat(
            run(List.of(configuration), new Carrier(Profile.PRODUCTION), new Carrier(Profile.DEMO)))
        .isEqualTo(1);
    assertThat(said())
        .startsWith(
            "The server does not start: the DEMO profile is installed, and this is a server of the"
                + " PRODUCTION profile.");
  }

  @Test
  void aDemoServerDoesNotStartBesideWhatIsMadeForProduction() {
    assertThat(
            run(
                List.of("--profile", "demo", configuration),
                new Carrier(Profile.DEMO),
                new Carrier(Profile.PRODUCTION)))
        .isEqualTo(1);
    assertThat(said())
        .startsWith(
            "The server does not start: the PRODUCTION profile is installed, and this is a server of"
                + " the DEMO profile.");
  }

  @Test
  void aServerThatCannotSendMessagesDoesNotStart() {
    assertThat(run(List.of(configuration))).isEqualTo(1);
    assertThat(said()).contains("nothing installed that carries SMS and e-mail");
  }

  @Test
  void aServerDoesNotChooseByWhomItSends() {
    assertThat(
            run(
                List.of(configuration),
                new Carrier(Profile.PRODUCTION),
                new Carrier(Profile.PRODUCTION)))
        .isEqualTo(1);
    assertThat(said()).contains("more than one part is installed");
  }

  private int run(List<String> words, ProfileExtension... installed) {
    return Main.run(
        words,
        List.of(installed),
        new PrintStream(said, true, StandardCharsets.UTF_8),
        new Termination());
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  /** Carries nothing: these servers end before there is anything to send. */
  private record Carrier(Profile profile) implements ProfileExtension {
    @Override
    public MessageTransport messageTransport() {
      throw new AssertionError("no server of this test sends");
    }

    @Override
    public List<BindableService> services(AuthorisationParts parts) {
      throw new AssertionError("no server of this test opens its doors");
    }
  }
}
