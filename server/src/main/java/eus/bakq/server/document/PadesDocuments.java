package eus.bakq.server.document;

import eu.europa.esig.dss.pades.exception.ProtectedDocumentException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;

/**
 * PAdES B-B in two phases: prepare, let the signer's key sign elsewhere, complete. Nothing is kept
 * here in between, so any node may do the second phase. The original is only ever appended to
 * (SIG-12). Safe for several threads; at most {@link DocumentSettings#parallel} documents are open
 * at a time, and who waits longer than {@link DocumentSettings#longestWait} gets {@link
 * UnavailableException} (OVERLOADED), whatever the phase: nothing is then lost, and the same call
 * may be made again.
 */
public final class PadesDocuments {
  /** Where a document is only tried; any time does. */
  private static final Instant TRIAL_TIME = Instant.EPOCH;

  private static final int LONGEST_CHAIN = 8;

  private final DocumentSettings settings;
  private final DocumentTurns turns;
  private final PdfInspector inspector = new PdfInspector();
  private final PadesSignature pades = new PadesSignature();

  public PadesDocuments(DocumentSettings settings) {
    this(settings, new DocumentTurns(settings));
  }

  PadesDocuments(DocumentSettings settings, DocumentTurns turns) {
    this.settings = settings;
    this.turns = turns;
  }

  /**
   * Parses and bounds a PDF, and tries whether it can be signed at all: what passes here, passes
   * {@link #prepare}.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_ENCRYPTED, DOCUMENT_FORBIDS_SIGNING,
   *     DOCUMENT_TOO_LARGE
   */
  public void check(Bytes original) throws RefusedException {
    requireSmall(original);
    turns.take();
    try {
      increment(original.toByteArray(), TRIAL_TIME);
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
  public PreparedDocument prepare(
      Bytes original,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime)
      throws RefusedException {
    requireSmall(original);
    Instant time = signingTime.truncatedTo(ChronoUnit.SECONDS);
    requireUsable(chain, algorithm, time);
    turns.take();
    try {
      Increment increment = increment(original.toByteArray(), time);
      Bytes dtbs =
          Bytes.copyOf(
                  pades.dataToBeSigned(
                      increment.increment().byteRangeSha256(), chain, algorithm, time))
              .sha256();
      PreparedState state =
          new PreparedState(
              algorithm,
              time,
              sha256(chain.getFirst()),
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
  public Bytes complete(
      Bytes original,
      PreparedDocument prepared,
      List<X509Certificate> chain,
      SignatureValue value) {
    PreparedState state = PreparedState.decode(prepared.state());
    require(
        state.dtbsSha256().equals(prepared.dtbs().digest())
            && state.algorithm() == prepared.dtbs().algorithm()
            && state.algorithm() == value.algorithm(),
        "the prepared document is not the one of this hash and algorithm");
    require(
        !chain.isEmpty() && sha256(chain.getFirst()).equals(state.certificateSha256()),
        "the certificate is not the one of phase one");
    Bytes hash = state.original().byteRangeSha256();
    byte[] toBeSigned = pades.dataToBeSigned(hash, chain, state.algorithm(), state.signingTime());
    require(
        Bytes.copyOf(Bytes.sha256(toBeSigned)).equals(state.dtbsSha256()),
        "what was signed cannot be computed again");
    require(
        SignatureValueCheck.verifies(chain.getFirst().getPublicKey(), toBeSigned, value),
        "the signature value does not verify");
    byte[] cms = pades.cms(hash, chain, value, state.signingTime());
    byte[] signed = state.original().complete(original.toByteArray(), cms);
    requireReadsBack(signed, state);
    return Bytes.copyOf(signed);
  }

  private void requireReadsBack(byte[] signed, PreparedState state) {
    turns.take();
    try {
      PdfStructure structure = inspector.inspect(signed);
      require(
          structure.signatures() == state.signaturesBefore() + 1
              && structure.byteRanges().contains(state.original().byteRange()),
          "the signed document does not have the signature that was made");
    } catch (RefusedException e) {
      throw new IllegalStateException("the signed document cannot be read", e);
    } finally {
      turns.giveBack();
    }
  }

  private record Increment(SignatureIncrement increment, int signaturesBefore) {}

  private Increment increment(byte[] original, Instant signingTime) throws RefusedException {
    PdfStructure before = inspector.inspect(original);
    try {
      return increment(original, before, pades.prepare(original, signingTime));
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
            original, prepared.content(), upToTheEnd.getFirst(), prepared.byteRangeSha256()),
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

  private static void requireUsable(
      List<X509Certificate> chain, SignatureAlgorithm algorithm, Instant signingTime) {
    if (chain.isEmpty() || chain.size() > LONGEST_CHAIN) {
      throw new IllegalArgumentException("a chain has 1 to 8 certificates");
    }
    PublicKey key = chain.getFirst().getPublicKey();
    boolean fits =
        algorithm.keyAlgorithm() == KeyAlgorithm.EC_P256
            ? key instanceof ECPublicKey
            : key instanceof RSAPublicKey;
    if (!fits) {
      throw new IllegalArgumentException("the certificate's key is not one for " + algorithm);
    }
    try {
      chain.getFirst().checkValidity(Date.from(signingTime));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("the certificate is not valid at the signing time", e);
    }
  }

  private static Bytes sha256(X509Certificate certificate) {
    try {
      return Bytes.copyOf(Bytes.sha256(certificate.getEncoded()));
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate cannot be encoded", e);
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
