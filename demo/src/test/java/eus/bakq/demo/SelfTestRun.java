package eus.bakq.demo;

import eus.bakq.fixtures.PkiIdentity;
import eus.bakq.server.grpc.Audience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code bakq self-test}, as an auditor runs it: a process of its own, with files. */
final class SelfTestRun {
  /** By its name: it is a program of its own. */
  private static final String COMMAND = "eus.bakq.cli.Bakq";

  private final DemoWorld world;
  private final Path folder;
  private int signerPort;

  SelfTestRun(DemoWorld world, Path folder) {
    this.world = world;
    this.folder = folder;
    this.signerPort = world.port(Audience.SIGNER);
  }

  /** What was printed, and how it ended. */
  record Ended(int exitCode, List<String> lines, String errors) {
    /** The lines of the table that tell of something that got through or was otherwise. */
    List<String> broken() {
      return lines.stream()
          .filter(line -> line.startsWith("  THROUGH") || line.startsWith("  OTHERWISE"))
          .toList();
    }

    /** The lines of the table that tell of something that was refused as it must be. */
    List<String> refused() {
      return lines.stream().filter(line -> line.startsWith("  refused")).toList();
    }
  }

  /** Who attacks believes that the citizens' door is at {@code port}. */
  SelfTestRun withSignersDoorAt(int port) {
    this.signerPort = port;
    return this;
  }

  /** Runs to the end. */
  Ended run(Citizen citizen, String password, String... further)
      throws IOException, InterruptedException {
    Path own = connectionFile();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                COMMAND,
                "--connection",
                own.toString(),
                "self-test",
                "--other-sede",
                world.connectionFile(folder, DemoWorld.SEDE_B).toString(),
                "--dni",
                citizen.dni(),
                "--mobile",
                citizen.mobile(),
                "--code-gap",
                "0",
                "--password-file",
                Files.writeString(folder.resolve("password"), password + "\n").toString()));
    command.addAll(List.of(further));
    try (OutsideProgram program = OutsideProgram.start(folder, Map.of(), command)) {
      int exitCode = program.end();
      return new Ended(exitCode, program.lines(), program.errors());
    }
  }

  private Path connectionFile() throws IOException {
    PkiIdentity auditor = world.files().caller(DemoWorld.AUDITOR);
    Path sede = world.connectionFile(folder, DemoWorld.SEDE_A);
    Files.writeString(folder.resolve("auditor.pem"), auditor.certificatePem());
    Files.writeString(folder.resolve("auditor.key"), auditor.privateKeyPem());
    return Files.writeString(
        folder.resolve("self-test.properties"),
        Files.readString(sede)
            + """
            registration.address = 127.0.0.1:%d
            signer.address = 127.0.0.1:%d
            auditor.address = 127.0.0.1:%d
            auditor.certificate = auditor.pem
            auditor.key = auditor.key
            """
                .formatted(
                    world.port(Audience.REGISTRATION), signerPort, world.port(Audience.AUDITOR)));
  }
}
