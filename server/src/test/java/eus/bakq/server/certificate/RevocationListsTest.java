package eus.bakq.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.audit.AuditEventType;
import eus.bakq.server.credential.RevocationReason;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import java.io.ByteArrayInputStream;
import java.lang.Thread.State;
import java.math.BigInteger;
import java.net.URI;
import java.security.cert.CRLReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 5280 section 5; CRT-08, CRT-10. */
class RevocationListsTest {
  private StatusWorld world;

  @BeforeEach
  void open() {
    world = StatusWorld.open(URI.create("http://status.bakq.example"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void isIssuedOnceAndTheSameUntilSomethingChanges() throws Exception {
    Bytes first = world.lists.current();
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    assertThat(world.lists.current()).isEqualTo(first);

    world.suspend(certificate);
    Bytes second = world.lists.current();

    assertThat(second).isNotEqualTo(first);
    assertThat(world.lists.current()).isEqualTo(second);
    assertThat(number(read(second))).isGreaterThan(number(read(first)));
    assertThat(issued()).hasSize(2).last().isEqualTo("1 " + second.sha256().toHex());
  }

  /** Without this a server starts once an hour: the list of its first start is there still. */
  @Test
  void isIssuedAnewForWhomTheLastOneIsTooOld() throws Exception {
    Bytes first = world.lists.current();
    Instant later = Instant.now();
    while (read(first).getThisUpdate().toInstant().plusSeconds(1).isAfter(later)) {
      Thread.sleep(50); // a list tells its time in seconds
      later = Instant.now();
    }

    Bytes second = world.lists.currentSince(later);

    assertThat(read(second).getThisUpdate().toInstant())
        .isAfterOrEqualTo(later.truncatedTo(ChronoUnit.SECONDS))
        .isAfter(read(first).getThisUpdate().toInstant());
    assertThat(world.lists.currentSince(later)).isEqualTo(second);
    assertThat(world.lists.current()).isEqualTo(second);
  }

  @Test
  void tellsEachChangeAtOnce() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    assertThat(entry(certificate)).isEqualTo("good");

    world.suspend(certificate);
    assertThat(entry(certificate)).isEqualTo(CRLReason.CERTIFICATE_HOLD.name());

    world.lift(certificate);
    assertThat(entry(certificate)).isEqualTo("good");

    world.revoke(certificate, RevocationReason.EVIDENCE_FALSE);
    assertThat(entry(certificate)).isEqualTo(CRLReason.PRIVILEGE_WITHDRAWN.name());
  }

  @Test
  void isSignedNamedAndDated() throws Exception {
    X509CRL list = read(world.lists.current());

    list.verify(world.authority().getPublicKey());
    assertThat(list.getVersion()).isEqualTo(2);
    assertThat(list.getIssuerX500Principal())
        .isEqualTo(world.authority().getSubjectX500Principal());
    assertThat(list.getNonCriticalExtensionOIDs())
        .containsExactlyInAnyOrder(
            Extension.cRLNumber.getId(), Extension.authorityKeyIdentifier.getId());
    assertThat(list.getCriticalExtensionOIDs()).isEmpty();
    Instant from = list.getThisUpdate().toInstant();
    assertThat(from).isBetween(Instant.now().minusSeconds(10), Instant.now());
    assertThat(list.getNextUpdate().toInstant()).isEqualTo(from.plus(Duration.ofDays(1)));
    assertThat(number(list)).isGreaterThanOrEqualTo(BigInteger.valueOf(from.getEpochSecond()));
  }

  /**
   * RFC 5280 section 3.3: until a list was made after its end; CertificateRegisterTest has the end.
   */
  @Test
  void stillTellsOfOneThatHasJustExpired() throws Exception {
    Instant past = Instant.now().minus(Duration.ofMinutes(3));
    X509Certificate over =
        world.issue(CredentialPurpose.SIGNATURE, past, past.plus(Duration.ofMinutes(1)));
    world.revoke(over, RevocationReason.SIGNER_ASKED);

    assertThat(entry(over)).isEqualTo(CRLReason.CESSATION_OF_OPERATION.name());
  }

  @Test
  void isIssuedAnewAfterAnHour() throws Exception {
    Bytes first = world.lists.current();
    X509CRL read = read(first);
    setBack(first, number(read).longValueExact(), Duration.ofMinutes(59));
    assertThat(world.lists.current()).isEqualTo(first);

    setBack(first, number(read).longValueExact(), Duration.ofMinutes(60));
    assertThat(number(read(world.lists.current()))).isGreaterThan(number(read));
  }

  /** A number that is lower than one before is refused by who has seen the other. */
  @Test
  void itsNumberGrowsAlsoOverADatabaseThatWasSetBack() throws Exception {
    Bytes first = world.lists.current();
    setBack(first, 3, Duration.ofHours(2));

    assertThat(number(read(world.lists.current()))).isGreaterThanOrEqualTo(number(read(first)));
    setBack(first, 99_000_000_000L, Duration.ofHours(2));
    assertThat(number(read(world.lists.current()))).isEqualTo(99_000_000_001L);
  }

  /** With the database alone, an old list cannot be dressed as the one of today. */
  @Test
  void usesNoListWhoseRowWasAltered() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    Bytes before = world.lists.current();
    world.revoke(certificate, RevocationReason.KEY_COMPROMISED);
    world.lists.current();
    world.place.run(
        handle ->
            handle
                .createUpdate("update bakq.revocation_list set list = :list")
                .bind("list", before.toByteArray())
                .execute());

    assertThat(entry(certificate)).isEqualTo(CRLReason.KEY_COMPROMISE.name());
  }

  @Test
  void tellsNothingOfARegisterThatWasAltered() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.revoke(certificate, RevocationReason.KEY_COMPROMISED);
    world.place.asSuperuser(
        "SET session_replication_role = replica",
        "update certificate_register set reason = 'SIGNER_ASKED' where state = 'REVOKED'");

    assertThatThrownBy(world.lists::current).isInstanceOf(AlteredRowException.class);
  }

