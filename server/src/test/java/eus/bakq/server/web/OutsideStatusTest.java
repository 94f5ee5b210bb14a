package eus.bakq.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.certificate.StatusWorld;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.vocabulary.CredentialPurpose;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenSSL, GnuTLS and the JDK ask over the wire at the addresses that stand in the certificates,
 * and know nothing but the authority's certificate. None of them shares code with what answers.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutsideStatusTest {
  private final AtomicReference<StatusWorld> world = new AtomicReference<>();
  private PublicListener listener;
  private Path folder;
  private String address;

  @BeforeAll
  void open(@TempDir Path given) throws Exception {
    folder = given;
    // The certificates name the port, so the door is there before them.
    listener =
        PublicListener.start(
            PublicListenerSettings.onPort(0),
            new PublicListener.Published(
                request -> world.get().responder().respond(request),
                () -> world.get().lists().current(),
                eus.bakq.server.vocabulary.Bytes.copyOf(new byte[] {0})));
    address = "http://127.0.0.1:" + listener.port();
    world.set(StatusWorld.open(URI.create(address)));
    pem("authority.pem", world.get().authority());
    pem("responder.pem", world.get().responderCertificate());
  }

  @AfterAll
  void close() {
    listener.close();
    world.get().close();
  }

  @Test
  void opensslAcceptsEachAnswerByPost() throws Exception {
    X509Certificate certificate = issue("citizen.pem", CredentialPurpose.SIGNATURE);

    assertThat(ocsp("citizen.pem", "-nonce")).contains("citizen.pem: good");
    world.get().suspend(certificate);
    assertThat(ocsp("citizen.pem", "-no_nonce"))
        .contains("citizen.pem: revoked")
        .contains("Reason: certificateHold");
    world.get().lift(certificate);
    assertThat(ocsp("citizen.pem", "-nonce")).contains("citizen.pem: good");
    world.get().revoke(certificate, RevocationReason.KEY_COMPROMISED);
    assertThat(ocsp("citizen.pem", "-nonce"))
        .contains("citizen.pem: revoked")
        .contains("Reason: keyCompromise");
  }

  @Test
  void opensslAcceptsOneAnswerForSeveralAndSha256() throws Exception {
    issue("one.pem", CredentialPurpose.SIGNATURE);
    world
        .get()
        .revoke(issue("two.pem", CredentialPurpose.AUTHENTICATION), RevocationReason.DATA_CHANGED);

    String said = ocsp("one.pem", "-nonce", "-sha256", "-cert", "two.pem");

    assertThat(said)
        .contains("one.pem: good")
        .contains("two.pem: revoked")
        .contains("Reason: affiliationChanged");
  }

  @Test
  void opensslAcceptsAnAnswerByGet() throws Exception {
    issue("got.pem", CredentialPurpose.SIGNATURE);
    OutsideProgram made =
        program(
            "openssl",
            "ocsp",
            "-issuer",
            "authority.pem",
            "-cert",
            "got.pem",
            "-no_nonce",
            "-reqout",
            "request.der");
    assertThat(made.exitCode()).as(made.said()).isZero();
    String request =
        Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("request.der")));

    Files.write(
        folder.resolve("response.der"),
        get("/ocsp/" + request.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")));

    OutsideProgram judged =
        program(
            "openssl",
            "ocsp",
            "-respin",
            "response.der",
            "-issuer",
            "authority.pem",
            "-cert",
            "got.pem",
            "-CAfile",
            "authority.pem",
            "-no_nonce");
    assertThat(judged.exitCode()).as(judged.said()).isZero();
    assertThat(judged.said()).contains("Response verify OK").contains("got.pem: good");
  }

  @Test
  void opensslAcceptsTheListAndWhatItTells() throws Exception {
    X509Certificate good = issue("listed-good.pem", CredentialPurpose.SIGNATURE);
    X509Certificate revoked = issue("listed-revoked.pem", CredentialPurpose.SIGNATURE);
    assertThat(good).isNotEqualTo(revoked);
    world.get().revoke(revoked, RevocationReason.SIGNER_ASKED);
    fetchList();

    OutsideProgram list =
        program(
            "openssl",
            "crl",
            "-in",
            "list.der",
            "-inform",
            "DER",
            "-CAfile",
            "authority.pem",
            "-noout",
            "-verify",
            "-text");
    assertThat(list.exitCode()).as(list.said()).isZero();
    assertThat(list.said())
        .contains("verify OK")
        .contains("Version 2 (0x1)")
        .contains("Cessation Of Operation");
    assertThat(verify("listed-good.pem")).contains("listed-good.pem: OK");
    assertThat(verify("listed-revoked.pem")).contains("certificate revoked");
  }

  /**
   * The authority's own, the responder's, and citizens' of both purposes, by the strictest rules.
   */
  @Test
  void opensslFindsNothingInAnyCertificateByItsStrictRules() throws Exception {
    issue("signs.pem", CredentialPurpose.SIGNATURE);
    issue("authenticates.pem", CredentialPurpose.AUTHENTICATION);
    fetchList();

    for (String name :
        List.of("signs.pem", "authenticates.pem", "responder.pem", "authority.pem")) {
      assertThat(verify(name)).as(name).contains(name + ": OK");
    }
    assertThat(purposes("signs.pem")).contains("SSL client : No").contains("OCSP helper CA : No");
    assertThat(purposes("authenticates.pem"))
        .contains("SSL client : Yes")
        .contains("SSL server : No");
    assertThat(verify("authenticates.pem", "-purpose", "sslclient")).contains(": OK");
  }

  @Test
  void gnutlsAcceptsChainsListsAndAnswers() throws Exception {
    issue("other-judge.pem", CredentialPurpose.SIGNATURE);
    X509Certificate revoked = issue("other-revoked.pem", CredentialPurpose.AUTHENTICATION);
    world.get().revoke(revoked, RevocationReason.SIGNER_ASKED);
    fetchList();
    for (String name : List.of("other-judge.pem", "responder.pem")) {
      OutsideProgram chain =
          program(
              "certtool",
              "--verify",
              "--load-ca-certificate",
              "authority.pem",
              "--infile",
              name,
              "--load-crl",
              "list.pem",
              "--verify-profile",
              "high");
      assertThat(chain.exitCode()).as(chain.said()).isZero();
      assertThat(chain.said()).contains("Verified. The certificate is trusted");
    }
    OutsideProgram of =
        program(
            "certtool",
            "--verify",
            "--load-ca-certificate",
            "authority.pem",
            "--infile",
            "other-revoked.pem",
            "--load-crl",
            "list.pem");
    assertThat(of.said()).contains("revoked");
    OutsideProgram list =
        program(
            "certtool",
            "--verify-crl",
            "--load-ca-certificate",
            "authority.pem",
            "--infile",
            "list.pem");
    assertThat(list.said()).contains("Verified");
    OutsideProgram asked =
        program(
            "ocsptool",
            "--ask=" + address + "/ocsp",
            "--load-cert",
            "other-judge.pem",
            "--load-issuer",
            "authority.pem",
            "--nonce",
            "--outder",
            "--outfile",
            "answer.der");
    assertThat(asked.exitCode()).as(asked.said()).isZero();
    OutsideProgram answer =
        program(
            "ocsptool",
            "--verify-response",
            "--load-response",
            "answer.der",
            "--load-trust",
            "authority.pem");
    assertThat(answer.exitCode()).as(answer.said()).isZero();
    assertThat(answer.said())
        .contains("Verifying OCSP Response: Success")
        .contains("Certificate Status: good");
  }

  /** By OCSP and by the list, at the addresses in the certificate; soft failures are off. */
  @Test
  void theJdkAsksAtTheAddressesInTheCertificate() throws Exception {
    X509Certificate certificate = issue("jdk.pem", CredentialPurpose.SIGNATURE);
    validate(certificate, PKIXRevocationChecker.Option.NO_FALLBACK);

    world.get().suspend(certificate);
    assertThatThrownBy(() -> validate(certificate, PKIXRevocationChecker.Option.NO_FALLBACK))
        .isInstanceOf(CertPathValidatorException.class)
        .hasMessageContaining("revoked");

    world.get().lift(certificate);
    validate(certificate, PKIXRevocationChecker.Option.NO_FALLBACK);
  }

  private static void validate(
      X509Certificate certificate, StatusWorld world, PKIXRevocationChecker.Option option)
      throws Exception {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
    revocation.setOptions(EnumSet.of(option));
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(world.authority(), null)));
    parameters.addCertPathChecker(revocation);
    CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate));
    assertThat(validator.validate(path, parameters)).isNotNull();
  }

  private void validate(X509Certificate certificate, PKIXRevocationChecker.Option option)
      throws Exception {
    validate(certificate, world.get(), option);
  }

  private X509Certificate issue(String file, CredentialPurpose purpose) throws Exception {
    X509Certificate issued = world.get().issue(purpose);
    pem(file, issued);
    return issued;
  }

  private String ocsp(String file, String... more) throws Exception {
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                "openssl",
                "ocsp",
                "-issuer",
                "authority.pem",
                "-CAfile",
                "authority.pem",
                "-url",
                address + "/ocsp"));
    // The choice of hash stands before the certificates that it is for.
    if (List.of(more).contains("-sha256")) {
      words.add("-sha256");
    }
    words.addAll(List.of("-cert", file));
    List.of(more).stream().filter(word -> !word.equals("-sha256")).forEach(words::add);
    OutsideProgram judged = program(words.toArray(String[]::new));
    assertThat(judged.exitCode()).as(judged.said()).isZero();
    assertThat(judged.said()).contains("Response verify OK").doesNotContain("WARNING");
    return judged.said();
  }

  private String verify(String file, String... more) throws Exception {
    List<String> words =
        new java.util.ArrayList<>(
            List.of(
                "openssl",
                "verify",
                "-x509_strict",
                "-check_ss_sig",
                "-policy_check",
                "-crl_check",
                "-CRLfile",
                "list.pem",
                "-CAfile",
                "authority.pem"));
    words.addAll(List.of(more));
    words.add(file);
    return program(words.toArray(String[]::new)).said();
  }

  private String purposes(String file) throws Exception {
    return program("openssl", "x509", "-in", file, "-noout", "-purpose").said();
  }

  private void fetchList() throws Exception {
    Files.write(folder.resolve("list.der"), get("/authority.crl"));
    OutsideProgram converted =
        program("openssl", "crl", "-in", "list.der", "-inform", "DER", "-out", "list.pem");
    assertThat(converted.exitCode()).as(converted.said()).isZero();
  }

  private byte[] get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(URI.create(address + path)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.statusCode()).isEqualTo(200);
      return response.body();
    }
  }

  private OutsideProgram program(String... words) throws IOException, InterruptedException {
    return OutsideProgram.run(folder, words);
  }

  private void pem(String file, X509Certificate certificate)
      throws IOException, CertificateEncodingException {
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
            + "\n-----END CERTIFICATE-----\n");
  }
}
