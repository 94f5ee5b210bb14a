package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import eus.bakq.hsmconfig.KeyPlan.CertificatePlan;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The reviewed file: three tokens, and the whole attribute list of each object in them.
 *
 * @param sha256 of the file, in hexadecimal; stands in the transcript
 */
record CeremonyPlan(String profile, String sha256, List<TokenPlan> tokens) {
  /** As PKCS#11 has it. */
  private static final int MOST_LABEL_BYTES = 32;

  private static final Set<String> ROLES = Set.of("custody", "authority", "record");
  private static final String DEMO_LABEL = "bakq-demo-";
  private static final long MAXIMUM_SIZE = 1_048_576;

  CeremonyPlan {
    tokens = List.copyOf(tokens);
    boolean demo = profile.equals("demo");
    require(demo || profile.equals("production"), "the profile is demo or production");
    require(
        tokens.size() == ROLES.size()
            && tokens.stream().allMatch(token -> ROLES.contains(token.role()))
            && tokens.stream().map(TokenPlan::role).distinct().count() == ROLES.size()
            && tokens.stream().map(TokenPlan::label).distinct().count() == ROLES.size(),
        "there is one token each for " + ROLES);
    for (TokenPlan token : tokens) {
      require(
          token.label().getBytes(StandardCharsets.UTF_8).length <= MOST_LABEL_BYTES,
          "a token's label has at most " + MOST_LABEL_BYTES + " bytes");
      String label = token.label().toLowerCase(Locale.ROOT);
      require(
          demo ? label.startsWith(DEMO_LABEL) : !label.contains("demo"),
          "labels begin with " + DEMO_LABEL + " in the profile demo, and only there");
      for (KeyPlan key : token.keys()) {
        require(
            key.certificate().isEmpty()
                || key.certificate().get().subject().contains("TEST") == demo,
            "the authority's name contains TEST in the profile demo, and only there");
      }
    }
  }

  /**
   * Reads and checks {@code file}.
   *
   * @throws CeremonyRefusedException if it breaks a rule; the message says which
   */
  static CeremonyPlan read(Path file) throws IOException, CeremonyRefusedException {
    byte[] bytes = InputFile.read(file, MAXIMUM_SIZE, "a plan has at most 1 MiB");
    YAMLMapper mapper =
        YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .build();
    try {
      return mapper.readValue(bytes, PlanFile.class).resolve(sha256(bytes));
    } catch (JsonProcessingException e) {
      throw new CeremonyRefusedException("the plan cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new CeremonyRefusedException("the plan is not complete or right: " + e.getMessage());
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** The file as it is written: templates by name, absent parts null. */
  private record PlanFile(
      int version,
      String profile,
      Map<String, Map<String, Object>> templates,
      List<TokenInFile> tokens) {
    CeremonyPlan resolve(String sha256) {
      require(version == 1, "version must be 1");
      return new CeremonyPlan(
          Objects.requireNonNull(profile, "profile is missing"),
          sha256,
          tokens.stream().map(token -> token.resolve(this)).toList());
    }

    Template template(String name) {
      return Template.fromReadable(
          Objects.requireNonNull(templates.get(name), "there is no template " + name));
    }
  }

  private record TokenInFile(String role, String label, List<KeyInFile> keys) {
    TokenPlan resolve(PlanFile file) {
      return new TokenPlan(role, label, keys.stream().map(key -> key.resolve(file)).toList());
    }
  }

  private record KeyInFile(
      String id,
      KeyUse use,
      String purpose,
      String mechanism,
      String attributes,
      String publicAttributes,
      CertificateInFile certificate) {
    KeyPlan resolve(PlanFile file) {
      return new KeyPlan(
          id,
          Objects.requireNonNull(use, "use is missing"),
          purpose,
          Constant.valueOf(mechanism),
          file.template(attributes),
          Optional.ofNullable(publicAttributes).map(file::template),
          Optional.ofNullable(certificate).map(present -> present.resolve(file)));
    }
  }

  private record CertificateInFile(String attributes, String subject, int years) {
    CertificatePlan resolve(PlanFile file) {
      return new CertificatePlan(file.template(attributes), subject, years);
    }
  }
}
