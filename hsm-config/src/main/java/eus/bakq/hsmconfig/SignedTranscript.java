package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Template;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A transcript that both officers have signed, and what becomes of it by their later acts. An act
 * changes nothing that is there: it adds a key, or says that one has ended, and names the
 * transcript that it was added to.
 */
final class SignedTranscript {
  private static final int MAXIMUM_SIZE = 1_048_576;
  private static final int MAXIMUM_SIGNATURE = 16 * 1024;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final ObjectNode content;
  private final String sha256;

  private SignedTranscript(ObjectNode content, String sha256) {
    this.content = content;
    this.sha256 = sha256;
  }

  /**
   * Reads {@code file} and holds the officers to the ceremony: their key is the one that signed it.
   *
   * @throws CeremonyRefusedException if it is not: one of them has another secret
   */
  static byte[] bytes(Path file, OfficerSecrets secrets)
      throws IOException, CeremonyRefusedException {
    byte[] body = bounded(file, MAXIMUM_SIZE);
    byte[] signature = bounded(file.resolveSibling(file.getFileName() + ".sig"), MAXIMUM_SIGNATURE);
    byte[] seed = secrets.transcriptSeed();
    try {
      // Ed25519 signs the same bytes with the same key in one way only.
      String expected = HexFormat.of().formatHex(Transcript.sign(body, seed));
      if (!expected.equals(new String(signature, StandardCharsets.US_ASCII).strip())) {
        throw new CeremonyRefusedException(
            "these are not the secrets of the two officers who held the ceremony");
      }
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
    return body;
  }

  /**
   * As {@link #bytes}, and parsed.
   *
   * @throws CeremonyRefusedException also if it is no transcript
   */
  static SignedTranscript read(Path file, OfficerSecrets secrets)
      throws IOException, CeremonyRefusedException {
    return parsed(bytes(file, secrets));
  }

  private static SignedTranscript parsed(byte[] body) throws IOException, CeremonyRefusedException {
    try {
      if (JSON.readTree(body) instanceof ObjectNode content) {
        return new SignedTranscript(content, sha256(body));
      }
    } catch (JsonProcessingException e) {
      throw new CeremonyRefusedException("this is no transcript: " + e.getMessage());
    }
    throw new CeremonyRefusedException("this is no transcript");
  }

  /**
   * As {@link #read}, for who has no officer's secret: held to the key that was kept.
   *
   * @param officersKey 32 bytes in hexadecimal, as the ceremony wrote them
   * @throws CeremonyRefusedException if that key has not signed it, or it is no transcript
   */
  static SignedTranscript verified(Path file, Path officersKey)
      throws IOException, CeremonyRefusedException {
    byte[] body = bounded(file, MAXIMUM_SIZE);
    byte[] signature =
        hex(bounded(file.resolveSibling(file.getFileName() + ".sig"), MAXIMUM_SIGNATURE));
    byte[] key = hex(bounded(officersKey, MAXIMUM_SIGNATURE));
    if (!Transcript.isSigned(body, signature, key)) {
      throw new CeremonyRefusedException(
          "the officers of this key have not signed this transcript");
    }
    return parsed(body);
  }

  private static byte[] hex(byte[] text) {
    try {
      return HexFormat.of().parseHex(new String(text, StandardCharsets.US_ASCII).strip());
    } catch (IllegalArgumentException e) {
      return new byte[0]; // signs nothing
    }
  }

  /** What {@code file} holds, if that is not more than {@code most} bytes. */
  static byte[] bounded(Path file, int most) throws IOException, CeremonyRefusedException {
    return InputFile.read(file, most, file.getFileName() + " is too large");
  }

  /**
   * The wrapping key of an epoch.
   *
   * @param attributes of its object, all of them
   * @param ended whether the officers have ended the epoch
   */
  record WrappingKey(String id, Constant mechanism, Template attributes, boolean ended) {}

  /** SHA-256 of its bytes, in hexadecimal. */
  String sha256() {
    return sha256;
  }

  /** The label of the custody token. */
  String custodyLabel() throws CeremonyRefusedException {
    return token("custody").path("label").asText();
  }

  /** The serial number that the custody token of the ceremony gave itself. */
  String custodySerial() throws CeremonyRefusedException {
    return token("custody").path("serial").asText();
  }

  /** The wrapping keys of all epochs, in the order in which these began. */
  List<WrappingKey> wrappingKeys() throws CeremonyRefusedException {
    List<WrappingKey> keys = new ArrayList<>();
    for (JsonNode key : token("custody").path("keys")) {
      if (key.path("use").asText().equals(KeyUse.WRAPPING.word())) {
        keys.add(
            new WrappingKey(
                key.path("id").asText(),
                Constant.valueOf(key.path("mechanism").asText()),
                template(key.path("objects").path(0)),
                hasEnded(key.path("id").asText())));
      }
    }
    return keys;
  }

  /** What it says that is in each token. */
  List<Explained> explained() {
    List<Explained> tokens = new ArrayList<>();
    for (JsonNode token : content.path("tokens")) {
      List<Explained.Key> keys = new ArrayList<>();
      token.path("keys").forEach(key -> keys.add(explained(key)));
      tokens.add(
          new Explained(
              token.path("role").asText(),
              token.path("label").asText(),
              token.path("serial").asText(),
              keys));
    }
    return tokens;
  }

  private Explained.Key explained(JsonNode key) {
    String id = key.path("id").asText();
    List<Template> objects = new ArrayList<>();
    key.path("objects").forEach(object -> objects.add(template(object)));
    Map<String, String> check = new LinkedHashMap<>();
    key.path("check").properties().forEach(e -> check.put(e.getKey(), e.getValue().asText()));
    return new Explained.Key(
        id,
        KeyUse.valueOf(key.path("use").asText().toUpperCase(Locale.ROOT)),
        Constant.valueOf(key.path("mechanism").asText()),
        objects,
        check,
        hasEnded(id));
  }

  /** The epoch in which keys are made now. */
  WrappingKey newest() throws CeremonyRefusedException {
    return wrappingKeys().stream()
        .filter(key -> !key.ended())
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new CeremonyRefusedException("the transcript has no open epoch"));
  }

