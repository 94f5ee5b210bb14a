package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.pkcs11.LibraryDescription;
import eus.bakq.pkcs11.Template;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;

/** What a ceremony made, in the form of README.md, and how it is signed. */
record Transcript(
    CeremonyPlan plan,
    Path module,
    LibraryDescription library,
    Instant time,
    List<TokenRecord> tokens) {
  Transcript {
    tokens = List.copyOf(tokens);
  }

  /** JSON, indented, in UTF-8. These bytes are what is signed. */
  byte[] toBytes() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("version", 1);
    body.put("profile", plan.profile());
    body.put("planSha256", plan.sha256());
    Map<String, Object> software = new LinkedHashMap<>();
    software.put("file", module.getFileName().toString());
    software.put("manufacturer", library.manufacturer());
    software.put("description", library.description());
    software.put("version", library.version());
    body.put("module", software);
    body.put("time", time.toString());
    body.put("tokens", tokens.stream().map(Transcript::token).toList());
    try {
      return JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build()
          .writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts, numbers and booleans are JSON", e);
    }
  }

  /** The Ed25519 signature over {@code body}: 64 bytes. */
  static byte[] sign(byte[] body, byte[] seed) {
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, new Ed25519PrivateKeyParameters(seed));
    signer.update(body, 0, body.length);
    return signer.generateSignature();
  }

  /** Whether {@code publicKey}, of 32 bytes, has signed {@code body}. */
  static boolean isSigned(byte[] body, byte[] signature, byte[] publicKey) {
    if (publicKey.length != Ed25519PublicKeyParameters.KEY_SIZE) {
      return false;
    }
    Ed25519Signer verifier = new Ed25519Signer();
    verifier.init(false, new Ed25519PublicKeyParameters(publicKey));
    verifier.update(body, 0, body.length);
    return verifier.verifySignature(signature);
  }

  /** The public key to pin: 32 bytes. */
  static byte[] publicKey(byte[] seed) {
    return new Ed25519PrivateKeyParameters(seed).generatePublicKey().getEncoded();
  }

  private static Map<String, Object> token(TokenRecord token) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("role", token.plan().role());
    body.put("label", token.plan().label());
    body.put("serial", token.serial());
    body.put("keys", token.keys().stream().map(Transcript::key).toList());
    return body;
  }

  /** What is said of a key. */
  static Map<String, Object> key(KeyRecord key) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", key.plan().id());
    body.put("use", key.plan().use().word());
    body.put("purpose", key.plan().purpose());
    body.put("mechanism", key.plan().mechanism().name());
    body.put("objects", key.objects().stream().map(Template::toReadable).toList());
    body.put("check", new TreeMap<>(key.check()));
    return body;
  }
}
