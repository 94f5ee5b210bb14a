package eus.bakq.server;

import eus.bakq.server.audit.AuditEvent;
import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.audit.AuditLog;
import eus.bakq.server.audit.CountedEvents;
import eus.bakq.server.audit.OfficersFile;
import eus.bakq.server.audit.ReadAuditLog;
import eus.bakq.server.audit.RecordAnchors;
import eus.bakq.server.authentication.CompareKeyUses;
import eus.bakq.server.authentication.RecordKeyUses;
import eus.bakq.server.caller.CallerRateLimit;
import eus.bakq.server.certificate.CertificationAuthority;
import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.credential.WrappingEpochs;
import eus.bakq.server.database.Database;
import eus.bakq.server.database.DatabaseClock;
import eus.bakq.server.database.HistoryTrust;
import eus.bakq.server.database.IdempotentCalls;
import eus.bakq.server.database.Migrations;
import eus.bakq.server.database.NodeLease;
import eus.bakq.server.document.CompletionSources;
import eus.bakq.server.document.DocumentWarmUp;
import eus.bakq.server.document.SignatureDocuments;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.grpc.Audience;
import eus.bakq.server.grpc.AuditGrpcService;
import eus.bakq.server.grpc.FailedCall;
import eus.bakq.server.grpc.IdempotentWishes;
import eus.bakq.server.grpc.Listeners;
import eus.bakq.server.grpc.SignatureRequestStreams;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.hsm.OfficersKey;
import eus.bakq.server.notification.MessageDispatcher;
import eus.bakq.server.notification.Outbox;
import eus.bakq.server.sam.ActivationLedger;
import eus.bakq.server.sam.EndInterrupted;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.AlteredRows;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SignatureFormat;
import eus.bakq.server.vocabulary.SignatureLevel;
import eus.bakq.server.web.PublicListener;
import eus.bakq.server.wording.Wording;
import io.grpc.BindableService;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server: made of its configuration, in one direction, from tokens and database to the doors.
 * The doors open last, and close first.
 */