  @Test
  @DisplayName("CRT-08, ENR-14: no list leaves out what was set back to before its revocation")
  void isNotIssuedWithoutWhatTheRecordSaysIsRevoked() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.keepRegister();
    world.revoke(certificate, RevocationReason.KEY_COMPROMISED);
    world.putBack(certificate);
    assertThatThrownBy(world.lists::current)
        .isInstanceOf(AlteredRowException.class)
        .hasMessageContaining(certificate.getSerialNumber().toString(16));

    world.takeOut(certificate);
    assertThatThrownBy(world.lists::current).isInstanceOf(AlteredRowException.class);
    assertThat(issued()).isEmpty();
  }

  @Test
  @DisplayName("CRT-08, ENR-14: no list leaves out what was set back to before its suspension")
  void isNotIssuedWithoutWhatTheRecordSaysIsSuspended() throws Exception {
    X509Certificate other = world.issue(CredentialPurpose.SIGNATURE);
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.suspend(certificate);
    world.lift(certificate);
    world.keepRegister();
    world.suspend(certificate);
    world.revoke(other, RevocationReason.SIGNER_ASKED);
    assertThat(entry(certificate)).isEqualTo(CRLReason.CERTIFICATE_HOLD.name());

    world.putBack(certificate);
    assertThatThrownBy(() -> world.lists.currentSince(Instant.now()))
        .isInstanceOf(AlteredRowException.class);
  }

  @Test
  @DisplayName("CRT-08: no list tells of a suspension that the record has not, or says is lifted")
  void isNotIssuedWithMoreThanTheRecordSays() throws Exception {
    X509Certificate certificate = world.issue(CredentialPurpose.SIGNATURE);
    world.suspend(certificate);
    world.keepRegister();
    world.lift(certificate);
    assertThat(entry(certificate)).isEqualTo("good");
    world.putBack(certificate);
    assertThatThrownBy(() -> world.lists.currentSince(Instant.now()))
        .isInstanceOf(AlteredRowException.class);

    // By who has the MACs' key: a revocation without a record.
    world.place.run(
        handle ->
            world.register.revoke(
                handle,
                certificate.getSerialNumber(),
                RevocationReason.SIGNER_ASKED,
                Instant.now()));
    assertThatThrownBy(world.lists::current).isInstanceOf(AlteredRowException.class);
  }

  @Test
  void severalProcessesIssueOneList() throws Exception {
    RevocationLists other =
        new RevocationLists(
            world.place.database(), world.authority, world.register, world.macs, world.audit);
    List<Future<Bytes>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 6; i++) {
        results.add(threads.submit(i % 2 == 0 ? world.lists::current : other::current));
      }
    }

    for (Future<Bytes> result : results) {
      assertThat(result.get()).isEqualTo(results.getFirst().get());
    }
    assertThat(issued()).hasSize(1);
  }

  /** API-07: an HMAC for each row, once, however many ask. */
  @Test
  void isReadByOneWhileOthersWait() throws Exception {
    for (int i = 0; i < 3; i++) {
      world.revoke(world.issue(CredentialPurpose.SIGNATURE), RevocationReason.SIGNER_ASKED);
    }
    AtomicInteger macs = new AtomicInteger();
    List<Thread> readers = new ArrayList<>();
    List<Bytes> lists = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 6; i++) {
      readers.add(Thread.ofPlatform().unstarted(() -> lists.add(world.lists.current())));
    }
    world.keys.setBeforeEachMac(
        () -> {
          if (macs.incrementAndGet() == 1) {
            awaitOthers(readers);
          }
        });

    readers.forEach(Thread::start);
    for (Thread reader : readers) {
      assertThat(reader.join(Duration.ofMinutes(1))).isTrue();
    }

    assertThat(lists).hasSize(6).containsOnly(lists.getFirst());
    assertThat(issued()).hasSize(1);
    // Of three rows and of the list, and of the list again for each who has waited.
    assertThat(macs).hasValue(3 + 1 + 5);
  }

  /** Until they wait for this thread, which they do for some seconds at most, or have ended. */
  private static void awaitOthers(List<Thread> all) {
    for (int look = 0; look < 4000; look++) {
      if (all.stream()
          .filter(other -> !other.equals(Thread.currentThread()))
          .map(Thread::getState)
          .allMatch(state -> state == State.TIMED_WAITING || state == State.TERMINATED)) {
        return;
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** CRT-08: in a mass revocation the register changes for as long as it is read. */
  @Test
  void isIssuedAlsoWhileTheRegisterChangesAllTheTime() throws Exception {
    X509Certificate first = world.issue(CredentialPurpose.SIGNATURE);
    world.revoke(first, RevocationReason.KEY_COMPROMISED);
    Deque<X509Certificate> others = new ArrayDeque<>();
    for (int i = 0; i < 30; i++) {
      others.add(world.issue(CredentialPurpose.SIGNATURE));
    }
    AtomicBoolean revoking = new AtomicBoolean();
    world.keys.setBeforeEachMac(
        () -> {
          if (!others.isEmpty() && revoking.compareAndSet(false, true)) {
            world.revoke(others.removeFirst(), RevocationReason.KEY_COMPROMISED);
            revoking.set(false);
          }
        });

    X509CRL list = read(world.lists.current());

    assertThat(others).isNotEmpty().hasSizeLessThan(30);
    assertThat(list.getRevokedCertificate(first)).isNotNull();
    world.keys.setBeforeEachMac(() -> {});
    X509CRL next = read(world.lists.current());
    assertThat(next.getRevokedCertificates()).hasSize(1 + 30 - others.size());
    assertThat(number(next)).isGreaterThan(number(list));
    assertThat(next.getThisUpdate()).isAfterOrEqualTo(list.getThisUpdate());
  }

  @Test
  void isUnavailableWhenTheHsmDoesNotAnswerAndLeavesNoTrace() {
    world.keys.setAnswering(false);

    assertThatThrownBy(world.lists::current).isInstanceOf(UnavailableException.class);
    world.keys.setAnswering(true);
    assertThat(issued()).isEmpty();
  }

  /** As the row is, with another number and time, under a MAC of its own. */
  private void setBack(Bytes list, long number, Duration age) {
    Instant time = Instant.now().minus(age).truncatedTo(java.time.temporal.ChronoUnit.MICROS);
    long change = world.place.run(world.register::change);
    Bytes mac =
        world.macs.mac(
            Encoding.of("bakq/row/revocation-list/v1")
                .number(number)
                .number(change)
                .time(time)
                .bytes(list.sha256()));
    world.place.run(
        handle ->
            handle
                .createUpdate(
                    "update bakq.revocation_list set number = :number, issued_at = :time,"
                        + " list = :list, mac = :mac")
                .bind("number", number)
                .bind("time", time.atOffset(ZoneOffset.UTC))
                .bind("list", list.toByteArray())
                .bind("mac", mac.toByteArray())
                .execute());
  }

  /** Entries and hash of each list in the record. */
  private List<String> issued() {
    return world.recorded().stream()
        .filter(record -> record.type().equals(AuditEventType.REVOCATION_LIST_ISSUED.name()))
        .map(record -> record.details().get("entries") + " " + record.details().get("list_sha256"))
        .toList();
  }

  private String entry(X509Certificate certificate) throws Exception {
    var entry = read(world.lists.current()).getRevokedCertificate(certificate);
    return entry == null ? "good" : entry.getRevocationReason().name();
  }

  private static BigInteger number(X509CRL list) {
    return ASN1Integer.getInstance(
            ASN1OctetString.getInstance(list.getExtensionValue(Extension.cRLNumber.getId()))
                .getOctets())
        .getValue();
  }

  private static X509CRL read(Bytes list) throws Exception {
    return (X509CRL)
        CertificateFactory.getInstance("X.509")
            .generateCRL(new ByteArrayInputStream(list.toByteArray()));
  }
}
