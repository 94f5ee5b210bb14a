package eus.bakq.server.document;

import eu.europa.esig.dss.pades.exception.ProtectedDocumentException;
import eu.europa.esig.dss.spi.validation.ValidationData;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * PAdES in two phases: prepare, let the signer's key sign elsewhere, complete. The original is only
 * ever appended to (SIG-12). For turns, waiting and threads see {@link SignatureDocuments}.
 */
final class PadesDocuments {
  /** Where a document is only tried; any time does. */
  private static final Instant TRIAL_TIME = Instant.EPOCH;

  /**
   * What a CMS takes beside its certificates: attributes, and the longest signature value. Measured
   * with a wide margin; too small would be noticed only after the HSM has signed.
   */
  private static final int CONTENT_WITHOUT_CERTIFICATES = 6_000;

  /** A place is not smaller than this, so that its size says nothing about a usual chain. */
  private static final int USUAL_CONTENT_SIZE = 12_000;

  private final DocumentSettings settings;
  private final DocumentTurns turns;
  private final Optional<CompletionSources> sources;
  private final PdfInspector inspector = new PdfInspector();
  private final PadesSignature pades = new PadesSignature();

  /**
   * Documents within {@code settings}.
   *
   * @param sources for levels above B-B, which are not made without
   */
  PadesDocuments(
      DocumentSettings settings, DocumentTurns turns, Optional<CompletionSources> sources) {
    this.settings = settings;
    this.turns = turns;
    this.sources = sources;
  }

  /**
   * Parses and bounds a PDF, and tries whether it can be signed at all: what passes here, passes
   * {@link #prepare}.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_ENCRYPTED, DOCUMENT_FORBIDS_SIGNING,
   *     DOCUMENT_TOO_LARGE
   */
  void check(Bytes original) throws RefusedException {
    requireSmall(original);
    turns.take();
    try {
      increment(original.toByteArray(), DigestAlgorithm.SHA256, USUAL_CONTENT_SIZE, TRIAL_TIME);
    } finally {
      turns.giveBack();
    }
  }

  /**
   * Phase one: prepares the increment and computes what is to be signed. The same arguments give
   * the same result on every node that runs the same release.
   *
   * @param chain the signer's certificate first, then the issuers without the root; at most 8
   * @param signingTime stands in the document, in whole seconds; the certificate must be valid then
   * @throws RefusedException as {@link #check}
   * @throws IllegalArgumentException if the certificate is not one for {@code algorithm} and {@code
   *     signingTime}
   */
  PreparedDocument prepare(
      Bytes original,
      SignatureLevel level,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime)
      throws RefusedException {
    requireSmall(original);
    Instant time = signingTime.truncatedTo(ChronoUnit.SECONDS);
    SignerChain.requireUsable(chain, algorithm, time);
    int contentSize = contentSize(level, chain);
    turns.take();
    try {
      Increment increment =
          increment(original.toByteArray(), algorithm.digest(), contentSize, time);
      Bytes dtbs =
          Bytes.copyOf(
                  pades.dataToBeSigned(
                      increment.increment().byteRangeDigest(), chain, algorithm, time))
              .digest(algorithm.digest());
      PreparedState state =
          new PreparedState(
              level,
              algorithm,
              time,
              SignerChain.sha256(chain),
              dtbs,
              increment.signaturesBefore(),
              increment.increment());
      return new PreparedDocument(state.encode(), new DtbsRepresentation(algorithm, dtbs));
    } finally {
      turns.giveBack();
    }
  }

  /**
   * Phase two: puts the value in. Checks that the original, the certificate and the hash are those
   * of phase one, that the value verifies, and that the signed document reads back with one
   * signature more, over the hash that was signed.
   *
   * @throws IllegalStateException if any of this is not so: then there is no document, and making
   *     the call again does not help
   */
  Bytes complete(
      Bytes original,
      PreparedDocument prepared,
      SignatureLevel level,
      List<X509Certificate> chain,
      SignatureValue value) {
    PreparedState state = PreparedState.decode(prepared.state());
    require(state.level() == level, "the prepared document is not one of this level");
    require(
        state.dtbs().equals(prepared.dtbs().digest())
            && state.algorithm() == prepared.dtbs().algorithm()
            && state.algorithm() == value.algorithm(),
        "the prepared document is not the one of this hash and algorithm");
    require(
        !chain.isEmpty() && SignerChain.sha256(chain).equals(state.certificateSha256()),
        "the certificate is not the one of phase one");
    Bytes hash = state.original().byteRangeDigest();
    byte[] toBeSigned = pades.dataToBeSigned(hash, chain, state.algorithm(), state.signingTime());
    require(
        Bytes.copyOf(toBeSigned).digest(state.algorithm().digest()).equals(state.dtbs()),
        "what was signed cannot be computed again");
    require(
        SignatureValueCheck.verifies(chain.getFirst().getPublicKey(), toBeSigned, value),
        "the signature value does not verify");
    byte[] cms =
        level == SignatureLevel.B_B
            ? pades.cms(hash, chain, value, state.signingTime())
            : pades.cmsWithTimeStamp(hash, chain, value, state.signingTime(), sources());
    byte[] signed = state.original().complete(original.toByteArray(), cms);
    requireReadsBack(signed, state.signaturesBefore() + 1, state.original());
    return Bytes.copyOf(
        switch (level) {
          case B_B, B_T -> signed;
          case B_LT -> withValidationData(signed, cms, state);
          case B_LTA -> withArchiveTimeStamp(withValidationData(signed, cms, state), state);
        });
  }

