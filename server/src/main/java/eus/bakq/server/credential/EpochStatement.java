package eus.bakq.server.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.server.hsm.InfrastructureKeys;
import eus.bakq.server.hsm.SigningKey;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a server tells the officers of the epochs in which no key is made any more. Signed are
 * {@code bakq/epochs/v1}, a line end, and the JSON, with the key {@code audit} of the record token:
 * ECDSA on P-256 with SHA-256.
 *
 * @param time when it was counted
 */
record EpochStatement(Bytes transcriptSha256, Instant time, List<Need> epochs) {
  private static final String DOMAIN = "bakq/epochs/v1\n";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  EpochStatement {
    Objects.requireNonNull(transcriptSha256);
    Objects.requireNonNull(time);
    epochs = List.copyOf(epochs);
  }

  /**
   * How much an epoch is needed.
   *
   * @param living credentials whose key is wrapped in it
   * @param closed whether there are none, and never will be again
   */
  record Need(String id, long living, boolean closed) {
    Need {
      Objects.requireNonNull(id);
    }
  }

  private record Form(int version, String transcriptSha256, String time, List<Need> epochs) {}

  /** A line with the signature in hexadecimal, and then the JSON that is signed. */
  String signed(InfrastructureKeys keys) {
    String text = json();
    Bytes message = Bytes.copyOf((DOMAIN + text).getBytes(StandardCharsets.UTF_8));
    return keys.sign(SigningKey.AUDIT, message.sha256()).toHex() + "\n" + text;
  }

  private String json() {
    try {
      return JSON.writeValueAsString(new Form(1, transcriptSha256.toHex(), time.toString(), epochs))
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, numbers and truth values are JSON", e);
    }
  }
}
