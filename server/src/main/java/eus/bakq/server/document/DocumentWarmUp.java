package eus.bakq.server.document;

import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;

/**
 * Runs both phases of every format at every level that is offered, on the smallest documents that
 * there are, with software keys, time stamps and statuses that exist for this moment only and in
 * this process. So the first citizen does not wait for classes to be loaded, and a part that is
 * missing from the installation shows at the start. Nobody outside is asked.
 */
public final class DocumentWarmUp {
  /** Most documents are of this kind. */
  private static final int ROUNDS_OF_PDF = 10;

  private static final int ROUNDS_OF_XML = 3;
  private static final int ROUNDS_ABOVE_B_B = 1;

  /** What this process need not do again. */
  private static final Set<SignatureForm> WARM = ConcurrentHashMap.newKeySet();

  private final DocumentSettings settings;
  private final Set<SignatureLevel> levels;
  private final SecureRandom random;
  private final Clock clock;

  /**
   * A warm-up within {@code settings}.
   *
   * @param levels those that the server offers
   */
  public DocumentWarmUp(
      DocumentSettings settings, Set<SignatureLevel> levels, SecureRandom random, Clock clock) {
    this.settings = settings;
    this.levels = Set.copyOf(levels);
    this.random = random;
    this.clock = clock;
  }

  /**
   * Takes some seconds in a new process: a fixed number of signatures, none of which waits for
   * anybody. Later servers of the same process find done what an earlier one has begun.
   *
   * @throws IllegalStateException if documents cannot be signed in this installation
   */
  public void run() {
    try {
      WarmUpAuthority authority = WarmUpAuthority.make(random, clock);
      SignatureDocuments documents =
          new SignatureDocuments(settings, Optional.of(authority.sources()));
      for (SignatureFormat format : SignatureFormat.values()) {
        Bytes original = format == SignatureFormat.PADES ? emptyPage() : emptyElement();
        for (SignatureLevel level : levels) {
          SignatureForm form = new SignatureForm(format, level, "warm-up");
          if (WARM.add(form)) {
            for (int round = 0; round < rounds(format, level); round++) {
              sign(documents, original, form, authority);
            }
          }
        }
      }
    } catch (RefusedException | IOException | GeneralSecurityException e) {
      throw new IllegalStateException("documents cannot be signed in this installation", e);
    }
  }

  private static int rounds(SignatureFormat format, SignatureLevel level) {
    if (level != SignatureLevel.B_B) {
      return ROUNDS_ABOVE_B_B;
    }
    return format == SignatureFormat.PADES ? ROUNDS_OF_PDF : ROUNDS_OF_XML;
  }

  private void sign(
      SignatureDocuments documents, Bytes original, SignatureForm form, WarmUpAuthority authority)
      throws RefusedException, GeneralSecurityException {
    SignatureAlgorithm algorithm = SignatureAlgorithm.ECDSA_P256_SHA256;
    List<X509Certificate> chain = List.of(authority.signer());
    Instant now = clock.instant();
    PreparedDocument prepared = documents.prepare(original, form, chain, algorithm, now);
    Signature signature = Signature.getInstance("NONEwithECDSA");
    signature.initSign(authority.signerKey(), random);
    signature.update(prepared.dtbs().digest().toByteArray());
    var _ =
        documents.complete(
            original,
            prepared,
            form,
            chain,
            new SignatureValue(algorithm, Bytes.copyOf(signature.sign())));
  }

  private static Bytes emptyElement() {
    return Bytes.copyOf("<empty/>".getBytes(StandardCharsets.US_ASCII));
  }

  /** A PDF of one empty page: the smallest document that can be signed. */
  public static Bytes emptyPage() throws IOException {
    try (PDDocument document = new PDDocument();
        ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      document.addPage(new PDPage());
      document.save(out);
      return Bytes.copyOf(out.toByteArray());
    }
  }
}
