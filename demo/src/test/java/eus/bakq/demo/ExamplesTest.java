package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.LargeDocument;
import eus.bakq.fixtures.judge.Pdfsig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of docs/examples, as a sede's engineer runs them: programs that know the contract
 * and a client certificate, and nothing else of ours.
 */
@ExtendWith(InDemoWorld.class)
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "docs", "examples").toAbsolutePath();
  private static final Path NODE = EXAMPLES.resolve("node");

  private final DemoWorld world;
  @TempDir private Path folder;

  ExamplesTest(DemoWorld world) {
    this.world = world;
  }

  @BeforeAll
  static void installWhatNodeNeeds() throws Exception {
    if (Files.notExists(NODE.resolve("node_modules"))) {
      try (OutsideProgram npm =
          OutsideProgram.start(NODE, Map.of(), List.of("npm", "ci", "--loglevel=error"))) {
        assertThat(npm.end()).as(npm.errors()).isZero();
      }
    }
  }

  @Test
  @DisplayName("Node with @grpc/grpc-js asks, watches, fetches and acknowledges")
  void signsFromNode() throws Exception {
    try (OutsideProgram program = node(DemoWorld.SEDE_A, Map.of(), documents())) {
      assertSigned(program);
    }
  }

  @Test
  @DisplayName("plain grpc-java asks, watches, fetches and acknowledges")
  void signsFromJava() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EXAMPLES.resolve("java").resolve("SedeExample.java").toString(),
                world.connectionFile(folder, DemoWorld.SEDE_A).toString(),
                folder.resolve("signed").toString()));
    documents().forEach(document -> command.add(document.toString()));
    try (OutsideProgram program = OutsideProgram.start(folder, Map.of(), command)) {
      assertSigned(program);
    }
  }

  private List<Path> documents() throws IOException {
    return List.of(
        Files.write(folder.resolve("hitzarmena.pdf"), Documents.form()),
        Files.write(folder.resolve("planoa.pdf"), LargeDocument.of(3_000_000, 4)));
  }

  private void assertSigned(OutsideProgram program) throws Exception {
    String request = program.await("signature request");
    String address = program.await("authorise at");
    String code = program.await("reference code");
    assertThat(program.await("state")).isEqualTo("FROZEN");

    Citizen citizen = world.activeCitizen();
    Authorising authorising = Authorising.open(world.signerChannel(), address);
    assertThat(authorising.shown().getReferenceCode()).isEqualTo(code);
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
    assertThat(authorising.submitCode(citizen.nextCode())).isEqualTo(2);

    assertThat(program.end()).as(program.errors()).isZero();
    assertThat(program.lines()).contains("state COMPLETED").endsWith("acknowledged");
    for (String name : List.of("1 hitzarmena.signed.pdf", "2 planoa.signed.pdf")) {
      byte[] signed = Files.readAllBytes(folder.resolve("signed").resolve(name));
      assertThat(Pdfsig.judge(signed).said())
          .contains("Signature is Valid.", "Total document signed");
    }
    assertThat(world.audit().lastLine(request))
        .isEqualTo("SIGNED_DOCUMENTS_ACKNOWLEDGED SUCCEEDED");
  }

  @Test
  @DisplayName("Node understands why a call was refused, and which field is at fault")
  void understandsRefusalsFromNode() throws Exception {
    Path sound = Files.write(folder.resolve("a.pdf"), BadDocuments.sound());
    Path bad = Files.write(folder.resolve("b.pdf"), BadDocuments.notPdf());

    assertRefused(
        node(DemoWorld.SEDE_A, Map.of(), List.of(bad)), "DOCUMENT_UNREADABLE (INVALID_ARGUMENT)");
    assertRefused(
        node(DemoWorld.STRANGER, Map.of(), List.of(sound)), "CALLER_UNKNOWN (UNAUTHENTICATED)");
    assertRefused(
        node(DemoWorld.SEDE_A, Map.of("BAKQ_SIGNER", "12345678A"), List.of(sound)),
        "FIELD_INVALID (INVALID_ARGUMENT)\n  expected_signer: is a DNI or NIE with its letter");
  }

  private static void assertRefused(OutsideProgram program, String reason) throws Exception {
    try (program) {
      assertThat(program.end()).isEqualTo(1);
      assertThat(program.errors()).contains(reason).containsPattern("correlation id [0-9a-f]{32}");
    }
  }

  private OutsideProgram node(String sede, Map<String, String> further, List<Path> documents)
      throws IOException {
    List<String> command =
        new ArrayList<>(List.of("node", "sede.mjs", folder.resolve("signed").toString()));
    documents.forEach(document -> command.add(document.toString()));
    Map<String, String> environment = new java.util.HashMap<>(further);
    environment.put("BAKQ_CONNECTION", world.connectionFile(folder, sede).toString());
    return OutsideProgram.start(NODE, environment, command);
  }
}
