package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionFileTest {
  @TempDir Path folder;

  @Test
  void findsFilesBesideItself() throws IOException {
    ConnectionFile file =
        read("authority=ca.pem\nsede.address = localhost:8441\nsede.certificate=a\nsede.key=b/c");
    assertThat(file.authority()).isEqualTo(folder.resolve("ca.pem"));
    assertThat(file.address(Door.SEDE)).isEqualTo(new ConnectionFile.Address("localhost", 8441));
    assertThat(file.identity(Door.SEDE))
        .contains(
            new ConnectionFile.ClientIdentity(
                folder.resolve("a"), folder.resolve("b").resolve("c")));
    assertThat(file.identity(Door.SIGNER)).isEmpty();
  }

  @Test
  void refusesKeysThatMeanNothing() {
    assertThatThrownBy(() -> read("signer.certificate = a"))
        .hasMessageContaining("unknown key 'signer.certificate'");
  }

  @Test
  void namesTheKeyThatIsMissing() throws IOException {
    ConnectionFile file = read("sede.address = localhost:1");
    assertThatThrownBy(() -> file.identity(Door.SEDE)).hasMessageContaining("sede.certificate");
    assertThatThrownBy(file::authority).hasMessageContaining("'authority'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:", ":1", "localhost:70000", "a b:1"})
  void refusesWhatIsNoAddress(String address) throws IOException {
    ConnectionFile file = read("sede.address = " + address);
    assertThatThrownBy(() -> file.address(Door.SEDE)).isInstanceOf(FailedException.class);
  }

  @Test
  void saysHowToNameTheFileWhenThereIsNone() {
    StringWriter err = new StringWriter();
    Terminal terminal =
        new StreamTerminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true));
    int exitCode =
        Bakq.run(
            terminal,
            TlsChannels::new,
            "--connection",
            folder.resolve("none").toString(),
            "sede",
            "status",
            "x");
    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains("cannot be read").doesNotContain("\tat ");
  }

  private ConnectionFile read(String content) throws IOException {
    return ConnectionFile.read(Files.writeString(folder.resolve("connection"), content));
  }
}
