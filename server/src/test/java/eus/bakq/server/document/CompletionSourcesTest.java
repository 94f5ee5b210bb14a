package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.fixtures.Documents;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What a time-stamping authority and others do not do to us. */
class CompletionSourcesTest {
  private static final SignatureAlgorithm RSA = SignatureAlgorithm.RSA_3072_PSS_SHA256;
  private static final SignatureForm FORM =
      new SignatureForm(SignatureFormat.PADES, SignatureLevel.B_T, "document.pdf");
  private static final long PAUSE = Duration.ofSeconds(3).toNanos();

  @TempDir Path folder;
  private final AtomicLong nanoTime = new AtomicLong();
  private final SignerStatus status = new SignerStatus();
  private OddAuthority authority;
  private CompletionSources sources;

  @BeforeEach
  void open() throws IOException {
    authority = new OddAuthority();
    sources = sources(authority.address(), TimeStampingSettings.DEFAULT_TIMEOUT);
  }

  @AfterEach
  void close() {
    sources.close();
    authority.close();
  }

  private CompletionSources sources(URI address, Duration timeout) throws IOException {
    return CompletionSources.open(
        new TimeStampingSettings(
            address, authority.writeRoot(folder), List.of(authority.address()), timeout),
        SoftwareSigner.PKI.authority().certificate(),
        status::respond,
        new SecureRandom(),
        Clock.systemUTC(),
        nanoTime::get);
  }

  @TestFactory
  List<DynamicTest> noStampThatIsNotAsItMustBeIsTakenAndTheNextSoundOneIs() {
    Map<String, OddAuthority.Answer> answers = new LinkedHashMap<>();
    answers.put(
        "rubbish",
        (exchange, query) ->
            OddAuthority.send(exchange, 200, "rubbish".getBytes(StandardCharsets.US_ASCII)));
    answers.put("nothing", (exchange, query) -> OddAuthority.send(exchange, 200, new byte[0]));
    answers.put("an error", (exchange, query) -> OddAuthority.send(exchange, 500, new byte[9]));
    answers.put(
        "a redirection",
        (exchange, query) -> {
          exchange.getResponseHeaders().set("Location", "/elsewhere");
          OddAuthority.send(exchange, 302, new byte[0]);
        });
    answers.put(
        "half an answer",
        (exchange, query) -> {
          exchange.sendResponseHeaders(200, 4096);
          exchange.getResponseBody().write(new byte[100]);
          exchange.close();
        });
    answers.put(
        "more than there may be",
        (exchange, query) -> OddAuthority.send(exchange, 200, new byte[1 << 20]));
    answers.put("another hash", odd((odd, query) -> odd.forAnotherHash(query)));
    answers.put("another nonce", odd((odd, query) -> odd.withAnotherNonce(query)));
    answers.put("an expired unit", odd((odd, query) -> odd.byExpiredUnit(query)));
    answers.put("another authority", odd((odd, query) -> odd.byStranger(query)));
    answers.put("a time of tomorrow", odd((odd, query) -> odd.ofTomorrow(query)));
    answers.put("a stamp that is too large", odd((odd, query) -> odd.large(query)));
    answers.put("a certificate of no unit", odd((odd, query) -> odd.bySigner(query)));
    List<DynamicTest> tests = new ArrayList<>();
    answers.forEach(
        (name, answer) -> tests.add(DynamicTest.dynamicTest(name, () -> requireRetry(answer))));
    return tests;
  }

  @FunctionalInterface
  private interface Odd {
    byte[] answer(OddAuthority authority, byte[] query) throws Exception;
  }

  private OddAuthority.Answer odd(Odd odd) {
    return (exchange, query) -> OddAuthority.send(exchange, 200, odd.answer(authority, query));
  }

