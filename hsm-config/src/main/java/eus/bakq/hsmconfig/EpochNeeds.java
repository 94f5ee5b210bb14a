package eus.bakq.hsmconfig;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * What a server has told of how much its older epochs are needed, in a file beside its anchor: a
 * line with the signature of the key {@code audit}, and the JSON. Signed is {@code bakq/epochs/v1},
 * a line end, and that JSON.
 */
final class EpochNeeds {
  /** Older than that it is not believed: the server renews it each hour. */
  static final Duration LONGEST_AGE = Duration.ofDays(1);

  private static final String DOMAIN = "bakq/epochs/v1\n";
  private static final int MAXIMUM_SIZE = 64 * 1024;

  private final Form form;

  private EpochNeeds(Form form) {
    this.form = form;
  }

  record Need(String id, long living, boolean closed) {
    Need {
      Objects.requireNonNull(id);
    }
  }

  record Form(int version, String transcriptSha256, String time, List<Need> epochs) {
    Form {
      Objects.requireNonNull(transcriptSha256);
      Objects.requireNonNull(time);
      epochs = List.copyOf(epochs);
      if (version != 1) {
        throw new IllegalArgumentException("version 1 is expected");
      }
    }
  }

  /**
   * Reads {@code file}.
   *
   * @param transcript that the server must have
   * @throws CeremonyRefusedException if no server with that transcript has signed it within a day
   */
  static EpochNeeds read(Path file, SignedTranscript transcript, Instant now)
      throws IOException, GeneralSecurityException, CeremonyRefusedException {
    String text = new String(SignedTranscript.bounded(file, MAXIMUM_SIZE), StandardCharsets.UTF_8);
    int line = text.indexOf('\n');
    if (line < 0 || !isSigned(text.substring(line + 1), text.substring(0, line), transcript)) {
      throw new CeremonyRefusedException("no server of these tokens has signed this statement");
    }
    try {
      Form form =
          JsonMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
              .build()
              .readValue(text.substring(line + 1), Form.class);
      if (!form.transcriptSha256().equals(transcript.sha256())) {
        throw new CeremonyRefusedException(
            "the server that wrote this statement has another transcript");
      }
      if (Duration.between(Instant.parse(form.time()), now).abs().compareTo(LONGEST_AGE) > 0) {
        throw new CeremonyRefusedException(
            "the statement is of " + form.time() + ": have a server write a new one");
      }
      return new EpochNeeds(form);
    } catch (JsonProcessingException | DateTimeException e) {
      throw new CeremonyRefusedException("this is no statement of a server: " + e.getMessage());
    }
  }

  /**
   * Returns if no credential needs the epoch {@code id}, nor ever will.
   *
   * @throws CeremonyRefusedException if one may; says how many do
   */
  void requireNone(String id) throws CeremonyRefusedException {
    Need need =
        form.epochs().stream()
            .filter(each -> each.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new CeremonyRefusedException("the statement says nothing of " + id));
    if (need.living() > 0) {
      throw new CeremonyRefusedException(
          "%d living credentials need the epoch %s, as of %s"
              .formatted(need.living(), id, form.time()));
    }
    if (!need.closed()) {
      throw new CeremonyRefusedException("the epoch " + id + " is not closed yet");
    }
  }

  private static boolean isSigned(String text, String signature, SignedTranscript transcript)
      throws GeneralSecurityException, CeremonyRefusedException {
    Signature verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(transcript.auditKey())));
    verifier.update((DOMAIN + text).getBytes(StandardCharsets.UTF_8));
    try {
      return verifier.verify(HexFormat.of().parseHex(signature.strip()));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false; // not of the form of a signature: nobody has signed
    }
  }
}