public final class SigningServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SigningServer.class);

  private final OpenedParts opened = new OpenedParts();
  private final BooleanSupplier calledOff;
  private Listeners listeners;
  private PublicListener publicListener;

  private SigningServer(BooleanSupplier calledOff) {
    this.calledOff = calledOff;
  }

  /** As {@link #start(ServerConfiguration, ProfileExtension, BooleanSupplier)}, to its end. */
  public static SigningServer start(ServerConfiguration configuration, ProfileExtension extension)
      throws IOException, RefusedException {
    return start(configuration, extension, () -> false);
  }

  /**
   * Starts a server. When it returns, all doors are open; when it throws, nothing is left open.
   *
   * @param extension of the same profile as the configuration
   * @param calledOff is asked after each part that was opened; once true, the start goes no further
   * @throws StartCalledOffException if it was called off
   */
  static SigningServer start(
      ServerConfiguration configuration, ProfileExtension extension, BooleanSupplier calledOff)
      throws IOException, RefusedException {
    if (extension.profile() != configuration.profile()) {
      throw new IllegalArgumentException("a profile's extension goes with its own profile only");
    }
    SigningServer server = new SigningServer(calledOff);
    try {
      server.open(configuration, extension);
      return server;
    } catch (IOException | RefusedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(ServerConfiguration configuration, ProfileExtension extension)
      throws IOException, RefusedException {
    SecureRandom random = new SecureRandom();
    Hsm hsm = closeLater(Hsm.open(configuration.hsm(), random));
    Migrations.runIfNeeded(configuration.database(), configuration.profile());
    DatabaseClock databaseClock =
        new DatabaseClock(
            extension.clock(Clock.systemUTC()), System::nanoTime, configuration.clock());
    HistoryTrust history = new HistoryTrust();
    CountedEvents counted = new CountedEvents(System::nanoTime);
    Database database =
        closeLater(
            Database.open(
                configuration.database(),
                configuration.profile(),
                databaseClock,
                history,
                failure -> countAlteredRow(counted, failure)));
    Clock clock = databaseClock.evenClock();
    AuditLog audit = new AuditLog();
    CertificationAuthority authority =
        new CertificationAuthority(hsm.authorityKey(), configuration.certificate(), random);
    StatusWiring status = StatusWiring.of(database, authority, hsm.infrastructureKeys(), audit);
    SignatureDocuments documents =
        new SignatureDocuments(
            configuration.documents(), completionSources(configuration, status, random, clock));
    if (configuration.documents().warmUp()) {
      new DocumentWarmUp(configuration.documents(), offered(documents), random, clock).run();
    }
    status.responderCertificates().renew();
    new StartUpSelfTest(hsm.citizenKeys(), authority, status, documents, database, audit)
        .run(DocumentWarmUp.emptyPage());

    RecordAnchors anchors = anchors(configuration, hsm, database, audit, history);
    anchors.begin();
    WrappingEpochs epochs = epochs(configuration, hsm, database, audit);
    epochs.begin();
    RowMacs rowMacs = new RowMacs(hsm.infrastructureKeys());
    NodeLease lease = new NodeLease(new UUID(random.nextLong(), random.nextLong()));
    Common common =
        new Common(
            configuration,
            hsm,
            database,
            audit,
            anchors,
            counted,
            new Signers(rowMacs, audit),
            new Credentials(rowMacs),
            status.register(),
            new Seal(random),
            documents,
            authority,
            configuration.callers(),
            new Outbox(),
            new ActivationLedger(lease.id()),
            Wording.open(configuration.smsHost(), configuration.authentication().codeDigits()),
            random,
            clock);
    IdempotentCalls idempotentCalls = new IdempotentCalls(IdempotentCalls.DEFAULT_LIFE);
    CallerRefusals refusals = new CallerRefusals(database, audit, System::nanoTime);
    CallerRateLimit rateLimit = new CallerRateLimit(common.callers(), System::nanoTime);
    IdempotentWishes wishes = new IdempotentWishes(hsm.infrastructureKeys());
    AuthenticationWiring authentication = AuthenticationWiring.of(common);
    EnrolmentWiring enrolment =
        EnrolmentWiring.of(common, authentication, idempotentCalls, rateLimit);
    SigningWiring signing = SigningWiring.of(common, authentication, System::nanoTime);

    // From here on this process acts: all that it records is between these two.
    record(database, audit, AuditEventType.SYSTEM_STARTED, configuration, lease);
    opened.addPromise(
        () -> record(database, audit, AuditEventType.SYSTEM_STOPPED, configuration, lease));
    closeLater(() -> counted.writeAll(database, audit));
    closeLater(refusals);
    RecordKeyUses recordKeyUses =
        new RecordKeyUses(
            database, audit, hsm.counters().unrecordedKeyUses(), lease.id(), System::nanoTime);
    closeLater(recordKeyUses::runNow);
    opened.addPromise(() -> database.transact(lease::release));
    closeLater(
        Housekeeping.start(
            new Chores(
                database,
                databaseClock,
                history,
                new EndInterrupted(database, common.ledger(), audit),
                signing.settleRequests(),
                status.responderCertificates(),
                enrolment.activations(),
                enrolment.credentials().tidy(),
                epochs,
                idempotentCalls,
                common.outbox(),
                audit,
                counted,
                refusals,
                recordKeyUses,
                new CompareKeyUses(
                    database, audit, configuration.hsm().keyUseFiles(), configuration.keyUses())),
            lease));
    closeLater(
        MessageDispatcher.start(
            database,
            common.outbox(),
            List.of(
                authentication.lockMessages(),
                enrolment.enrolmentMessages(),
                enrolment.activationMessages(),
                enrolment.passwordMessages(),
                enrolment.credentials().messages(),
                signing.messages()),
            extension.messageTransport(),
            audit,
            configuration.messages()));

    List<BindableService> services = new ArrayList<>();
    SignatureRequestStreams streams = closeLater(signing.streams(common, System::nanoTime));
    services.add(
        signing.sedeService(common, authentication, wishes, idempotentCalls, rateLimit, streams));
    services.add(enrolment.registrationService(wishes));
    services.add(enrolment.activationService(authentication));
    services.add(enrolment.passwordService(authentication));
    services.add(new AuditGrpcService(new ReadAuditLog(database, audit)));
    services.addAll(extension.services(signing.authorisationParts(authentication)));

    publicListener = closeLater(status.open(configuration.publicListener()));
    listeners =
        Listeners.start(
            configuration.listeners(),
            services,
            common.callers()::byCertificate,
            refusals,
            call -> count(counted, call),
            rateLimit::countAny,
            clock,
            random);
    // To be read from the last line to the first: what happens when the server stops.
    closeLater(listeners);
    Runnable health = () -> announce(databaseClock, history);
    closeLater(ClockWatch.start(database, databaseClock, audit, lease.id(), health));
    closeLater(AnchorWatch.start(anchors, health));
    closeLater(streams::endTransfers);
    closeLater(listeners::drain);
    closeLater(streams::endWatches);
    closeLater(listeners::announceStop);
    LOG.atInfo().addKeyValue("profile", configuration.profile()).log("the doors are open");
  }

  /** Our own certificates' status is not asked for over the network: it is told in this process. */
  private Optional<CompletionSources> completionSources(
      ServerConfiguration configuration, StatusWiring status, SecureRandom random, Clock clock)
      throws IOException {
    if (configuration.timeStamping().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        closeLater(
            CompletionSources.open(
                configuration.timeStamping().get(),
                status.authority().certificate(),
                status.responder()::respond,
                random,
                clock,
                System::nanoTime)));
  }

  private static RecordAnchors anchors(
      ServerConfiguration configuration,
      Hsm hsm,
      Database database,
      AuditLog audit,
      HistoryTrust history) {
    return new RecordAnchors(
        database,
        audit,
        configuration.anchor(),
        hsm.anchorPlaces(),
        new OfficersKey(configuration.hsm().transcriptPublicKey()),
        history);
  }

  private static WrappingEpochs epochs(
      ServerConfiguration configuration, Hsm hsm, Database database, AuditLog audit) {
    return new WrappingEpochs(
        database,
        audit,
        hsm.infrastructureKeys(),
        hsm.epochs(),
        configuration.longestEpoch(),
        new OfficersFile(configuration.anchor(), ".epochs"),
        System::nanoTime);
  }

  private void announce(DatabaseClock clock, HistoryTrust history) {
    listeners.announce(clock.standing().isServing() && history.standing().isServing());
  }

  private static Set<SignatureLevel> offered(SignatureDocuments documents) {
    Set<SignatureLevel> levels = EnumSet.allOf(SignatureLevel.class);
    levels.removeIf(level -> !documents.offers(SignatureFormat.PADES, level));
    return levels;
  }

  private static void record(
      Database database,
      AuditLog audit,
      AuditEventType type,
      ServerConfiguration configuration,
      NodeLease lease)
      throws RefusedException {
    database.transact(
        handle ->
            audit.append(
                handle,
                AuditEvent.succeeded(
                    type,
                    "system",
                    "server",
                    Map.of(
                        "profile",
                        configuration.profile().name(),
                        "version",
                        version(),
                        "clock_alert_after_ms",
                        Long.toString(configuration.clock().alertAfter().toMillis()),
                        "clock_stop_after_ms",
                        Long.toString(configuration.clock().stopAfter().toMillis()),
                        "node",
                        lease.id().toString()))));
  }

  private static String version() {
    String version = SigningServer.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  private static void count(CountedEvents counted, FailedCall call) {
    String actor = call.caller().map(Object::toString).orElse("unknown");
    Map<String, String> details = Map.of("correlation_id", call.correlationId(), "count", "1");
    counted.count(
        call.fault()
            ? AuditEvent.failed(
                AuditEventType.CALL_FAILED, call.reason(), actor, call.method(), details)
            : AuditEvent.refused(
                AuditEventType.CALL_FAILED, call.reason(), actor, call.method(), details));
  }

  /** Wherever a row is met that somebody has altered: each is read in some transaction. */
  private static void countAlteredRow(CountedEvents counted, RuntimeException failure) {
    if (failure instanceof AlteredRowException altered) {
      new AlteredRows(counted).count(altered);
    }
  }

  /** The port on which {@code audience} is served. */
  public int port(Audience audience) {
    return listeners.listener(audience).port();
  }

  /** The port on which the status of certificates is told. */
  public int publicPort() {
    return publicListener.port();
  }

  private <T extends AutoCloseable> T closeLater(T part) {
    opened.add(part);
    if (calledOff.getAsBoolean()) {
      throw new StartCalledOffException();
    }
    return part;
  }

  /**
   * Drains the doors, then closes everything in the opposite order of opening. The second time it
   * does nothing. If some work did not end within its bound, the lease is kept until it runs out by
   * itself, and SYSTEM_STOPPED is not recorded: what this process still does is its own.
   *
   * @return whether everything closed in order, the last record included
   */
  boolean stop() {
    return opened.close();
  }

  /** As {@link #stop}. */
  @Override
  public void close() {
    var _ = stop();
  }

  /** Somebody wants the program to end while it starts. */
  static final class StartCalledOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StartCalledOffException() {
      super("the start was called off");
    }
  }
}
