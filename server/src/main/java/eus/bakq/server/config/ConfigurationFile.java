package eus.bakq.server.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import eus.bakq.server.audit.AnchorSettings;
import eus.bakq.server.authentication.Argon2Parameters;
import eus.bakq.server.authentication.AuthenticationSettings;
import eus.bakq.server.authentication.CodeQuotaSettings;
import eus.bakq.server.authentication.KeyUseSettings;
import eus.bakq.server.authentication.LockRule;
import eus.bakq.server.authentication.PasswordHashingSettings;
import eus.bakq.server.authentication.PasswordPolicySettings;
import eus.bakq.server.caller.RegisteredCaller;
import eus.bakq.server.caller.RegisteredCallers;
import eus.bakq.server.certificate.CertificateProfile;
import eus.bakq.server.certificate.StatusAddresses;
import eus.bakq.server.database.ClockSettings;
import eus.bakq.server.database.DatabaseSettings;
import eus.bakq.server.document.DocumentSettings;
import eus.bakq.server.document.TimeStampingSettings;
import eus.bakq.server.enrolment.EnrolmentSettings;
import eus.bakq.server.grpc.ListenerSettings;
import eus.bakq.server.hsm.HsmSettings;
import eus.bakq.server.notification.DispatcherSettings;
import eus.bakq.server.sam.SamSettings;
import eus.bakq.server.signing.SigningSettings;
import eus.bakq.server.signing.StreamSettings;
import eus.bakq.server.vocabulary.AlgorithmPolicy;
import eus.bakq.server.vocabulary.DigestAlgorithm;
import eus.bakq.server.vocabulary.KeyAlgorithm;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SignatureScheme;
import eus.bakq.server.web.PublicListenerSettings;
import eus.bakq.server.wording.Wording;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code server.yaml}. Defaults stand here and in docs/configuration.md, which a test holds
 * together.
 */
public final class ConfigurationFile {
  private static final int MOST_BYTES = 1024 * 1024;

  private ConfigurationFile() {}

  /**
   * Reads and checks; starts nothing, opens nothing but the file.
   *
   * @throws InvalidConfigurationException naming everything that is wrong
   */
  public static ServerConfiguration read(Path file, Profile profile)
      throws IOException, InvalidConfigurationException {
    if (Files.notExists(file)) {
      throw new InvalidConfigurationException(List.of("the file does not exist"));
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new InvalidConfigurationException(List.of("the file has at most 1 MiB"));
    }
    JsonNode tree;
    try {
      YAMLMapper mapper = new YAMLMapper();
      mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
      tree = mapper.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new InvalidConfigurationException(
          List.of("the file is not YAML: " + e.getOriginalMessage() + " at " + e.getLocation()));
    }
    ConfigurationSection.Findings findings = new ConfigurationSection.Findings();
    Path folder = file.toAbsolutePath().getParent();
    Optional<ServerConfiguration> read = read(tree, folder, profile, findings);
    if (!findings.faults().isEmpty() || read.isEmpty()) {
      throw new InvalidConfigurationException(findings.faults());
    }
    return read.get();
  }

  /** Every key that is read, with its default. */
  static Map<String, String> keys() {
    ConfigurationSection.Findings findings = new ConfigurationSection.Findings();
    ObjectNode empty = JsonNodeFactory.instance.objectNode();
    empty.putArray("callers").addObject();
    empty.putObject("timeStamping");
    empty.putObject("hsm").putArray("furtherPartitions").addObject();
    Optional<ServerConfiguration> none = read(empty, Path.of(""), Profile.PRODUCTION, findings);
    if (none.isPresent()) {
      throw new IllegalStateException("a configuration without a single key cannot be complete");
    }
    return findings.keys();
  }

