package eus.bakq.server.hsm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the two officers say is in the tokens. Holding one is the proof that its signature was
 * verified with the pinned key: {@link #read} is the only way to it.
 */
final class CeremonyTranscript {
  private static final String TOKEN = "transcript";
  private static final long MAXIMUM_SIZE = 1_048_576;
  private static final String MISSING_KEY =
      "is in the transcript (if not, it is of an older plan: hold a ceremony of the present one)";

  private final TranscriptFile content;

  private CeremonyTranscript(TranscriptFile content) {
    this.content = content;
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
      return new CeremonyTranscript(parse(body));
    } catch (IOException | IllegalArgumentException e) {
      throw new HsmRefusedException(TOKEN, "", "can be read", e);
    }
  }

  /** {@code demo} or {@code production}. */
  String profile() {
    return content.profile();
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
   */
  record KeyRecord(
      String id, Use use, Constant mechanism, List<Template> objects, Map<String, String> check) {
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
    try {
      return JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build()
          .readValue(body, FileForm.class)
          .resolve();
    } catch (JsonProcessingException e) {
      throw new IOException("not of the form of a transcript", e);
    }
  }

  private record TranscriptFile(String profile, List<TokenRecord> tokens) {}

  private record FileForm(
      int version,
      String profile,
      String planSha256,
      Map<String, String> module,
      String time,
      List<TokenForm> tokens) {
    TranscriptFile resolve() {
      if (version != 1) {
        throw new IllegalArgumentException("a transcript of version 1 is expected");
      }
      return new TranscriptFile(profile, tokens.stream().map(TokenForm::resolve).toList());
    }
  }

  private record TokenForm(String role, String label, String serial, List<KeyForm> keys) {
    TokenRecord resolve() {
      return new TokenRecord(role, label, serial, keys.stream().map(KeyForm::resolve).toList());
    }
  }

  private record KeyForm(
      String id,
      String use,
      String purpose,
      String mechanism,
      List<Map<String, Object>> objects,
      Map<String, String> check) {
    KeyRecord resolve() {
      return new KeyRecord(
          id,
          Use.valueOf(use.toUpperCase(Locale.ROOT)),
          Constant.valueOf(mechanism),
          objects.stream().map(Template::fromReadable).toList(),
          check);
    }
  }
}
