package eus.bakq.benchmarks;

import eus.bakq.fixtures.OcspAnswers;
import eus.bakq.fixtures.Pki;
import eus.bakq.fixtures.SoftHsm;
import eus.bakq.fixtures.TimeStampAuthority;
import eus.bakq.hsmconfig.Ceremony;
import eus.bakq.server.document.CompletionSources;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.PreparedDocument;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.document.SignatureForm;
import eus.bakq.server.document.TimeStampingSettings;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.hsm.HsmSettings;
import eus.bakq.server.hsm.NewCitizenKey;
import eus.bakq.server.hsm.UnusableKeyException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a document needs to be signed as the server signs it: tokens of a ceremony in
 * SoftHSM2, a citizen's key in them, a certificate, a time-stamping authority in a process of its
 * own, and status that is told in this process. For one thread.
 */
final class SigningPlace implements AutoCloseable {
  private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.ECDSA_P256_SHA256;

  private final Hsm hsm;
  private final TimeStampAuthority stamps;
  private final CompletionSources sources;
  private final SignatureDocuments documents;
  private final NewCitizenKey key;
  private final List<X509Certificate> chain;

  private SigningPlace(
      Hsm hsm,
      TimeStampAuthority stamps,
      CompletionSources sources,
      NewCitizenKey key,
      List<X509Certificate> chain) {
    this.hsm = hsm;
    this.stamps = stamps;
    this.sources = sources;
    this.documents = new SignatureDocuments(DocumentSettings.defaults(), Optional.of(sources));
    this.key = key;
    this.chain = chain;
  }

  /** Holds a ceremony in {@code folder}, makes a key and starts the time-stamping authority. */
  static SigningPlace open(Path folder) throws IOException {
    Hsm hsm = Hsm.open(hold(folder), new SecureRandom());
    TimeStampAuthority stamps = TimeStampAuthority.start(folder.resolve("stamps"));
    Pki pki = Pki.create("benchmarks");
    NewCitizenKey key =
        hsm.citizenKeys()
            .generate(
                KeyAlgorithm.EC_P256,
                any -> new DtbsRepresentation(ALGORITHM, Bytes.empty().sha256()));
    CompletionSources sources =
        CompletionSources.open(
            new TimeStampingSettings(
                stamps.address(),
                stamps.rootFile(),
                List.of(stamps.address()),
                TimeStampingSettings.DEFAULT_TIMEOUT),
            pki.authority().certificate(),
            request ->
                Bytes.copyOf(
                    OcspAnswers.answer(
                        pki.authority(), any -> true, request.toByteArray(), Instant.now())),
            new SecureRandom(),
            Clock.systemUTC(),
            System::nanoTime);
    return new SigningPlace(
        hsm,
        stamps,
        sources,
        key,
        List.of(pki.signer("Signer", new KeyPair(key.publicKey(), null)).certificate()));
  }

  private static HsmSettings hold(Path folder) throws IOException {
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String prefix = "bakq-demo-" + HexFormat.of().formatHex(random) + "-";
    Path plan =
        Files.writeString(
            folder.resolve("plan.yaml"),
            Files.readString(Path.of("../hsm-config/ceremonies/demo.yaml"))
                .replace("label: bakq-demo-", "label: " + prefix));
    Path officerA = Files.writeString(folder.resolve("officer-a"), "the first officer's secret");
    Path officerB = Files.writeString(folder.resolve("officer-b"), "the second officer's secret");
    Path out = folder.resolve("hsm");
    StringWriter account = new StringWriter();
    int exitCode =
        Ceremony.execute(
            new PrintWriter(account),
            "--plan",
            plan.toString(),
            "--module",
            SoftHsm.shared().module().toString(),
            "--officer-a",
            officerA.toString(),
            "--officer-b",
            officerB.toString(),
            "--out",
            out.toString());
    if (exitCode != 0) {
      throw new IllegalStateException("the ceremony failed: " + account);
    }
    return new HsmSettings(
        List.of(
            new HsmSettings.PartitionSettings(
                SoftHsm.shared().module(),
                token(prefix, out, "custody"),
                token(prefix, out, "authority"),
                token(prefix, out, "record"))),
        Profile.DEMO,
        out.resolve("transcript.json"),
        Files.readString(out.resolve("transcript.pub")).strip(),
        HsmSettings.DEFAULT_MAXIMUM_SESSIONS,
        HsmSettings.DEFAULT_SESSION_WAIT);
  }

  private static HsmSettings.TokenSettings token(String prefix, Path out, String role) {
    return new HsmSettings.TokenSettings(prefix + role, out.resolve(role + ".pin"));
  }

  /** The signer's certificate, for who signs otherwise. */
  X509Certificate certificate() {
    return chain.getFirst();
  }

  /**
   * What the citizen's key makes of a hash: unwrapped, used and destroyed, as for each signature.
   */
  SignatureValue sign(DtbsRepresentation dtbs) {
    try {
      return hsm.citizenKeys().sign(key.wrapped(), List.of(dtbs)).values().getFirst();
    } catch (UnusableKeyException e) {
      throw new IllegalStateException("the key of this benchmark cannot be used", e);
    }
  }

  /** Signs one document, and says how long each step took. */
  Split sign(Bytes original, SignatureForm form) {
    Stopwatch watch = new Stopwatch();
    try {
      PreparedDocument prepared =
          documents.prepare(
              original, form, chain, ALGORITHM, Instant.now().truncatedTo(ChronoUnit.SECONDS));
      Took preparing = watch.lap();
      SignatureValue value = sign(prepared.dtbs());
      Took key = watch.lap();
      Bytes signed = documents.complete(original, prepared, form, chain, value);
      return new Split(preparing, key, watch.lap(), signed.size());
    } catch (RefusedException e) {
      throw new IllegalStateException("the document of this benchmark is refused", e);
    }
  }

  @Override
  public void close() {
    sources.close();
    stamps.close();
    hsm.close();
  }
}
