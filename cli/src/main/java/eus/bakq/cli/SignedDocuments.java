package eus.bakq.cli;

import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.FetchSignedDocumentRequest;
import eus.bakq.relyingparty.v1.FetchSignedDocumentResponse;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** Fetches the signed documents of a request and puts them on disk before they are given up. */
final class SignedDocuments {
  private static final int MAX_NAME_CHARACTERS = 60; // of four bytes each: 255 with what is added

  private final Terminal terminal;
  private final SignatureRequestServiceBlockingStub stub;

  SignedDocuments(Terminal terminal, SignatureRequestServiceBlockingStub stub) {
    this.terminal = terminal;
    this.stub = stub;
  }

  /**
   * Writes each document to {@code <name>.signed.pdf} in {@code folder}, durably and whole or not
   * at all, and prints the files. Other files of these names are never overwritten.
   *
   * @throws FailedException if a file of such a name holds something else, or cannot be written
   */
  void fetch(SignatureRequest request, Path folder) {
    Set<String> names = new HashSet<>();
    for (int index = 0; index < request.getDocumentCount(); index++) {
      FetchSignedDocumentResponse document =
          stub.fetchSignedDocument(
              FetchSignedDocumentRequest.newBuilder()
                  .setId(request.getId())
                  .setIndex(index)
                  .build());
      String name = fileName(document.getLabel());
      Path file =
          folder.resolve((names.add(name) ? name : name + "-" + (index + 1)) + ".signed.pdf");
      write(file, document.getContent().toByteArray());
      terminal.out().println(file);
    }
  }

  /** Says that the documents are held safely; the server then erases them. */
  void acknowledge(String id) {
    var _ =
        stub.acknowledgeSignedDocuments(
            AcknowledgeSignedDocumentsRequest.newBuilder().setId(id).build());
  }

  /** A name without folders, leading dots or anything unusual, whatever the label says. */
  static String fileName(String label) {
    String safe =
        label
            .replaceAll("(?i)\\.pdf$", "")
            .replaceAll("[^\\p{L}\\p{N} ._-]", "_")
            .replaceAll("^[. ]+", "")
            .strip();
    int end =
        safe.offsetByCodePoints(
            0, Math.min(MAX_NAME_CHARACTERS, safe.codePointCount(0, safe.length())));
    return safe.isEmpty() ? "document" : safe.substring(0, end);
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        if (Files.size(file) == content.length
            && ByteBuffer.wrap(Files.readAllBytes(file)).equals(ByteBuffer.wrap(content))) {
          return; // fetched before, the same
        }
        throw FailedException.usage(
            "The file "
                + file
                + " exists and is another one; nothing was overwritten or given up.");
      }
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), ".bakq-", ".part");
      try {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          ByteBuffer bytes = ByteBuffer.wrap(content);
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
          channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      try (FileChannel parent = FileChannel.open(file.toAbsolutePath().getParent())) {
        parent.force(true); // the name, too, is on disk before the server erases its copy
      }
    } catch (IOException e) {
      throw FailedException.usage(
          "The file " + file + " cannot be written; the server keeps the documents.", e);
    }
  }
}
