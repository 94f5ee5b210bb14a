package eus.bakq.cli;

import eus.bakq.relyingparty.v1.AcknowledgeSignedDocumentsRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestServiceGrpc.SignatureRequestServiceBlockingStub;
import eus.bakq.relyingparty.v1.SignedDocumentHeader;
import eus.bakq.relyingparty.v1.StreamSignedDocumentRequest;
import eus.bakq.relyingparty.v1.StreamSignedDocumentResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Supplier;

/** Fetches the signed documents of a request and puts them on disk before they are given up. */
final class SignedDocuments {
  private static final int MAX_NAME_CHARACTERS = 60; // of four bytes each: 255 with what is added

  private final Terminal terminal;
  private final Supplier<SignatureRequestServiceBlockingStub> stubs;

  /**
   * @param stubs one for each call, with its deadline
   */
  SignedDocuments(Terminal terminal, Supplier<SignatureRequestServiceBlockingStub> stubs) {
    this.terminal = terminal;
    this.stubs = stubs;
  }

  /**
   * Writes each document to {@code <name>.signed.pdf} in {@code folder}, or what its format ends
   * with, durably and whole or not at all, and prints the files. Other files of these names are
   * never overwritten.
   *
   * @throws FailedException if a file of such a name holds something else, or cannot be written, or
   *     what came is not what the server said
   */
  void fetch(SignatureRequest request, Path folder) {
    Set<String> names = new HashSet<>();
    for (int index = 0; index < request.getDocumentCount(); index++) {
      Iterator<StreamSignedDocumentResponse> pieces =
          stubs
              .get()
              .streamSignedDocument(
                  StreamSignedDocumentRequest.newBuilder()
                      .setId(request.getId())
                      .setIndex(index)
                      .build());
      SignedDocumentHeader header = pieces.next().getHeader();
      String name = fileName(header.getLabel());
      Path file =
          folder.resolve(unique(names, name, index) + SignatureForms.suffix(request.getFormat()));
      write(file, header, pieces);
      terminal.out().println(file);
    }
  }

  private static String unique(Set<String> names, String name, int index) {
    return names.add(name) ? name : name + "-" + (index + 1);
  }

  /** Says that the documents are held safely; the server then erases them. */
  void acknowledge(String id) {
    var _ =
        stubs
            .get()
            .acknowledgeSignedDocuments(
                AcknowledgeSignedDocumentsRequest.newBuilder().setId(id).build());
  }

  /** A name without folders, leading dots or anything unusual, whatever the label says. */
  static String fileName(String label) {
    String safe =
        label
            .replaceAll("(?i)\\.(pdf|xml)$", "")
            .replaceAll("[^\\p{L}\\p{N} ._-]", "_")
            .replaceAll("^[. ]+", "")
            .strip();
    int end =
        safe.offsetByCodePoints(
            0, Math.min(MAX_NAME_CHARACTERS, safe.codePointCount(0, safe.length())));
    return safe.isEmpty() ? "document" : safe.substring(0, end);
  }

  private static void write(
      Path file, SignedDocumentHeader header, Iterator<StreamSignedDocumentResponse> pieces) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, ".bakq-", ".part");
      try {
        receive(part, header, pieces);
        if (Files.exists(file)) {
          if (Files.mismatch(file, part) == -1) {
            return; // fetched before, the same
          }
          throw FailedException.usage(
              "The file "
                  + file
                  + " exists and is another one; nothing was overwritten or given up.");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      try (FileChannel parent = FileChannel.open(folder)) {
        parent.force(true); // the name, too, is on disk before the server erases its copy
      }
    } catch (IOException e) {
      throw FailedException.usage(
          "The file " + file + " cannot be written; the server keeps the documents.", e);
    }
  }

  private static void receive(
      Path part, SignedDocumentHeader header, Iterator<StreamSignedDocumentResponse> pieces)
      throws IOException {
    MessageDigest hash = Sha256.begin();
    long size = 0;
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      while (pieces.hasNext()) {
        ByteBuffer piece = pieces.next().getChunk().asReadOnlyByteBuffer();
        size += piece.remaining();
        if (size > header.getSize()) {
          break;
        }
        hash.update(piece.duplicate());
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      channel.force(true);
    }
    if (size != header.getSize()
        || !MessageDigest.isEqual(hash.digest(), header.getSha256().toByteArray())) {
      throw FailedException.unavailable(
          "What arrived is not what the server has; nothing was written. Fetch it again.");
    }
  }
}
