package eus.bakq.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import eus.bakq.server.authentication.PasswordHashingSettings;
import eus.bakq.server.authentication.PasswordPolicySettings;
import eus.bakq.server.caller.CallerQuotas;
import eus.bakq.server.caller.CallerRole;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.TimeStampingSettings;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.grpc.ListenerBounds;
import eus.bakq.server.grpc.ListenerSettings;
import eus.bakq.server.hsm.HsmSettings.PartitionSettings;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import eus.bakq.server.notification.DispatcherSettings;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Language;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureScheme;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigurationFileTest {
  private static final String HASH = "ab".repeat(32);
  private static final String OTHER_HASH = "cd".repeat(32);

  @TempDir Path folder;
  private WrittenConfiguration written;

  @BeforeEach
  void writeTheSmallest() throws IOException {
    written = WrittenConfiguration.smallest();
  }

  @Test
  void whatIsNotSaidIsTheDefault() throws Exception {
    ServerConfiguration read = read(Profile.PRODUCTION);

    assertThat(read.profile()).isEqualTo(Profile.PRODUCTION);
    assertThat(read.hsm().profile()).isEqualTo(Profile.PRODUCTION);
    assertThat(read.certificate().environment()).isEqualTo(Profile.PRODUCTION);
    assertThat(read.hsm().maximumSessions()).isEqualTo(16);
    assertThat(read.database().runtimeUser()).isEqualTo("bakq_runtime");
    assertThat(read.database().ownerUser()).isEqualTo("bakq_owner");
    assertThat(read.passwordHashing()).isEqualTo(PasswordHashingSettings.STANDARD);
    assertThat(read.passwordPolicy()).isEqualTo(PasswordPolicySettings.STANDARD);
    assertThat(read.authentication().lockAfter()).isEqualTo(5);
    assertThat(read.authentication().codeLife()).isEqualTo(Duration.ofMinutes(5));
    assertThat(read.sam().sadLife()).isEqualTo(Duration.ofMinutes(2));
    assertThat(read.sam().algorithms().lastEnd(KeyAlgorithm.EC_P256)).isEmpty();
    assertThat(read.sam().algorithms().schemes().get(SignatureScheme.RSA_3072_PKCS1))
        .isEqualTo(Instant.parse("2029-01-01T00:00:00Z"));
    assertThat(read.keyAlgorithm()).isEqualTo(KeyAlgorithm.EC_P256);
    assertThat(read.rsaScheme()).isEqualTo(SignatureScheme.RSA_3072_PSS);
    assertThat(read.documents()).isEqualTo(DocumentSettings.defaults());
    assertThat(read.timeStamping()).isEmpty();
    assertThat(read.messages()).isEqualTo(DispatcherSettings.defaults());
    assertThat(read.enrolment().activationLife()).isEqualTo(Duration.ofDays(7));
    assertThat(read.callers().all()).isEmpty();
    assertThat(read.listeners())
        .extracting(ListenerSettings::audience)
        .containsExactlyInAnyOrder(Audience.values());
    for (ListenerSettings listener : read.listeners()) {
      assertThat(listener.address()).isEqualTo("127.0.0.1");
      assertThat(listener.bounds()).isEqualTo(ListenerBounds.forAudience(listener.audience()));
    }
  }

  /** Outside the file, so that no file alone can make a demo of a production server. */
  @Test
  void theProfileIsNoKeyAndReachesAllThatDependOnIt() throws Exception {
    ServerConfiguration read = read(Profile.DEMO);

    assertThat(read.profile()).isEqualTo(Profile.DEMO);
    assertThat(read.hsm().profile()).isEqualTo(Profile.DEMO);
    assertThat(read.certificate().environment()).isEqualTo(Profile.DEMO);
    assertThat(faults(written.with("profile", "demo")))
        .containsExactly("profile: is no key of this server");
  }

  @Test
  void aRelativePathIsRelativeToTheFilesFolder() throws Exception {
    ServerConfiguration read = read(Profile.PRODUCTION);

    assertThat(read.hsm().partitions().getFirst().custody().pinFile())
        .isEqualTo(folder.resolve("pins/custody"));
    assertThat(read.hsm().transcript()).isEqualTo(folder.resolve("ceremony/transcript.json"));
    assertThat(read.database().ownerPasswordFile()).isEqualTo(folder.getParent().resolve("owner"));
    assertThat(read.database().runtimePasswordFile()).isEqualTo(Path.of("/etc/bakq/runtime"));
    assertThat(read.listeners().getFirst().serverKey()).isEqualTo(folder.resolve("pki/server.key"));
  }

  @Test
  void whatIsSaidIsRead() throws Exception {
    written
        .with("hsm.maximumSessions", "7")
        .with("authentication.codeGap", "PT0S")
        .with(
            "hsm.furtherPartitions",
            """
            - module: /usr/lib/other.so
              custody: {label: c, serial: "0123456789abcdef", pinFile: pins/c}
              authority: {label: a, pinFile: pins/a}
              record: {label: r, pinFile: pins/r}
            """)
        .with("algorithms.ECDSA_P256", "2031-06-30")
        .with("citizenKeys.algorithm", "RSA_3072")
        .with("listeners.signer.bounds.workers", "3")
        .with(
            "timeStamping",
            """
            {address: "http://tsa.example/", authorities: tsa.pem,
             statusAddresses: ["http://tsa.example/status/"]}
            """)
        .with(
            "callers",
            """
            - {name: sede-a, role: SEDE, certificateSha256: %s,
               displayNames: {eu: Udala, es: Ayuntamiento}, quotas: {openRequests: 2}}
            - {name: officer, role: REGISTRATION_OFFICER, certificateSha256: %s, dni: 12345678-z}
            """
                .formatted(HASH, OTHER_HASH));

    ServerConfiguration read = read(Profile.PRODUCTION);

    assertThat(read.hsm().maximumSessions()).isEqualTo(7);
    assertThat(read.hsm().partitions()).hasSize(2);
    assertThat(read.hsm().partitions().getLast())
        .isEqualTo(
            new PartitionSettings(
                Path.of("/usr/lib/other.so"),
                new TokenSettings("c", Optional.of("0123456789abcdef"), folder.resolve("pins/c")),
                new TokenSettings("a", folder.resolve("pins/a")),
                new TokenSettings("r", folder.resolve("pins/r"))));
    assertThat(read.authentication().codeGap()).isZero();
    assertThat(read.sam().algorithms().lastEnd(KeyAlgorithm.EC_P256))
        .contains(Instant.parse("2031-06-30T00:00:00Z"));
    assertThat(read.keyAlgorithm()).isEqualTo(KeyAlgorithm.RSA_3072);
    assertThat(read.listeners())
        .filteredOn(listener -> listener.audience() == Audience.SIGNER)
        .singleElement()
        .satisfies(listener -> assertThat(listener.bounds().workers()).isEqualTo(3));
    assertThat(read.timeStamping())
        .contains(
            new TimeStampingSettings(
                URI.create("http://tsa.example/"),
                folder.resolve("tsa.pem"),
                List.of(URI.create("http://tsa.example/status/")),
                TimeStampingSettings.DEFAULT_TIMEOUT));
    RegisteredCaller sede = read.callers().byName(new CallerName("sede-a")).orElseThrow();
    assertThat(sede.role()).isEqualTo(CallerRole.SEDE);
    assertThat(sede.certificateSha256().toHex()).isEqualTo(HASH);
    assertThat(sede.displayNames())
        .isEqualTo(Map.of(Language.BASQUE, "Udala", Language.SPANISH, "Ayuntamiento"));
    assertThat(sede.quotas()).isEqualTo(new CallerQuotas(60, 20, 2));
    assertThat(read.callers().byName(new CallerName("officer")).orElseThrow().dni())
        .isEqualTo(Optional.of("12345678Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hsm.pin                          | "1234"        | hsm.pin: is no key of this server
          hsm.module                       | ''            | hsm.module: is missing; it is the path of a file
          hsm.module                       | 7             | hsm.module: is the path of a file
          hsm.furtherPartitions            | {module: /a.so} | hsm.furtherPartitions: is a list of at most 7
          hsm.furtherPartitions            | [{module: a, custody: {label: a, pinFile: a}, authority: {label: a, pinFile: a}, record: {label: a, pinFile: a}, transcript: b}] | hsm.furtherPartitions[0].transcript: is no key of this server
          hsm.furtherPartitions            | [{module: a, custody: {label: a, serial: "12345678901234567", pinFile: a}, authority: {label: a, pinFile: a}, record: {label: a, pinFile: a}}] | hsm.furtherPartitions[0].custody: serial has 1 to 16 characters
          hsm.maximumSessions              | 0             | hsm: maximumSessions is 1 to 256, with each token
          hsm.maximumSessions              | "16"          | hsm.maximumSessions: is a whole number
          hsm.maximumSessions              | 4294967297    | hsm.maximumSessions: is a whole number
          hsm.custody.label                | ''            | hsm.custody.label: is missing; it is a text
          hsm.custody                      | custody       | hsm.custody: is a section with keys
          database.jdbcUrl                 | ''            | database.jdbcUrl: is missing; it is a text
          database.jdbcUrl                 | [a]           | database.jdbcUrl: is a text
          database.runtimeUser             | bakq_owner    | database: runtimeUser and ownerUser are two different roles
          database.statementTimeout        | PT61S         | database: statementTimeout is 100 ms to 60000 ms
          database.statementTimeout        | 10            | database.statementTimeout: is a time such as PT30S, PT5M or P7D
          database.statementTimeout        | PT9999999999H | database.statementTimeout: is a time such as PT30S, PT5M or P7D
          passwordHashing.memoryKibibytes  | 1024          | passwordHashing: with iterations of 5, memoryKibibytes is 7168 to 1048576
          passwordPolicy.minimumLength     | 7             | passwordPolicy: minimumLength is 8 to 64
          authentication.lockAfter         | 6             | authentication: lockAfter is 1 to 5
          authentication.codeDigits        | 5             | authentication: codeDigits is 6 to 8
          sam.sadLife                      | PT5M1S        | sam: sadLife is 10 to 300 seconds
          algorithms.RSA_3072_PKCS1        | never         | algorithms.RSA_3072_PKCS1: is a day such as 2029-01-01, or none
          citizenKeys.rsaSignature         | ECDSA_P256    | citizenKeys.rsaSignature: is a way in which RSA keys sign
          signing.authorisationAddress     | http://a.example/ | signing: authorisationAddress is an https address without fragment, at most 400 characters
          signing.authorisationAddress     | https://a b/  | signing.authorisationAddress: is an address
          documents.parallel               | 0             | documents: parallel is 1 to 64
          timeStamping                     | tsa           | timeStamping: is a section with keys
          timeStamping                     | {authorities: a.pem} | timeStamping.address: is missing; it is an address
          timeStamping                     | {address: "ftp://a/", authorities: a.pem} | timeStamping: address is http or https, with a host, and without user, query and fragment
          timeStamping                     | {address: "http://a/", authorities: a.pem, statusAddresses: ["http://a/x"]} | timeStamping: statusAddresses are at most 16, each http or https with a path that ends with /
          timeStamping                     | {address: "http://a/", authorities: a.pem, statusAddresses: http://a/} | timeStamping.statusAddresses: is a list of addresses
          certificate.policy               | 0.4.0.194112.1.2 | certificate: policy is not QCP-n-qscd: the keys are not in a certified QSCD (CRT-05, CRT-07)
          certificate.practiceStatement    | http://a.example/ | certificate: practiceStatement is an https address of at most 200 characters
          messages.workers                 | 17            | messages: workers is 1 to 16
          smsHost                          | Firma.example | smsHost: the host of SMS is a host name in small letters
          smsHost                          | a-host-that-is-too-long.example | smsHost: the host of SMS is 7 characters too long
          listeners.signer.port            | ''            | listeners.signer.port: is missing; it is a whole number
          listeners.signer.port            | 65536         | listeners.signer: port is 0 to 65535
          listeners.signer.clientAuthority | pki/x.pem     | listeners.signer.clientAuthority: is no key of this server
          listeners.auditor.clientAuthority | ''           | listeners.auditor.clientAuthority: is missing; it is the path of a file
          listeners.signer.bounds.workers  | 0             | listeners.signer.bounds: workers is 1 to 256
          listeners.citizens               | {port: 1}     | listeners.citizens: is no key of this server
          callers                          | sede-a        | callers: is a list of at most 10000
          demo                             | true          | demo: is no key of this server
          """)
  void whatIsWrongIsNamed(String key, String value, String fault) throws Exception {
    if (value.isEmpty()) {
      written.without(key);
    } else {
      written.with(key, value);
    }

    List<String> faults = faults(written);

    assertThat(faults.getFirst()).isEqualTo(fault);
    assertThat(faults).allMatch(each -> each.startsWith(fault.substring(0, fault.indexOf(':'))));
  }

  @Test
  void aKeyThatIsMissingIsOneFaultAndNotTwo() throws Exception {
    assertThat(faults(written.without("hsm.custody.label")))
        .containsExactly("hsm.custody.label: is missing; it is a text");
  }

  static List<String> required() {
    return ConfigurationFile.keys().entrySet().stream()
        .filter(key -> key.getValue().equals("required"))
        // Of a list that may be empty, and of a section that may be left out.
        .filter(key -> !key.getKey().startsWith("callers"))
        .filter(key -> !key.getKey().startsWith("hsm.furtherPartitions"))
        .filter(key -> !key.getKey().startsWith("timeStamping"))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @MethodSource("required")
  void whatHasNoDefaultMustBeThere(String key) throws Exception {
    assertThat(faults(written.without(key)))
        .singleElement()
        .asString()
        .startsWith(key + ": is missing");
  }

  @Test
  void allFaultsAreToldAtOnce() throws Exception {
    written
        .without("hsm.transcript")
        .with("database.poolSize", "1")
        .with("sam.sadLife", "soon")
        .with("signing.requestLive", "PT5M")
        .with("smsHost", "Firma.example")
        .with("callers", "[{role: SEDE, certificateSha256: 00, colour: red}]");

    assertThat(faults(written))
        .containsExactlyInAnyOrder(
            "hsm.transcript: is missing; it is the path of a file",
            "database: poolSize is 2 to 64",
            "sam.sadLife: is a time such as PT30S, PT5M or P7D",
            "signing.requestLive: is no key of this server",
            "smsHost: the host of SMS is a host name in small letters",
            "callers[0].name: is missing; it is a text",
            "callers[0].certificateSha256: is a text",
            "callers[0].colour: is no key of this server");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: Sede A, role: SEDE, certificateSha256: HASH | callers[0].name: a caller's name has 1 to 64 lower-case letters, digits and hyphens
          name: sede-a, role: OWNER, certificateSha256: HASH | callers[0].role: is one of [SEDE, REGISTRATION_OFFICER, AUDITOR]
          name: sede-a, role: SEDE, certificateSha256: abcd | callers[0].certificateSha256: has 64 hexadecimal digits
          name: sede-a, role: SEDE, certificateSha256: HASH, dni: 12345678Z | callers[0]: only registration officers are registered with a DNI
          name: one, role: REGISTRATION_OFFICER, certificateSha256: HASH | callers: one is an officer without a DNI
          name: one, role: REGISTRATION_OFFICER, certificateSha256: HASH, dni: 12345678A | callers[0].dni: a DNI has 8 digits and its letter; a NIE has X, Y or Z, 7 digits and its letter
          name: sede-a, role: SEDE, certificateSha256: HASH, displayNames: {fr: Mairie} | callers[0].displayNames.fr: is no key of this server
          name: sede-a, role: SEDE, certificateSha256: HASH, displayNames: {eu: Udal á} | callers[0]: a display name has 1 to 40 characters of the GSM 03.38 basic alphabet
          name: sede-a, role: SEDE, certificateSha256: HASH, quotas: {openRequests: 0} | callers[0]: openRequests is 1 to 1000000
          """)
  void aCallerThatCannotBeIsNamed(String caller, String fault) throws Exception {
    assertThat(faults(written.with("callers", "[{" + caller.replace("HASH", HASH) + "}]")))
        .containsExactly(fault);
  }

  /** Before the server starts, and by {@code --check-config} already. */
  @Test
  void nobodyIsRegisteredTwice() throws Exception {
    String sede = "{name: %s, role: SEDE, certificateSha256: %s}";

    assertThat(
            faults(
                written.with(
                    "callers",
                    "[" + sede.formatted("a", HASH) + "," + sede.formatted("a", OTHER_HASH) + "]")))
        .containsExactly("callers: a is registered twice");
    assertThat(
            faults(
                written.with(
                    "callers",
                    "[" + sede.formatted("a", HASH) + "," + sede.formatted("b", HASH) + "]")))
        .containsExactly("callers: b and a have the same certificate");
  }

  /** Which of two values holds would be the parser's choice, and another one the reviewer's. */
  @Test
  void aKeyStandsOnce() throws Exception {
    Path file = written.writeTo(folder.resolve("server.yaml"));
    Files.writeString(file, Files.readString(file) + "\nsmsHost: other.example\n");

    assertThat(faults(file)).singleElement().asString().contains("Duplicate", "smsHost");
  }

  @Test
  void aSecondDocumentInTheFileIsNotPassedOver() throws Exception {
    Path file = written.writeTo(folder.resolve("server.yaml"));
    Files.writeString(file, Files.readString(file) + "\n---\nsmsHost: other.example\n");

    assertThat(faults(file)).singleElement().asString().startsWith("the file is not YAML");
  }

  @Test
  void anEmptyFileHasNothingOfWhatIsRequired() throws Exception {
    assertThat(faults(Files.writeString(folder.resolve("server.yaml"), "")))
        .hasSameSizeAs(required())
        .allMatch(fault -> fault.contains(": is missing"));
  }

  @Test
  void aFileThatIsNoConfigurationIsRefused() throws Exception {
    Path file = folder.resolve("server.yaml");

    assertThat(faults(Files.writeString(file, "hsm: [")))
        .singleElement()
        .asString()
        .startsWith("the file is not YAML");
    assertThat(faults(Files.writeString(file, "- hsm")))
        .contains("the file: is a section with keys");
    assertThat(faults(Files.writeString(file, "#".repeat(1024 * 1024 + 1))))
        .containsExactly("the file has at most 1 MiB");
    assertThat(faults(folder.resolve("nowhere.yaml"))).containsExactly("the file does not exist");
  }

  private ServerConfiguration read(Profile profile) throws Exception {
    return ConfigurationFile.read(written.writeTo(folder.resolve("server.yaml")), profile);
  }

  private List<String> faults(WrittenConfiguration configuration) throws IOException {
    return faults(configuration.writeTo(folder.resolve("server.yaml")));
  }

  private static List<String> faults(Path file) {
    InvalidConfigurationException refused =
        catchThrowableOfType(
            InvalidConfigurationException.class,
            () -> ConfigurationFile.read(file, Profile.PRODUCTION));
    assertThat(refused.faults()).allMatch(fault -> refused.getMessage().contains(fault));
    return refused.faults();
  }
}