  /**
   * The epoch {@code id}.
   *
   * @throws CeremonyRefusedException if there is none such
   */
  WrappingKey epoch(String id) throws CeremonyRefusedException {
    return wrappingKeys().stream()
        .filter(key -> key.id().equals(id))
        .findFirst()
        .orElseThrow(
            () -> new CeremonyRefusedException("the transcript has no epoch '" + id + "'"));
  }

  /** Whether any key of the custody token has this id. */
  boolean hasKey(String id) throws CeremonyRefusedException {
    for (JsonNode key : token("custody").path("keys")) {
      if (key.path("id").asText().equals(id)) {
        return true;
      }
    }
    return false;
  }

  /** The public key by which servers say what they know of their record: SubjectPublicKeyInfo. */
  byte[] auditKey() throws CeremonyRefusedException {
    for (JsonNode key : token("record").path("keys")) {
      if (key.path("id").asText().equals("audit")) {
        return HexFormat.of().parseHex(key.path("check").path("publicKey").asText());
      }
    }
    throw new CeremonyRefusedException("the transcript has no key 'audit'");
  }

  /** The bytes of the transcript in which the epoch of {@code key} has begun. */
  byte[] withBegun(KeyRecord key, Instant time) throws CeremonyRefusedException {
    ObjectNode next = content.deepCopy();
    token(next, "custody").withArray("keys").add(JSON.valueToTree(Transcript.key(key)));
    return with(next, "EPOCH_BEGUN", key.plan().id(), time);
  }

  /** The bytes of the transcript in which the epoch {@code id} has ended. */
  byte[] withEnded(String id, Instant time) {
    return with(content.deepCopy(), "EPOCH_ENDED", id, time);
  }

  private byte[] with(ObjectNode next, String act, String key, Instant time) {
    next.put("version", 2);
    ObjectNode added = next.withArray("acts").addObject();
    added.put("act", act);
    added.put("key", key);
    added.put("time", time.toString());
    added.put("before", sha256);
    try {
      return JSON.writeValueAsBytes(next);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that was read is JSON", e);
    }
  }

  private boolean hasEnded(String id) {
    for (JsonNode act : content.path("acts")) {
      if (act.path("act").asText().equals("EPOCH_ENDED") && act.path("key").asText().equals(id)) {
        return true;
      }
    }
    return false;
  }

  private ObjectNode token(String role) throws CeremonyRefusedException {
    return token(content, role);
  }

  private static ObjectNode token(ObjectNode of, String role) throws CeremonyRefusedException {
    for (JsonNode token : of.path("tokens")) {
      if (token instanceof ObjectNode found && found.path("role").asText().equals(role)) {
        return found;
      }
    }
    throw new CeremonyRefusedException("the transcript has no token '" + role + "'");
  }

  private static Template template(JsonNode readable) {
    Map<?, ?> values = JSON.convertValue(readable, Map.class);
    Map<String, Object> attributes = new LinkedHashMap<>();
    values.forEach((name, value) -> attributes.put((String) name, value));
    return Template.fromReadable(attributes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
