package eus.bakq.demo;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.hsmconfig.Ceremony;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/** The three tokens of one world, made by the real ceremony, with labels of their own. */
record DemoTokens(Path folder, String prefix) {

  /** Holds a ceremony for which the test plays both officers. */
  static DemoTokens hold(Path folder) throws IOException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String prefix = "bakq-demo-" + HexFormat.of().formatHex(random) + "-";
    Path plan = folder.resolve("plan.yaml");
    Files.writeString(
        plan,
        Files.readString(Path.of("../hsm-config/ceremonies/demo.yaml"))
            .replace("label: bakq-demo-", "label: " + prefix));
    Path officerA = Files.writeString(folder.resolve("officer-a"), "the first officer's secret");
    Path officerB = Files.writeString(folder.resolve("officer-b"), "the second officer's secret");
    Path out = folder.resolve("hsm");
    StringWriter account = new StringWriter();
    int exitCode =
        Ceremony.execute(
            new PrintWriter(account),
            "--plan",
            plan.toString(),
            "--module",
            SoftHsm.shared().module().toString(),
            "--officer-a",
            officerA.toString(),
            "--officer-b",
            officerB.toString(),
            "--out",
            out.toString());
    if (exitCode != 0) {
      throw new IllegalStateException("the ceremony failed: " + account);
    }
    return new DemoTokens(out, prefix);
  }

  /** The label of the token of {@code role}. */
  String label(String role) {
    return prefix + role;
  }

  /** Where the HSM's monitoring would write how often the keys of passwords were used. */
  Path keyUses() {
    return folder.resolve("key-uses");
  }

  /** The file with the PIN of the token of {@code role}. */
  Path pinFile(String role) {
    return folder.resolve(role + ".pin");
  }

  /**
   * The {@code hsm} section of server.yaml, its paths relative to the file. If the test keeps
   * counts in {@link #keyUses}, they are named.
   *
   * @param modules the library of each partition; empty: SoftHSM2 itself, and one partition
   */
  String configuration(List<Path> modules) throws IOException {
    List<Path> partitions = modules.isEmpty() ? List.of(SoftHsm.shared().module()) : modules;
    StringBuilder further = new StringBuilder();
    for (Path module : partitions.subList(1, partitions.size())) {
      further.append(partition(module, "    - ", "      "));
    }
    return "hsm:\n"
        + partition(partitions.getFirst(), "  ", "  ")
        + (further.isEmpty() ? "" : "  furtherPartitions:\n" + further)
        + """
          transcript: hsm/transcript.json
          transcriptPublicKey: %s
        """
            .formatted(Files.readString(folder.resolve("transcript.pub")).strip())
        + (Files.exists(keyUses()) ? "  keyUses: hsm/key-uses\n" : "");
  }

  private String partition(Path module, String first, String indent) {
    return """
    %smodule: %s
    %scustody: {label: %s, pinFile: hsm/custody.pin}
    %sauthority: {label: %s, pinFile: hsm/authority.pin}
    %srecord: {label: %s, pinFile: hsm/record.pin}
    """
        .formatted(
            first,
            module,
            indent,
            label("custody"),
            indent,
            label("authority"),
            indent,
            label("record"));
  }
}
