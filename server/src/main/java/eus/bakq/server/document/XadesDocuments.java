package eus.bakq.server.document;

import eu.europa.esig.dss.spi.exception.IllegalInputException;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * XAdES in two phases: prepare, let the signer's key sign elsewhere, complete. Nothing is kept here
 * in between, so any node may do the second phase. Every byte of the original is in the result
 * (enveloped, enveloping) or untouched beside it (detached).
 *
 * <ul>
 *   <li>enveloped: XML only. The signature becomes the last child of the root. It covers the
 *       document without the signatures that are children of its root, and without comments
 *   <li>enveloping: any file, as Base64 inside the signature
 *   <li>detached: any file; the result is the signature alone, which names it
 * </ul>
 *
 * <p>For turns, waiting and threads see {@link SignatureDocuments}.
 */
final class XadesDocuments {
  /** Where a document is only tried; any time, algorithm and name do. */
  private static final Instant TRIAL_TIME = Instant.EPOCH;

  private static final SignatureAlgorithm TRIAL_ALGORITHM = SignatureAlgorithm.ECDSA_P256_SHA256;

  private final DocumentSettings settings;
  private final DocumentTurns turns;

  /** Others than {@link #turns}: who waits for a time stamp keeps nobody from signing. */
  private final DocumentTurns completing;

  private final Optional<CompletionSources> sources;
  private final XmlInspector inspector = new XmlInspector();
  private final XadesSignature xades = new XadesSignature();

  /**
   * Documents within {@code settings}.
   *
   * @param turns shared with whatever else has documents open
   * @param sources for levels above B-B, which are not made without
   */
  XadesDocuments(
      DocumentSettings settings, DocumentTurns turns, Optional<CompletionSources> sources) {
    this.settings = settings;
    this.turns = turns;
    this.completing = new DocumentTurns(settings);
    this.sources = sources;
  }

  /**
   * Bounds a document, and for an enveloped signature parses it and tries whether it can be signed
   * at all: what passes here, passes {@link #prepare}.
   *
   * @param format one of the three of XAdES
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_FORBIDS_SIGNING, DOCUMENT_TOO_LARGE
   */
  void check(Bytes original, SignatureFormat format) throws RefusedException {
    requireSmall(original, format);
    if (format != SignatureFormat.XADES_ENVELOPED) {
      return;
    }
    SignatureForm form = new SignatureForm(format, SignatureLevel.B_B, "trial");
    turns.take();
    try {
      byte[] content = original.toByteArray();
      framed(
          content,
          XadesNames.of(content, form, Bytes.empty(), TRIAL_ALGORITHM, TRIAL_TIME),
          List.of());
    } finally {
      turns.giveBack();
    }
  }

  /**
   * Phase one: makes the signature but for its value, and computes what is to be signed. The same
   * arguments give the same result on every node that runs the same release.
   *
   * @param chain the signer's certificate first, then the issuers without the root; at most 8
   * @param signingTime stands in the signature, in whole seconds; the certificate must be valid
   *     then
   * @throws RefusedException as {@link #check}
   * @throws IllegalArgumentException if the certificate is not one for {@code algorithm} and {@code
   *     signingTime}
   */
  PreparedDocument prepare(
      Bytes original,
      SignatureForm form,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime)
      throws RefusedException {
    requireSmall(original, form.format());
    Instant time = signingTime.truncatedTo(ChronoUnit.SECONDS);
    SignerChain.requireUsable(chain, algorithm, time);
    Bytes certificate = SignerChain.sha256(chain);
    turns.take();
    try {
      byte[] content = original.toByteArray();
      Framed framed =
          framed(content, XadesNames.of(content, form, certificate, algorithm, time), chain);
      Bytes toBeSigned = Bytes.copyOf(framed.toBeSigned());
      XadesState state =
          new XadesState(
              algorithm, time, certificate, toBeSigned, framed.signaturesBefore(), framed.frame());
      return new PreparedDocument(
          state.encode(), new DtbsRepresentation(algorithm, toBeSigned.digest(algorithm.digest())));
    } finally {
      turns.giveBack();
    }
  }