  private CompletionSources sources() {
    return sources.orElseThrow(
        () -> UnavailableException.temporarily("only level B-B is offered", null));
  }

  /** B-T to B-LT: what {@code signed} is, is never changed, only appended to. */
  private byte[] withValidationData(byte[] signed, byte[] cms, PreparedState state) {
    ValidationData data =
        PadesSignature.validationData(
            cms, state.algorithm().digest(), state.original().byteRangeDigest(), sources());
    turns.take();
    try {
      return DssDictionary.append(signed, data);
    } finally {
      turns.giveBack();
    }
  }

  /** B-LT to B-LTA: a time stamp over the document with its validation data. */
  private byte[] withArchiveTimeStamp(byte[] document, PreparedState state) {
    DigestAlgorithm digest = state.algorithm().digest();
    Increment increment = archiveIncrement(document, digest);
    byte[] token =
        sources()
            .timeStamps()
            .getTimeStampResponse(
                PadesSignature.dss(digest), increment.increment().byteRangeDigest().toByteArray())
            .getBytes();
    byte[] archived = increment.increment().complete(document, token);
    requireReadsBack(archived, state.signaturesBefore() + 2, increment.increment());
    return archived;
  }

  private Increment archiveIncrement(byte[] document, DigestAlgorithm digest) {
    turns.take();
    try {
      return increment(
          document,
          inspector.inspect(document),
          pades.prepareTimeStamp(document, digest, TimeStamps.MAXIMUM_TOKEN));
    } catch (RefusedException e) {
      throw new IllegalStateException("a document of ours cannot be time-stamped", e);
    } finally {
      turns.giveBack();
    }
  }

  private void requireReadsBack(byte[] signed, int signatures, SignatureIncrement increment) {
    turns.take();
    try {
      PdfStructure structure = inspector.inspect(signed);
      require(
          structure.signatures() == signatures
              && structure.byteRanges().contains(increment.byteRange()),
          "the signed document does not have the signature that was made");
    } catch (RefusedException e) {
      throw new IllegalStateException("the signed document cannot be read", e);
    } finally {
      turns.giveBack();
    }
  }

  private record Increment(SignatureIncrement increment, int signaturesBefore) {}

  private static int contentSize(SignatureLevel level, List<X509Certificate> chain) {
    int signature =
        Math.max(USUAL_CONTENT_SIZE, CONTENT_WITHOUT_CERTIFICATES + SignerChain.size(chain));
    return level == SignatureLevel.B_B ? signature : signature + TimeStamps.MAXIMUM_TOKEN;
  }

  private Increment increment(
      byte[] original, DigestAlgorithm digest, int contentSize, Instant signingTime)
      throws RefusedException {
    PdfStructure before = inspector.inspectOriginal(original);
    try {
      return increment(original, before, pades.prepare(original, digest, contentSize, signingTime));
    } catch (ProtectedDocumentException e) {
      throw refused(Refusal.DOCUMENT_FORBIDS_SIGNING, e);
    } catch (RuntimeException | StackOverflowError e) {
      // DSS and PDFBox on a file from outside: what they stumble over, or prepare wrongly, is the
      // file's fault. That they work at all is what the warm-up and the start-up self-test show.
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
  }

  private Increment increment(
      byte[] original, PdfStructure before, PadesSignature.PreparedPdf prepared)
      throws RefusedException {
    if (prepared.content().length - original.length > SignatureIncrement.MAXIMUM_TAIL) {
      throw new RefusedException(Refusal.DOCUMENT_TOO_LARGE);
    }
    PdfStructure after = inspector.inspect(prepared.content());
    require(
        after.signatures() == before.signatures() + 1,
        "preparing did not add exactly one signature");
    List<List<Integer>> upToTheEnd =
        after.byteRanges().stream()
            .filter(range -> reachesTheEnd(range, prepared.content().length))
            .toList();
    require(upToTheEnd.size() == 1, "not exactly one signature covers the document");
    return new Increment(
        SignatureIncrement.of(
            original,
            prepared.content(),
            upToTheEnd.getFirst(),
            prepared.digestAlgorithm(),
            prepared.byteRangeDigest(),
            prepared.contentSize()),
        before.signatures());
  }

  private static boolean reachesTheEnd(List<Integer> byteRange, int length) {
    return byteRange.size() == 4 && (long) byteRange.get(2) + byteRange.get(3) == length;
  }

  private void requireSmall(Bytes original) throws RefusedException {
    if (original.isEmpty()) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    if (original.size() > settings.largestSize()) {
      throw new RefusedException(Refusal.DOCUMENT_TOO_LARGE);
    }
  }

  private static RefusedException refused(Refusal refusal, Throwable cause) {
    RefusedException refused = new RefusedException(refusal);
    refused.initCause(cause);
    return refused;
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalStateException(otherwise);
    }
  }
}