  private static Optional<ServerConfiguration> read(
      JsonNode tree, Path folder, Profile profile, ConfigurationSection.Findings findings) {
    ConfigurationSection root = ConfigurationSection.root(tree, folder, findings);
    Optional<HsmSettings> hsm = hsm(root.section("hsm"), profile);
    Optional<DatabaseSettings> database = database(root.section("database"));
    Optional<ClockSettings> clock = clock(root.section("clock"));
    Optional<AnchorSettings> anchor = anchor(root.section("anchor"));
    Optional<PasswordHashingSettings> hashing = passwordHashing(root.section("passwordHashing"));
    Optional<PasswordPolicySettings> policy = passwordPolicy(root.section("passwordPolicy"));
    Optional<AuthenticationSettings> authentication =
        authentication(root.section("authentication"));
    Optional<KeyUseSettings> keyUses = keyUses(root.section("keyUses"));
    Optional<CodeQuotaSettings> quotas = codeQuotas(root.section("codeQuotas"));
    Optional<AlgorithmPolicy> algorithms = algorithms(root.section("algorithms"));
    Optional<SamSettings> sam = sam(root.section("sam"), algorithms);
    ConfigurationSection keys = root.section("citizenKeys");
    KeyAlgorithm keyAlgorithm = keys.word("algorithm", KeyAlgorithm.class, KeyAlgorithm.EC_P256);
    SignatureScheme rsaScheme =
        keys.word("rsaSignature", SignatureScheme.class, SignatureScheme.RSA_3072_PSS);
    boolean authenticationCredential = keys.flag("authenticationCredential", false);
    Duration longestEpoch =
        keys.duration("longestEpoch", ServerConfiguration.DEFAULT_LONGEST_EPOCH);
    keys.require(
        longestEpoch.compareTo(ServerConfiguration.SHORTEST_EPOCH) >= 0,
        "longestEpoch",
        "is a day at least");
    keys.require(
        rsaScheme.keyAlgorithm() == KeyAlgorithm.RSA_3072,
        "rsaSignature",
        "is a way in which RSA keys sign");
    keys.end();
    Optional<SigningSettings> signing = signing(root.section("signing"));
    Optional<StreamSettings> streams = streams(root.section("streams"));
    Optional<DocumentSettings> documents = documents(root.section("documents"));
    Optional<TimeStampingSettings> timeStamping =
        root.optionalSection("timeStamping").flatMap(ConfigurationFile::timeStamping);
    Optional<EnrolmentSettings> enrolment = enrolment(root.section("enrolment"));
    Optional<CertificateProfile> certificate = certificate(root.section("certificate"), profile);
    Optional<DispatcherSettings> messages = messages(root.section("messages"));
    String smsHost = root.text("smsHost");
    authentication.ifPresent(
        codes -> root.makeOf("smsHost", () -> Wording.open(smsHost, codes.codeDigits())));
    List<ListenerSettings> listeners = ListenerSections.read(root.section("listeners"));
    Optional<PublicListenerSettings> publicListener =
        ListenerSections.publicListener(root.section("publicListener"));
    List<RegisteredCaller> registered =
        CallerSections.read(root.sections("callers", RegisteredCallers.MOST_CALLERS));
    Optional<RegisteredCallers> callers =
        root.makeOf("callers", () -> new RegisteredCallers(registered));
    root.end();
    if (!findings.faults().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServerConfiguration(
            profile,
            hsm.orElseThrow(),
            database.orElseThrow(),
            clock.orElseThrow(),
            anchor.orElseThrow(),
            hashing.orElseThrow(),
            policy.orElseThrow(),
            authentication.orElseThrow(),
            keyUses.orElseThrow(),
            quotas.orElseThrow(),
            sam.orElseThrow(),
            keyAlgorithm,
            rsaScheme,
            authenticationCredential,
            longestEpoch,
            signing.orElseThrow(),
            streams.orElseThrow(),
            documents.orElseThrow(),
            timeStamping,
            enrolment.orElseThrow(),
            certificate.orElseThrow(),
            messages.orElseThrow(),
            smsHost,
            listeners,
            publicListener.orElseThrow(),
            callers.orElseThrow()));
  }