  private void requireRetry(OddAuthority.Answer answer) throws Exception {
    Signing signing = new Signing(sources);
    nanoTime.addAndGet(PAUSE);
    authority.answers(answer);
    assertThatThrownBy(signing::complete).isInstanceOf(UnavailableException.class);

    nanoTime.addAndGet(PAUSE);
    authority.answers(odd((odd, query) -> odd.sound(query)));
    assertThat(signing.complete().size()).isPositive();
  }

  @Test
  void aDamagedAnswerIsEitherAStampOrUnavailableAndNothingElse() throws Exception {
    Random random = new Random(20261122);
    Signing signing = new Signing(sources);
    int refused = 0;
    for (int round = 0; round < 150; round++) {
      authority.answers(
          (exchange, query) -> {
            byte[] answer = authority.sound(query);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
              answer[random.nextInt(answer.length)] = (byte) random.nextInt();
            }
            OddAuthority.send(exchange, 200, answer);
          });
      nanoTime.addAndGet(PAUSE);
      try {
        var _ = signing.complete();
      } catch (UnavailableException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void aStampWithALongChainFitsBesideTheLongestValue() throws Exception {
    authority.answers(odd((odd, query) -> odd.longChain(query)));

    assertThat(new Signing(sources).complete().size()).isPositive();
  }

  @Test
  void whoDoesNotAnswerInTimeIsNotWaitedForAndLeftAloneForAMoment() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    authority.answers(
        (exchange, query) -> {
          exchange.sendResponseHeaders(200, 0);
          assertThat(end.await(1, TimeUnit.MINUTES)).isTrue();
        });
    UnavailableException late;
    UnavailableException alone;
    int asked;
    try (CompletionSources hasty = sources(authority.address(), Duration.ofSeconds(1))) {
      Signing signing = new Signing(hasty);
      late = catchThrowableOfType(UnavailableException.class, signing::complete);
      asked = authority.asked();
      alone = catchThrowableOfType(UnavailableException.class, signing::complete);
      end.countDown();
    }

    assertThat(late).hasMessageContaining("in time");
    assertThat(alone).hasMessageContaining("left alone");
    assertThat(authority.asked()).isEqualTo(asked);
  }

  @Test
  void whoeverHoldsTheThreadsThatAllShareHoldsNoStampUp() throws Exception {
    authority.answers(odd((odd, query) -> odd.sound(query)));
    CountDownLatch end = new CountDownLatch(1);
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      ForkJoinPool.commonPool().execute(() -> hold(end));
    }
    try {
      assertThat(new Signing(sources).complete().size()).isPositive();
    } finally {
      end.countDown();
    }
  }

