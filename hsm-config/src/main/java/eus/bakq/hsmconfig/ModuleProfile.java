package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import eus.bakq.pkcs11.AttributeType;
import eus.bakq.pkcs11.Constant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * The reviewed file on one kind of PKCS#11 module: what of it differs from others.
 *
 * @param module its name and version, in words
 * @param passes whether {@code probe} has found that it keeps keys in
 * @param wrapMechanism with which keys are wrapped; its parameter is none
 * @param ecUnwrapAttributes what an EC key must be given beside the usual when it is opened
 * @param sessions how many it is known to open with one token: 1 to 256, as the server's bound
 * @param afterLoss what a client has to do when the module has lost its HSM
 */
record ModuleProfile(
    String module,
    boolean passes,
    Constant wrapMechanism,
    Map<AttributeType, Source> ecUnwrapAttributes,
    int sessions,
    AfterLoss afterLoss) {
  private static final long MOST_BYTES = 65_536;
  private static final int MOST_SESSIONS = 256;

  /** Where the value of an attribute comes from. */
  enum Source {
    /** CKA_EC_POINT of the public key. */
    EC_POINT
  }

  /** What a client has to do. */
  enum AfterLoss {
    /** To open sessions and to log in again, which the server does by itself. */
    NOTHING,
    /** To load the library anew: the process must be restarted. */
    PROCESS
  }

  ModuleProfile {
    ecUnwrapAttributes = Map.copyOf(ecUnwrapAttributes);
    require(!module.isBlank() && module.length() <= 100, "module has 1 to 100 characters");
    require(wrapMechanism.name().startsWith("CKM_"), "wrapMechanism is a mechanism");
    require(sessions >= 1 && sessions <= MOST_SESSIONS, "sessions is 1 to 256");
    require(
        !passes || ecUnwrapAttributes.isEmpty(),
        "a module that wants attributes of its own is of no use to the server");
  }

  /**
   * Reads and checks {@code file}.
   *
   * @throws CeremonyRefusedException if it breaks a rule; the message says which
   */
  static ModuleProfile read(Path file) throws IOException, CeremonyRefusedException {
    byte[] bytes = InputFile.read(file, MOST_BYTES, "a profile has at most 64 KiB");
    YAMLMapper mapper =
        YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    try {
      return mapper.readValue(bytes, ProfileFile.class).resolve();
    } catch (JsonProcessingException e) {
      throw new CeremonyRefusedException("the profile cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new CeremonyRefusedException("the profile is not complete or right: " + e.getMessage());
    }
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** The file as it is written; absent parts are null. */
  private record ProfileFile(
      int version,
      String module,
      Boolean passes,
      String wrapMechanism,
      String wrapParameter,
      Map<AttributeType, Source> ecUnwrapAttributes,
      int sessions,
      String afterLoss) {
    ModuleProfile resolve() {
      require(version == 1, "version must be 1");
      require("none".equals(wrapParameter), "wrapParameter must be none");
      return new ModuleProfile(
          Objects.requireNonNull(module, "module is missing"),
          Objects.requireNonNull(passes, "passes is missing"),
          Constant.valueOf(wrapMechanism),
          Objects.requireNonNull(ecUnwrapAttributes, "ecUnwrapAttributes is missing"),
          sessions,
          switch (Objects.requireNonNull(afterLoss, "afterLoss is missing")) {
            case "nothing" -> AfterLoss.NOTHING;
            case "process" -> AfterLoss.PROCESS;
            default -> throw new IllegalArgumentException("afterLoss is nothing or process");
          });
    }
  }
}