  private static Optional<HsmSettings> hsm(ConfigurationSection section, Profile profile) {
    List<Optional<HsmSettings.PartitionSettings>> partitions = new ArrayList<>();
    partitions.add(partition(section));
    int more = HsmSettings.MOST_PARTITIONS - 1;
    for (ConfigurationSection further : section.sections("furtherPartitions", more)) {
      partitions.add(partition(further));
      further.end();
    }
    Path transcript = section.file("transcript");
    String transcriptPublicKey = section.text("transcriptPublicKey");
    int sessions = section.number("maximumSessions", HsmSettings.DEFAULT_MAXIMUM_SESSIONS);
    Duration wait = section.duration("sessionWait", HsmSettings.DEFAULT_SESSION_WAIT);
    section.end();
    if (partitions.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    return section.make(
        () ->
            new HsmSettings(
                partitions.stream().map(Optional::get).toList(),
                profile,
                transcript,
                transcriptPublicKey,
                sessions,
                wait));
  }

  private static Optional<HsmSettings.PartitionSettings> partition(ConfigurationSection section) {
    Path module = section.file("module");
    Optional<HsmSettings.TokenSettings> custody = token(section.section("custody"));
    Optional<HsmSettings.TokenSettings> authority = token(section.section("authority"));
    Optional<HsmSettings.TokenSettings> record = token(section.section("record"));
    Optional<Path> keyUses = section.optionalFile("keyUses", "none");
    if (custody.isEmpty() || authority.isEmpty() || record.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new HsmSettings.PartitionSettings(
            module, custody.get(), authority.get(), record.get(), keyUses));
  }

  private static Optional<HsmSettings.TokenSettings> token(ConfigurationSection section) {
    String label = section.text("label");
    Optional<String> serial = section.optionalText("serial", "the transcript's");
    Path pinFile = section.file("pinFile");
    section.end();
    return section.make(() -> new HsmSettings.TokenSettings(label, serial, pinFile));
  }

  private static Optional<DatabaseSettings> database(ConfigurationSection section) {
    String url = section.text("jdbcUrl");
    String runtimeUser = section.text("runtimeUser", "bakq_runtime");
    Path runtimePasswordFile = section.file("runtimePasswordFile");
    String ownerUser = section.text("ownerUser", "bakq_owner");
    Path ownerPasswordFile = section.file("ownerPasswordFile");
    int poolSize = section.number("poolSize", DatabaseSettings.DEFAULT_POOL_SIZE);
    Duration statement =
        section.duration("statementTimeout", DatabaseSettings.DEFAULT_STATEMENT_TIMEOUT);
    Duration lock = section.duration("lockTimeout", DatabaseSettings.DEFAULT_LOCK_TIMEOUT);
    Duration wait = section.duration("connectionWait", DatabaseSettings.DEFAULT_CONNECTION_WAIT);
    section.end();
    return section.make(
        () ->
            new DatabaseSettings(
                url,
                runtimeUser,
                runtimePasswordFile,
                ownerUser,
                ownerPasswordFile,
                poolSize,
                statement,
                lock,
                wait));
  }

  private static Optional<ClockSettings> clock(ConfigurationSection section) {
    Duration alert = section.duration("alertAfter", ClockSettings.DEFAULT_ALERT_AFTER);
    Duration stop = section.duration("stopAfter", ClockSettings.DEFAULT_STOP_AFTER);
    Duration look = section.duration("lookEvery", ClockSettings.DEFAULT_LOOK_EVERY);
    section.end();
    return section.make(() -> new ClockSettings(alert, stop, look));
  }

  private static Optional<AnchorSettings> anchor(ConfigurationSection section) {
    Path file = section.file("file");
    section.end();
    return section.make(() -> new AnchorSettings(file));
  }

  private static Optional<PasswordHashingSettings> passwordHashing(ConfigurationSection section) {
    PasswordHashingSettings standard = PasswordHashingSettings.STANDARD;
    int memory = section.number("memoryKibibytes", standard.parameters().memoryKibibytes());
    int iterations = section.number("iterations", standard.parameters().iterations());
    int most = section.number("maximumMemoryKibibytes", standard.maximumMemoryKibibytes());
    int concurrent = section.number("concurrent", standard.concurrent());
    int waiting = section.number("waiting", standard.waiting());
    Duration wait = section.duration("longestWait", standard.longestWait());
    section.end();
    return section.make(
        () ->
            new PasswordHashingSettings(
                new Argon2Parameters(memory, iterations), most, concurrent, waiting, wait));
  }

  private static Optional<PasswordPolicySettings> passwordPolicy(ConfigurationSection section) {
    PasswordPolicySettings standard = PasswordPolicySettings.STANDARD;
    int least = section.number("minimumLength", standard.minimumLength());
    int most = section.number("maximumLength", standard.maximumLength());
    int classes = section.number("minimumCharacterClasses", standard.minimumCharacterClasses());
    section.end();
    return section.make(
        () -> new PasswordPolicySettings(least, most, classes, standard.maximumAge()));
  }

  private static Optional<AuthenticationSettings> authentication(ConfigurationSection section) {
    int lockAfter = section.number("lockAfter", 5);
    Duration codeLife = section.duration("codeLife", Duration.ofMinutes(5));
    int digits = section.number("codeDigits", 6);
    int codes = section.number("codesPerHour", 5);
    Duration gap = section.duration("codeGap", Duration.ofSeconds(30));
    Duration interaction = section.duration("interactionLife", Duration.ofMinutes(10));
    Duration temporary = section.duration("temporaryPasswordLife", Duration.ofMinutes(10));
    LockRule locks = section.word("locks", LockRule.class, LockRule.TWO);
    Duration device = section.duration("deviceLife", Duration.ofDays(400));
    section.end();
    return section.make(
        () ->
            new AuthenticationSettings(
                lockAfter, codeLife, digits, codes, gap, interaction, temporary, locks, device));
  }

  private static Optional<KeyUseSettings> keyUses(ConfigurationSection section) {
    KeyUseSettings standard = KeyUseSettings.STANDARD;
    Duration every = section.duration("every", standard.every());
    Duration stale = section.duration("staleAfter", standard.staleAfter());
    Duration settle = section.duration("settle", standard.settle());
    int tolerance = section.number("tolerance", standard.tolerance());
    section.end();
    return section.make(() -> new KeyUseSettings(every, stale, settle, tolerance));
  }

  private static Optional<CodeQuotaSettings> codeQuotas(ConfigurationSection section) {
    int perSigner = section.number("perSignerAndDay", 10);
    int perNumber = section.number("perNumberAndDay", 20);
    int perHour = section.number("perHour", 10_000);
    section.end();
    return section.make(() -> new CodeQuotaSettings(perSigner, perNumber, perHour));
  }

  private static Optional<AlgorithmPolicy> algorithms(ConfigurationSection section) {
    Map<SignatureScheme, Instant> schemes = new EnumMap<>(SignatureScheme.class);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      String standard = scheme == SignatureScheme.RSA_3072_PKCS1 ? "2029-01-01" : "none";
      String end = section.text(scheme.name(), standard);
      section
          .makeOf(scheme.name(), () -> AlgorithmPolicy.end(end))
          .ifPresent(instant -> schemes.put(scheme, instant));
    }
    Map<DigestAlgorithm, Instant> digests = new EnumMap<>(DigestAlgorithm.class);
    for (DigestAlgorithm digest : DigestAlgorithm.values()) {
      String end = section.text(digest.name(), "none");
      section
          .makeOf(digest.name(), () -> AlgorithmPolicy.end(end))
          .ifPresent(instant -> digests.put(digest, instant));
    }
    section.end();
    return schemes.size() == SignatureScheme.values().length
            && digests.size() == DigestAlgorithm.values().length
        ? Optional.of(new AlgorithmPolicy(schemes, digests))
        : Optional.empty();
  }

