package eus.bakq.hsmconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.hsmconfig.ModuleProfile.AfterLoss;
import eus.bakq.pkcs11.Constant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModuleProfileTest {
  private static final Path FOLDER = Path.of("profiles");

  @TempDir private Path folder;

  static List<Path> profiles() throws Exception {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void eachIsRightAndSaysWhereItComesFrom(Path file) throws Exception {
    assertThat(file.getFileName().toString()).matches("[a-z0-9-]+\\.yaml");
    assertThat(Files.readString(file)).startsWith("# ").contains("ested", ".");

    ModuleProfile profile = ModuleProfile.read(file);

    assertThat(profile.wrapMechanism()).isEqualTo(Constant.CKM_AES_KEY_WRAP_PAD);
    assertThat(Files.readString(Path.of("README.md"))).contains(file.getFileName().toString());
  }

  @Test
  void onlySoftHsmIsKnownToPass() throws Exception {
    for (Path file : profiles()) {
      assertThat(ModuleProfile.read(file).passes()).isEqualTo(file.endsWith("softhsm2.yaml"));
    }
    assertThat(ModuleProfile.read(FOLDER.resolve("network-hsm-template.yaml")).afterLoss())
        .isEqualTo(AfterLoss.PROCESS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          version: 1 | version: 2 | version must be 1
          wrapParameter: none | wrapParameter: iv8 | wrapParameter must be none
          wrapMechanism: CKM_AES_KEY_WRAP_PAD | wrapMechanism: CKK_AES | wrapMechanism is a mechanism
          wrapMechanism: CKM_AES_KEY_WRAP_PAD | wrapMechanism: CKM_NOTHING | CKM_NOTHING
          sessions: 256 | sessions: 257 | sessions is 1 to 256
          sessions: 256 | sessions: 0 | sessions is 1 to 256
          afterLoss: nothing | afterLoss: reload | afterLoss is nothing or process
          afterLoss: nothing | color: red | cannot be read
          passes: true | passes: perhaps | cannot be read
          ecUnwrapAttributes: {} | ecUnwrapAttributes: {CKA_NSS_DB: EC_POINT} | of no use to the server
          ecUnwrapAttributes: {} | ecUnwrapAttributes: {CKA_NSS_DB: secret} | cannot be read
          ecUnwrapAttributes: {} | sessions: 1 | cannot be read
          ecUnwrapAttributes: {} | color: red | cannot be read
          """)
  void whatIsWrongIsNamed(String right, String wrong, String reason) throws Exception {
    String content = Files.readString(FOLDER.resolve("softhsm2.yaml"));
    assertThat(content).contains(right);
    Path file = Files.writeString(folder.resolve("wrong.yaml"), content.replace(right, wrong));

    assertThatThrownBy(() -> ModuleProfile.read(file))
        .isInstanceOf(CeremonyRefusedException.class)
        .hasMessageContaining(reason);
  }
}