  /**
   * Phase two: puts the value in. Checks that the original, the certificate, the form and the hash
   * are those of phase one, that the value verifies, and that the signed document reads back with
   * one signature more, which verifies, over what was signed; then adds what the level asks for,
   * and reads the signature back once more; what was added is DSS's, and is not judged here. At B-B
   * the same arguments give the same bytes.
   *
   * @return the signed document; of a detached signature, the signature alone
   * @throws UnavailableException as {@link SignatureDocuments#complete}
   * @throws IllegalStateException if any of this is not so: then there is no document, and making
   *     the call again does not help
   */
  Bytes complete(
      Bytes original,
      PreparedDocument prepared,
      SignatureForm form,
      List<X509Certificate> chain,
      SignatureValue value) {
    XadesState state = XadesState.decode(prepared.state());
    DtbsRepresentation dtbs = prepared.dtbs();
    require(
        state.toBeSigned().digest(state.algorithm().digest()).equals(dtbs.digest())
            && state.algorithm() == dtbs.algorithm()
            && state.algorithm() == value.algorithm(),
        "the prepared document is not the one of this hash and algorithm");
    require(
        state.frame().format() == form.format(), "the form of signature is not that of phase one");
    require(
        !chain.isEmpty() && SignerChain.sha256(chain).equals(state.certificateSha256()),
        "the certificate is not the one of phase one");
    require(
        SignatureValueCheck.verifies(
            chain.getFirst().getPublicKey(), state.toBeSigned().toByteArray(), value),
        "the signature value does not verify");
    byte[] content = original.toByteArray();
    byte[] signed = state.frame().complete(content, value);
    XadesNames names =
        XadesNames.of(
            content, form, state.certificateSha256(), state.algorithm(), state.signingTime());
    requireReadsBack(signed, content, names, state, chain.getFirst().getPublicKey());
    if (form.level() == SignatureLevel.B_B) {
      return Bytes.copyOf(signed);
    }
    byte[] extended = extend(signed, content, names, form.level());
    requireReadsBack(extended, content, names, state, chain.getFirst().getPublicKey());
    return Bytes.copyOf(extended);
  }

  private byte[] extend(byte[] signed, byte[] original, XadesNames names, SignatureLevel level) {
    CompletionSources open =
        sources.orElseThrow(
            () -> UnavailableException.temporarily("only level B-B is offered", null));
    completing.take();
    try {
      return XadesExtension.extend(signed, original, names, level, open);
    } finally {
      completing.giveBack();
    }
  }

  private void requireReadsBack(
      byte[] signed, byte[] original, XadesNames names, XadesState state, PublicKey key) {
    turns.take();
    try {
      Bytes signedInfo =
          new XadesReadBack(signed, original, names, state.signaturesBefore() + 1)
              .requireValid(key);
      require(
          signedInfo.equals(state.toBeSigned()),
          "the signed document does not have what was signed");
    } finally {
      turns.giveBack();
    }
  }

  // Held for the length of one call and never shared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Framed(XadesFrame frame, byte[] toBeSigned, int signaturesBefore) {}

  private Framed framed(byte[] original, XadesNames names, List<X509Certificate> chain)
      throws RefusedException {
    if (names.format() != SignatureFormat.XADES_ENVELOPED) {
      XadesSignature.UnsignedXml unsigned = xades.prepare(original, names, chain);
      XadesFrame frame =
          names.format() == SignatureFormat.XADES_ENVELOPING
              ? XadesFrame.enveloping(original, unsigned.content(), names)
              : XadesFrame.detached(original, unsigned.content(), names);
      new XadesReadBack(frame.withPlaceholder(original), original, names, 1).requireReferences();
      return new Framed(frame, unsigned.toBeSigned(), 0);
    }
    XmlStructure structure = inspector.inspect(original);
    try {
      return enveloped(original, structure, names, chain);
    } catch (IllegalInputException e) {
      // That it is XML and no signature itself has been seen; what is left is an earlier signature
      // that would not survive another one beside it.
      throw refused(Refusal.DOCUMENT_FORBIDS_SIGNING, e);
    } catch (RuntimeException | StackOverflowError e) {
      // DSS and its parser on a file from outside: what they stumble over, or sign wrongly, is the
      // file's fault. That they work at all is what the warm-up and the start-up self-test show.
      throw refused(Refusal.DOCUMENT_UNREADABLE, e);
    }
  }

  private Framed enveloped(
      byte[] original, XmlStructure structure, XadesNames names, List<X509Certificate> chain) {
    XadesSignature.UnsignedXml unsigned = xades.prepare(original, names, chain);
    XadesFrame frame = XadesFrame.enveloped(original, unsigned.content(), structure, names);
    new XadesReadBack(frame.withPlaceholder(original), original, names, structure.signatures() + 1)
        .requireReferences();
    return new Framed(frame, unsigned.toBeSigned(), structure.signatures());
  }

  private void requireSmall(Bytes original, SignatureFormat format) throws RefusedException {
    int largest =
        switch (format) {
          case XADES_ENVELOPED, XADES_ENVELOPING ->
              Math.min(settings.largestXml(), settings.largestSize());
          case XADES_DETACHED -> settings.largestSize();
          case PADES -> throw new IllegalArgumentException("PAdES is not XML");
        };
    if (original.isEmpty()) {
      throw new RefusedException(Refusal.DOCUMENT_UNREADABLE);
    }
    if (original.size() > largest) {
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
