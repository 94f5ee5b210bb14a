package eus.bakq.server.hsm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the two officers say is in the tokens: what the ceremony made (version 1), and what they did
 * later (version 2 and its acts). Holding one is the proof that its signature was verified with the
 * pinned key: {@link #read} is the only way to it.
 */
final class CeremonyTranscript {
  private static final String TOKEN = "transcript";
  private static final long MAXIMUM_SIZE = 1_048_576;
  private static final String MISSING_KEY =
      "is in the transcript (if not, it is of an older plan: hold a ceremony of the present one)";

  private final TranscriptFile content;
  private final Bytes sha256;

  private CeremonyTranscript(TranscriptFile content, Bytes sha256) {
    this.content = content;
    this.sha256 = sha256;
  }

  /**
   * Reads {@code file} and its signature, which is beside it with {@code .sig} added.
   *
   * @param publicKey 32 bytes in hexadecimal
   * @throws HsmRefusedException if it cannot be read, is not signed by that key, or has another
   *     form
   */
  static CeremonyTranscript read(Path file, String publicKey) {
    try {
      byte[] body = readBounded(file);
      byte[] signature = readBounded(file.resolveSibling(file.getFileName() + ".sig"));
      if (!new OfficersKey(publicKey).hasSigned(Bytes.copyOf(body), Bytes.copyOf(signature))) {
        throw new HsmRefusedException(TOKEN, "", "signature of the officers");
      }
      return new CeremonyTranscript(parse(body), Bytes.copyOf(body).sha256());
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw new HsmRefusedException(TOKEN, "", "can be read", e);
    }
  }

  /** {@code demo} or {@code production}. */
  String profile() {
    return content.profile();
  }

  /** The epochs of citizens' wrapping keys. */
  Epochs epochs() {
    return new Epochs(sha256, content.epochs());
  }

  /**
   * The token of {@code role}.
   *
   * @throws HsmRefusedException if there is none such
   */
  TokenRecord token(String role) {
    return content.tokens().stream()
        .filter(token -> token.role().equals(role))
        .findFirst()
        .orElseThrow(() -> new HsmRefusedException(role, "", "is in the transcript"));
  }

  /** What a key is for. */
  enum Use {
    WRAPPING,
    MAC,
    SIGNING,
    AUTHORITY
  }

  /**
   * One token.
   *
   * @param serial the number that it gave itself
   */
  record TokenRecord(String role, String label, String serial, List<KeyRecord> keys) {
    TokenRecord {
      keys = List.copyOf(keys);
    }

    /**
     * The key {@code id}.
     *
     * @throws HsmRefusedException if there is none such
     */
    KeyRecord key(String id) {
      return keys.stream()
          .filter(key -> key.id().equals(id))
          .findFirst()
          .orElseThrow(() -> new HsmRefusedException(role, id, MISSING_KEY));
    }
  }

  /**
   * One key.
   *
   * @param objects its objects' whole attribute lists; the secret or private key is the first
   * @param check its check value, by name of part
   * @param ended whether both officers have ended its epoch: it is used no more, and may be gone
   */
  record KeyRecord(
      String id,
      Use use,
      Constant mechanism,
      List<Template> objects,
      Map<String, String> check,
      boolean ended) {
    KeyRecord {
      objects = List.copyOf(objects);
      check = Map.copyOf(check);
      if (objects.isEmpty()) {
        throw new IllegalArgumentException("a key has an object");
      }
    }

    /** The bytes of a part of the check value that is hexadecimal. */
    byte[] checkBytes(String part) {
      return HexFormat.of().parseHex(checkText(part));
    }

    /** A part of the check value. */
    String checkText(String part) {
      String value = check.get(part);
      if (value == null) {
        throw new IllegalArgumentException("the check value of a key has no part " + part);
      }
      return value;
    }
  }

  private static byte[] readBounded(Path file) throws IOException {
    if (Files.size(file) > MAXIMUM_SIZE) {
      throw new IOException("larger than 1 MiB");
    }
    return Files.readAllBytes(file);
  }

  private static TranscriptFile parse(byte[] body) throws IOException {
    JsonMapper json =
        JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();
    try {
      JsonNode tree = json.readTree(body);
      int version = tree.path("version").asInt();
      return switch (version) {
        case 1 -> json.treeToValue(tree, FileForm.class).resolve(List.of());
        case 2 -> {
          LaterForm later = json.treeToValue(tree, LaterForm.class);
          yield later.ceremony().resolve(later.acts());
        }
        default -> throw new IllegalArgumentException("a transcript has version 1 or 2");
      };
    } catch (JsonProcessingException e) {
      throw new IOException("not of the form of a transcript", e);
    }
  }

  private record TranscriptFile(String profile, List<TokenRecord> tokens, List<Epoch> epochs) {}

  /** What the officers can have done after the ceremony. */
  private enum Act {
    EPOCH_BEGUN,
    EPOCH_ENDED
  }

  /**
   * One act.
   *
   * @param before SHA-256 of the transcript that it was added to
   */
  private record ActForm(Act act, String key, String time, String before) {
    boolean is(Act wanted, String id) {
      return act == wanted && key.equals(id);
    }
  }

  private record LaterForm(
      int version,
      String profile,
      String planSha256,
      Map<String, String> module,
      String time,
      List<TokenForm> tokens,
      List<ActForm> acts) {
    FileForm ceremony() {
      return new FileForm(version, profile, planSha256, module, time, tokens);
    }
  }

  private record FileForm(
      int version,
      String profile,
      String planSha256,
      Map<String, String> module,
      String time,
      List<TokenForm> tokens) {
    TranscriptFile resolve(List<ActForm> acts) {
      List<Epoch> epochs =
          tokens.stream()
              .flatMap(token -> token.keys().stream())
              .filter(key -> use(key) == Use.WRAPPING)
              .map(key -> epoch(key.id(), acts))
              .toList();
      for (ActForm act : acts) {
        if (epochs.stream().noneMatch(epoch -> epoch.id().equals(act.key()))) {
          throw new IllegalArgumentException("an act is about a wrapping key that is there");
        }
      }
      return new TranscriptFile(
          profile, tokens.stream().map(token -> token.resolve(epochs)).toList(), epochs);
    }

    private Epoch epoch(String id, List<ActForm> acts) {
      return new Epoch(
          id,
          when(Act.EPOCH_BEGUN, id, acts).orElseGet(() -> Instant.parse(time)),
          when(Act.EPOCH_ENDED, id, acts));
    }

    private static Optional<Instant> when(Act act, String id, List<ActForm> acts) {
      List<ActForm> found = acts.stream().filter(each -> each.is(act, id)).toList();
      if (found.size() > 1) {
        throw new IllegalArgumentException("an epoch begins once and ends once");
      }
      return found.stream().map(each -> Instant.parse(each.time())).findFirst();
    }
  }

  private static Use use(KeyForm key) {
    return Use.valueOf(key.use().toUpperCase(Locale.ROOT));
  }

  private record TokenForm(String role, String label, String serial, List<KeyForm> keys) {
    TokenRecord resolve(List<Epoch> epochs) {
      return new TokenRecord(
          role, label, serial, keys.stream().map(key -> key.resolve(epochs)).toList());
    }
  }

  private record KeyForm(
      String id,
      String use,
      String purpose,
      String mechanism,
      List<Map<String, Object>> objects,
      Map<String, String> check) {
    KeyRecord resolve(List<Epoch> epochs) {
      return new KeyRecord(
          id,
          CeremonyTranscript.use(this),
          Constant.valueOf(mechanism),
          objects.stream().map(Template::fromReadable).toList(),
          check,
          epochs.stream().anyMatch(epoch -> epoch.id().equals(id) && !epoch.isOpen()));
    }
  }
}
