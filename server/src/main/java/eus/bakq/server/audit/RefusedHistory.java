package eus.bakq.server.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.OfficersKey;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a node has found wrong with the database's history, in a file for two officers; and whether
 * they have signed just that. They sign {@code bakq/reconciliation/v1}, a line end, and the bytes
 * of the file; so what they have signed holds for these anchors and this database, and for nothing
 * that comes later.
 */
final class RefusedHistory {
  private static final String DOMAIN = "bakq/reconciliation/v1\n";
  private static final int MOST_BYTES = 16 * 1024;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private final Path file;
  private final Path signature;
  private final Path settled;
  private final OfficersKey officers;

  RefusedHistory(AnchorFile beside, OfficersKey officers) {
    this.file = beside.beside(".refused");
    this.signature = beside.beside(".refused.sig");
    this.settled = beside.beside(".reconciled");
    this.officers = officers;
  }

  /**
   * What was found.
   *
   * @param anchors that the database does not have
   * @param head of the database when that was found
   * @param missing how many records the database has less than the furthest anchor says
   */
  record Finding(List<Anchor> anchors, Anchor head, long missing) {
    Finding {
      anchors = List.copyOf(anchors);
    }

    static Finding of(Collection<Anchor> missing, Anchor head) {
      List<Anchor> anchors = missing.stream().distinct().toList();
      long furthest = anchors.stream().mapToLong(Anchor::sequence).max().orElse(0);
      return new Finding(anchors, head, Math.max(0, furthest - head.sequence()));
    }
  }

  /**
   * What both officers have agreed to.
   *
   * @param sha256 of what they signed
   */
  record Agreed(Finding finding, Bytes sha256) {}

  private record AnchorForm(String database, long sequence, String hash) {
    static AnchorForm of(Anchor anchor) {
      return new AnchorForm(anchor.database().toHex(), anchor.sequence(), anchor.hash().toHex());
    }

    Anchor resolve() {
      return new Anchor(Bytes.fromHex(database), sequence, Bytes.fromHex(hash));
    }
  }

  private record Form(int version, List<AnchorForm> anchors, AnchorForm head, long missing) {
    Finding resolve() {
      if (version != 1) {
        throw new IllegalArgumentException("a finding of version 1 is expected");
      }
      return new Finding(
          anchors.stream().map(AnchorForm::resolve).toList(), head.resolve(), missing);
    }
  }

  /**
   * What the file says now, whoever wrote it.
   *
   * @throws UnavailableException if it cannot be read
   */
  Optional<Finding> written() {
    return text().flatMap(RefusedHistory::parse);
  }

  /** Writes the file for the officers; what they signed before holds for it no more. */
  void write(Finding finding) {
    Form form =
        new Form(
            1,
            finding.anchors().stream().map(AnchorForm::of).toList(),
            AnchorForm.of(finding.head()),
            finding.missing());
    try {
      AnchorFile.write(file, JSON.writeValueAsString(form) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are JSON", e);
    }
  }

  /** Whether somebody has laid a signature beside the file, be it good or not. */
  boolean isSigned() {
    return Files.exists(signature);
  }

  /** What both officers have signed; empty if they have not, or the file is another one since. */
  Optional<Agreed> agreed() {
    Optional<String> text = text();
    Optional<String> signed = AnchorFile.text(signature, MOST_BYTES);
    if (text.isEmpty() || signed.isEmpty()) {
      return Optional.empty();
    }
    Bytes message = utf8(DOMAIN + text.get());
    return officers.hasSigned(message, utf8(signed.get()))
        ? parse(text.get()).map(finding -> new Agreed(finding, message.sha256()))
        : Optional.empty();
  }

  /** Puts file and signature aside, under names that a later one replaces. */
  void settle() {
    try {
      Files.move(file, settled, StandardCopyOption.REPLACE_EXISTING);
      Files.move(
          signature,
          settled.resolveSibling(settled.getFileName() + ".sig"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw UnavailableException.temporarily("a file of the anchor cannot be moved", e);
    }
  }

  private Optional<String> text() {
    return AnchorFile.text(file, MOST_BYTES);
  }

  private static Optional<Finding> parse(String text) {
    try {
      return Optional.of(JSON.readValue(text, Form.class).resolve());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty(); // not ours: it is written anew
    }
  }

  private static Bytes utf8(String text) {
    return Bytes.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }
}