  private static Optional<SamSettings> sam(
      ConfigurationSection section, Optional<AlgorithmPolicy> algorithms) {
    Duration life = section.duration("sadLife", Duration.ofMinutes(2));
    section.end();
    return algorithms.flatMap(policy -> section.make(() -> new SamSettings(life, policy)));
  }

  private static Optional<SigningSettings> signing(ConfigurationSection section) {
    Duration life = section.duration("requestLife", Duration.ofMinutes(10));
    Duration retention = section.duration("retention", Duration.ofDays(1));
    Duration longestCompletion = section.duration("longestCompletion", Duration.ofDays(1));
    URI address = section.address("authorisationAddress");
    section.end();
    return section.make(() -> new SigningSettings(life, retention, longestCompletion, address));
  }

  private static Optional<StreamSettings> streams(ConfigurationSection section) {
    StreamSettings standard = StreamSettings.defaults();
    int uploads = section.number("uploads", standard.uploads());
    int uploadsEach = section.number("uploadsPerSede", standard.uploadsPerSede());
    int kept = section.number("keptUploadsPerSede", standard.keptUploadsPerSede());
    int keptMebibytes = section.number("keptMebibytesPerSede", standard.keptMebibytesPerSede());
    int downloads = section.number("downloads", standard.downloads());
    int downloadsEach = section.number("downloadsPerSede", standard.downloadsPerSede());
    int watches = section.number("watches", standard.watches());
    int watchesEach = section.number("watchesPerSede", standard.watchesPerSede());
    Duration longest = section.duration("longestTransfer", standard.longestTransfer());
    section.end();
    return section.make(
        () ->
            new StreamSettings(
                uploads,
                uploadsEach,
                kept,
                keptMebibytes,
                downloads,
                downloadsEach,
                watches,
                watchesEach,
                longest));
  }

