package eus.bakq.server.document;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Signatures of every format and level in two phases: prepare, let the signer's key sign elsewhere,
 * complete. Nothing is kept here in between, so any node may do the second phase. Safe for several
 * threads; at most {@link DocumentSettings#parallel} documents are open at a time, and who waits
 * longer than {@link DocumentSettings#longestWait} gets {@link UnavailableException} (OVERLOADED),
 * whatever the phase: nothing is then lost, and the same call may be made again.
 */
public final class SignatureDocuments {
  private final PadesDocuments pades;
  private final XadesDocuments xades;
  private final Optional<CompletionSources> sources;

  /** Documents up to level B-B only. */
  public SignatureDocuments(DocumentSettings settings) {
    this(settings, Optional.empty());
  }

  /**
   * Documents of every level that {@code sources} permit.
   *
   * @param sources whose owner closes them; without, only level B-B is offered
   */
  public SignatureDocuments(DocumentSettings settings, Optional<CompletionSources> sources) {
    DocumentTurns turns = new DocumentTurns(settings);
    this.pades = new PadesDocuments(settings, turns, sources);
    this.xades = new XadesDocuments(settings, turns, sources);
    this.sources = sources;
  }

  /** Whether this server makes signatures of {@code format}, which all are, at {@code level}. */
  public boolean offers(SignatureFormat format, SignatureLevel level) {
    Objects.requireNonNull(format);
    return level == SignatureLevel.B_B || sources.isPresent();
  }

  /**
   * Parses and bounds a document, and tries whether it can be signed in {@code format} at all: what
   * passes here, passes {@link #prepare}.
   *
   * @throws RefusedException DOCUMENT_UNREADABLE, DOCUMENT_ENCRYPTED, DOCUMENT_FORBIDS_SIGNING,
   *     DOCUMENT_TOO_LARGE
   */
  public void check(Bytes original, SignatureFormat format) throws RefusedException {
    switch (format) {
      case PADES -> pades.check(original);
      case XADES_ENVELOPED, XADES_ENVELOPING, XADES_DETACHED -> xades.check(original, format);
    }
  }

  /**
   * Phase one: computes what is to be signed. The same arguments give the same result on every node
   * that runs the same release. Nothing is fetched from anywhere.
   *
   * @param chain the signer's certificate first, then the issuers without the root; at most 8
   * @param signingTime stands in the document, in whole seconds; the certificate must be valid then
   * @throws RefusedException as {@link #check}
   * @throws UnavailableException if the form is not offered, which a request that was made before
   *     the configuration was changed may meet
   * @throws IllegalArgumentException if the certificate is not one for {@code algorithm} and {@code
   *     signingTime}
   */
  public PreparedDocument prepare(
      Bytes original,
      SignatureForm form,
      List<X509Certificate> chain,
      SignatureAlgorithm algorithm,
      Instant signingTime)
      throws RefusedException {
    if (!offers(form.format(), form.level())) {
      throw UnavailableException.temporarily("levels above B-B are not offered any more", null);
    }
    return switch (form.format()) {
      case PADES -> pades.prepare(original, form.level(), chain, algorithm, signingTime);
      case XADES_ENVELOPED, XADES_ENVELOPING, XADES_DETACHED ->
          xades.prepare(original, form, chain, algorithm, signingTime);
    };
  }

  /**
   * Phase two: puts the value in, and adds what the level asks for. Checks that the original, the
   * certificate, the form and the hash are those of phase one, that the value verifies, and that
   * the signed document reads back with one signature more, over what was signed.
   *
   * <p>At B-B the same arguments give the same bytes. From B-T on they do not: a time stamp is
   * asked for in each call, and from B-LT on revocation data. Whoever keeps results keeps the first
   * and forgets the others.
   *
   * @param form the one of phase one
   * @throws UnavailableException if the time-stamping authority or a source of revocation data does
   *     not answer as it must: nothing is lost, and the same call may be made again
   * @throws IllegalStateException if something else is not as it must be: then there is no
   *     document, and making the call again does not help
   */
  public Bytes complete(
      Bytes original,
      PreparedDocument prepared,
      SignatureForm form,
      List<X509Certificate> chain,
      SignatureValue value) {
    return switch (form.format()) {
      case PADES -> pades.complete(original, prepared, form.level(), chain, value);
      case XADES_ENVELOPED, XADES_ENVELOPING, XADES_DETACHED ->
          xades.complete(original, prepared, form, chain, value);
    };
  }
}