  private static void hold(CountDownLatch end) {
    try {
      assertThat(end.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anAuthorityThatIsNotThereIsUnavailable() throws Exception {
    try (CompletionSources nobody =
        sources(URI.create("http://127.0.0.1:1/"), Duration.ofSeconds(1))) {
      assertThatThrownBy(new Signing(nobody)::complete).isInstanceOf(UnavailableException.class);
    }
  }

  @Test
  void withoutTheStatusOfTheUnitThereIsNoLevelThatNeedsIt() throws Exception {
    // The odd units' certificates do not say where their status is told.
    Signing signing = new Signing(sources, SignatureLevel.B_LT);

    assertThatThrownBy(signing::complete)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("status");
  }

  @Test
  void onlyPermittedAddressesAreAskedForAStatus() {
    TimeStampingSettings settings =
        new TimeStampingSettings(
            URI.create("https://tsa.example/stamp"),
            Path.of("tsa.pem"),
            List.of(URI.create("http://tsa.example/status/"), URI.create("http://crl.example:81/")),
            Duration.ofSeconds(5));

    for (String permitted :
        List.of(
            "http://tsa.example/status/ocsp",
            "HTTP://TSA.example/status/a/b.crl",
            "http://crl.example:81/any.crl")) {
      assertThat(settings.permits(URI.create(permitted))).as(permitted).isTrue();
    }
    for (String refused :
        List.of(
            "http://tsa.example/status",
            "http://tsa.example/statusx/ocsp",
            "http://tsa.example/status/../admin",
            "http://tsa.example/status/%2e%2e/admin",
            "http://tsa.example/status/%2E%2E/admin",
            "http://tsa.example:8080/status/ocsp",
            "https://tsa.example/status/ocsp",
            "http://tsa.example.evil.example/status/",
            "http://tsa.example@evil.example/status/",
            "http://user@tsa.example/status/",
            "http://tsa.example/status/?x",
            "http://169.254.169.254/status/",
            "file:///status/",
            "ldap://tsa.example/status/",
            "mailto:a@tsa.example",
            "/status/")) {
      assertThat(settings.permits(URI.create(refused))).as(refused).isFalse();
    }
  }

  @Test
  void anAuthorityIsACertificateOfAnAuthority() throws Exception {
    Path file = folder.resolve("none.pem");
    Files.writeString(file, SoftwareSigner.PKI.server().certificatePem());
    refuses(file, "each of an authority");
    Files.writeString(file, "");
    refuses(file, "1 to 16 certificates");
    Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refuses(file, "not PEM certificates");
  }

  private void refuses(Path file, String sentence) {
    assertThatThrownBy(
            () ->
                CompletionSources.open(
                    new TimeStampingSettings(
                        authority.address(), file, List.of(), Duration.ofSeconds(1)),
                    SoftwareSigner.PKI.authority().certificate(),
                    status::respond,
                    new SecureRandom(),
                    Clock.systemUTC(),
                    nanoTime::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void whatIsKeptIsBoundedAndGoesWhenThereIsSomethingNewer() {
    StatusCache cache = new StatusCache();
    Instant now = Instant.parse("2026-11-21T10:00:00Z");
    AtomicInteger number = new AtomicInteger();
    List<Bytes> keys =
        Stream.generate(() -> Bytes.copyOf(new byte[] {(byte) number.getAndIncrement()}))
            .limit(65)
            .toList();
    keys.forEach(key -> cache.put(key, key, now.plusSeconds(10)));

    assertThat(cache.find(keys.getFirst(), now)).isEmpty();
    assertThat(cache.find(keys.getLast(), now)).contains(keys.getLast());
    assertThat(cache.find(keys.getLast(), now.plusSeconds(10))).isEmpty();

    Bytes half = Bytes.copyOf(new byte[17 << 20]);
    cache.put(keys.get(0), half, now.plusSeconds(10));
    cache.put(keys.get(1), half, now.plusSeconds(10));
    assertThat(cache.find(keys.get(0), now)).isEmpty();
    assertThat(cache.find(keys.get(1), now)).isPresent();
    cache.put(keys.get(2), Bytes.copyOf(new byte[33 << 20]), now.plusSeconds(10));
    assertThat(cache.find(keys.get(2), now)).isEmpty();
    assertThat(cache.find(keys.get(1), now)).isPresent();
  }

  /** A signature whose value is made, waiting for its completion. */
  private static final class Signing {
    private final Bytes original = Bytes.copyOf(Documents.pdfA1b());
    private final SignatureDocuments documents;
    private final SignatureForm form;
    private final PreparedDocument prepared;

    Signing(CompletionSources sources) throws Exception {
      this(sources, FORM.level());
    }

    Signing(CompletionSources sources, SignatureLevel level) throws Exception {
      this.form = new SignatureForm(FORM.format(), level, FORM.name());
      this.documents = new SignatureDocuments(DocumentSettings.defaults(), Optional.of(sources));
      this.prepared =
          documents.prepare(original, form, SoftwareSigner.chain(RSA), RSA, Instant.now());
    }

    Bytes complete() {
      return documents.complete(
          original,
          prepared,
          form,
          SoftwareSigner.chain(RSA),
          SoftwareSigner.sign(prepared.dtbs()));
    }
  }
}