  private static Optional<DocumentSettings> documents(ConfigurationSection section) {
    DocumentSettings standard = DocumentSettings.defaults();
    int size = section.number("largestSize", standard.largestSize());
    int xml = section.number("largestXml", standard.largestXml());
    int parallel = section.number("parallel", standard.parallel());
    Duration wait = section.duration("longestWait", standard.longestWait());
    boolean warmUp = section.flag("warmUp", standard.warmUp());
    section.end();
    return section.make(() -> new DocumentSettings(size, xml, parallel, wait, warmUp));
  }

  private static Optional<TimeStampingSettings> timeStamping(ConfigurationSection section) {
    URI address = section.address("address");
    Path authorities = section.file("authorities");
    List<URI> statuses = section.addresses("statusAddresses");
    Duration timeout = section.duration("timeout", TimeStampingSettings.DEFAULT_TIMEOUT);
    section.end();
    return section.make(() -> new TimeStampingSettings(address, authorities, statuses, timeout));
  }

  private static Optional<EnrolmentSettings> enrolment(ConfigurationSection section) {
    URI page = section.address("activationPage");
    Duration life = section.duration("activationLife", EnrolmentSettings.STANDARD_LIFE);
    int changes =
        section.number("passwordChangesPerMinute", EnrolmentSettings.STANDARD_PASSWORD_CHANGES);
    section.end();
    return section.make(() -> new EnrolmentSettings(page, life, changes));
  }

  private static Optional<CertificateProfile> certificate(
      ConfigurationSection section, Profile profile) {
    Duration validity = section.duration("validity", Duration.ofDays(1095));
    Duration backdating = section.duration("backdating", Duration.ofSeconds(30));
    String policy = section.text("policy", CertificateProfile.QCP_N);
    URI practice = section.address("practiceStatement");
    URI english = section.address("disclosureEnglish");
    URI spanish = section.address("disclosureSpanish");
    URI publicAddress = section.address("publicAddress");
    section.end();
    return section.make(
        () ->
            new CertificateProfile(
                profile,
                validity,
                backdating,
                policy,
                practice,
                english,
                spanish,
                new StatusAddresses(publicAddress)));
  }

  private static Optional<DispatcherSettings> messages(ConfigurationSection section) {
    DispatcherSettings standard = DispatcherSettings.defaults();
    int workers = section.number("workers", standard.workers());
    Duration poll = section.duration("pollInterval", standard.pollInterval());
    Duration lease = section.duration("lease", standard.lease());
    Duration first = section.duration("firstPause", standard.firstPause());
    Duration longest = section.duration("longestPause", standard.longestPause());
    section.end();
    return section.make(() -> new DispatcherSettings(workers, poll, lease, first, longest));
  }
}
