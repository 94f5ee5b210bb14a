package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.database.Database;
import eus.bakq.server.database.HistoryStanding;
import eus.bakq.server.database.HistoryTrust;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AnchorPlace;
import eus.bakq.server.hsm.FakeAnchorPlace;
import eus.bakq.server.hsm.FakeAnchorPlace.Failing;
import eus.bakq.server.hsm.OfficersKey;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AUD-16: what is anchored, and what a database is held to. */
class RecordAnchorsTest {
  private static final String UNGUARDED = "SET session_replication_role = replica";

  private static TestDatabase test;
  private static KeyPair officers;

  private final AuditLog log = new AuditLog();
  private final FakeAnchorPlace token = new FakeAnchorPlace();
  private HistoryTrust trust;
  private RecordAnchors anchors;
  @TempDir private Path folder;

  @BeforeAll
  static void open() throws Exception {
    test = TestDatabase.open();
    officers = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  @AfterAll
  static void close() {
    test.close();
  }

  @BeforeEach
  void begin() throws Exception {
    test.emptyRecord();
    anchors = node("anchor");
    anchors.begin();
  }

  /** A node with a file of its own, before its first look. */
  private RecordAnchors node(String file) {
    return node(file, List.of(token));
  }

  private RecordAnchors node(String file, List<AnchorPlace> places) {
    trust = new HistoryTrust();
    byte[] key = officers.getPublic().getEncoded();
    return new RecordAnchors(
        test.database(),
        log,
        new AnchorSettings(folder.resolve(file)),
        places,
        new OfficersKey(HexFormat.of().formatHex(key, key.length - 32, key.length)),
        trust);
  }

  @Test
  @DisplayName("AUD-16: what was committed is in the file before anything is released")
  void anchorsBeforeReleasing() throws Exception {
    append("a");
    anchors.requireAnchored();
    assertThat(inFile()).contains(head());
    assertThat(head().sequence()).isEqualTo(1);

    append("b");
    append("c");
    anchors.requireAnchored();
    assertThat(inFile()).contains(head());
    assertThat(head().sequence()).isEqualTo(3);
  }

  @Test
  @DisplayName("AUD-16: each of many who wait finds its own record anchored")
  void anchorsForAllWhoWait() throws Exception {
    List<Future<Boolean>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 40; i++) {
        String subject = "subject-" + i;
        all.add(
            threads.submit(
                () -> {
                  append(subject);
                  long own =
                      test.run(handle -> log.list(handle, Optional.of(subject), 0, 1))
                          .getFirst()
                          .sequence();
                  anchors.requireAnchored();
                  return inFile().orElseThrow().sequence() >= own;
                }));
      }
    }
    for (Future<Boolean> one : all) {
      assertThat(one.get()).isTrue();
    }
  }

  @Test
  @DisplayName("AUD-16: nothing is released, stamped or judged while the file cannot be written")
  void releasesNothingWithoutTheFile() throws Exception {
    append("a");
    anchors.requireAnchored();
    Path inTheWay = Files.createDirectory(folder.resolve("anchor.new"));
    append("b");

    assertThatThrownBy(anchors::requireAnchored).isInstanceOf(UnavailableException.class);
    assertThat(trust.standing()).isEqualTo(HistoryStanding.NOT_ANCHORED);
    assertThatThrownBy(trust::require).isInstanceOf(UnavailableException.class);

    Files.delete(inTheWay);
    anchors.look();
    trust.require();
    assertThat(inFile()).contains(head());
  }

  @Test
  @DisplayName("AUD-16: no time is given out by a database whose history is not trusted")
  void givesOutNoTime() throws Exception {
    HistoryTrust distrust = new HistoryTrust();
    distrust.found(HistoryStanding.OLDER_THAN_ANCHOR);
    try (Database database = test.open(distrust)) {
      assertThatThrownBy(() -> database.inTransaction(Database::now))
          .isInstanceOf(UnavailableException.class);
      assertThat(database.inTransaction(Database::timeOfRecord)).isNotNull();
      distrust.found(HistoryStanding.CONFIRMED);
      assertThat(database.inTransaction(Database::now)).isNotNull();
    }
  }

  @Test
  @DisplayName("AUD-16: the tokens' anchor follows, and never goes back, whichever node writes it")
  void theTokensFollow() throws Exception {
    append("a");
    anchors.advanceTokens();
    RecordAnchors other = node("other");
    other.begin();
    append("b");
    other.advanceTokens();
    Anchor furthest = head();
    anchors.advanceTokens();
    append("c");
    anchors.look();
    other.advanceTokens();
    other.advanceTokens();

    List<Long> kept =
        token.kept().stream().map(value -> Anchor.parse(value).orElseThrow().sequence()).toList();
    assertThat(kept).isSorted().doesNotHaveDuplicates().containsExactly(1L, 2L, 3L);
    assertThat(furthest.sequence()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Failing.class,
      names = {"BEFORE", "AFTER"})
  @DisplayName("AUD-16: a token that fails keeps nobody from signing, and is advanced later")
  void goesOnWithoutAToken(Failing when) throws Exception {
    append("a");
    token.fail(when);

    assertThatThrownBy(anchors::advanceTokens).isInstanceOf(UnavailableException.class);
    anchors.requireAnchored();

    token.fail(Failing.NEVER);
    append("b");
    anchors.advanceTokens();
    assertThat(token.read()).contains(head().encoded());
  }

  @Test
  @DisplayName(
      "AUD-16: a token that was away is advanced when it is back, and not believed to be newer")
  void advancesATokenThatWasAway() throws Exception {
    FakeAnchorPlace copy = new FakeAnchorPlace("memory-2");
    anchors = node("with-a-copy", List.of(token, copy));
    append("a");
    anchors.begin();
    anchors.advanceTokens();
    assertThat(copy.read()).contains(head().encoded());

    copy.away(true);
    append("b");
    anchors.advanceTokens();
    assertThat(token.read()).contains(head().encoded());
    RecordAnchors restarted = node("restarted", List.of(token, copy));
    restarted.begin();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);
    append("c");
    copy.away(false);
    restarted.advanceTokens();

    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);
    assertThat(copy.read()).contains(head().encoded());
    assertThat(token.read()).contains(head().encoded());
    assertThat(copy.kept()).hasSize(2);
  }

  @Test
  @DisplayName(
      "AUD-16: what a token keeps that was away refuses a database that was set back meanwhile")
  void isJudgedByATokenThatWasAway() throws Exception {
    FakeAnchorPlace copy = new FakeAnchorPlace("memory-2");
    anchors = node("with-a-copy", List.of(token, copy));
    append("a");
    anchors.begin();
    anchors.advanceTokens();
    append("b");
    token.away(true);
    anchors.advanceTokens();
    copy.away(true);
    token.away(false);
    cutTo(1);

    RecordAnchors restarted = node("another-node", List.of(token, copy));
    restarted.begin();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);
    copy.away(false);
    restarted.advanceTokens();

    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    // Nothing is reconciled while a token is away that would refuse it again.
    token.away(true);
    sign(officers, "another-node");
    assertThatThrownBy(restarted::look).isInstanceOf(UnavailableException.class);
    assertThat(count("DATABASE_RECONCILED")).isZero();
    token.away(false);
    restarted.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);
    assertThat(count("DATABASE_RECONCILED")).isEqualTo(1);
  }

  @Test
  @DisplayName("AUD-16: with no token of a kind nothing is judged")
  void wantsOneOfEachKind() throws Exception {
    token.away(true);

    assertThatThrownBy(() -> node("another-node").begin()).isInstanceOf(UnavailableException.class);
    assertThatThrownBy(anchors::advanceTokens).isInstanceOf(UnavailableException.class);
  }

  @Test
  @DisplayName("AUD-16: a record cut off at its end is refused, by what file or token say alone")
  void refusesACutRecord() throws Exception {
    for (String one : List.of("a", "b", "c")) {
      append(one);
    }
    anchors.advanceTokens();
    cutTo(2);

    assertThatThrownBy(anchors::requireAnchored).isInstanceOf(UnavailableException.class);
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    assertThat(lastType()).isEqualTo("DATABASE_OLDER_THAN_ANCHOR");
    // It grows past the anchor, with others than were anchored: it stays refused, and is told once.
    for (String one : List.of("x", "y", "z")) {
      append(one);
      anchors.look();
    }
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    assertThat(count("DATABASE_OLDER_THAN_ANCHOR")).isEqualTo(1);

    RecordAnchors withoutFile = node("another-file");
    withoutFile.begin();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    assertThat(folder.resolve("another-file")).doesNotExist();
  }

  @Test
  @DisplayName("AUD-16: records that were written anew are refused, with the old hash or without")
  void refusesARewrittenRecord() throws Exception {
    append("a");
    append("b");
    anchors.requireAnchored();

    test.asSuperuser(UNGUARDED, "UPDATE audit_record SET subject = 'another' WHERE sequence = 2");

    anchors.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("AUD-16: another database, or an empty one, is refused")
  void refusesAnotherDatabase(boolean empty) throws Exception {
    append("a");
    anchors.requireAnchored();
    test.emptyRecord();
    if (!empty) {
      append("b");
      append("c");
    }

    RecordAnchors restarted = node("anchor");
    restarted.begin();

    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
  }

  @Test
  @DisplayName("KEY-08: what both officers signed lets the database go on, once, and is recorded")
  void isReconciledByBoth() throws Exception {
    for (String one : List.of("a", "b", "c")) {
      append(one);
    }
    anchors.advanceTokens();
    cutTo(1);
    anchors.look();

    sign(officers);
    anchors.look();

    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);
    AuditRecord record = test.run(handle -> log.list(handle, Optional.empty(), 2, 1)).getFirst();
    assertThat(record.type()).isEqualTo("DATABASE_RECONCILED");
    assertThat(record.details())
        .containsEntry("anchored_sequence", "3")
        .containsEntry("head_sequence", "2")
        .containsEntry("missing", "1");
    assertThat(inFile()).contains(head());
    assertThat(token.read()).contains(head().encoded());
    append("d");
    anchors.requireAnchored();
    RecordAnchors restarted = node("anchor");
    restarted.begin();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.CONFIRMED);

    // The same words for the same loss once more: the anchors are others by now.
    for (String suffix : List.of("", ".sig")) {
      Files.copy(folder.resolve("anchor.reconciled" + suffix), beside(".refused" + suffix));
    }
    cutTo(1);
    restarted.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    assertThat(count("DATABASE_RECONCILED")).isZero();
  }

  @Test
  @DisplayName("KEY-08: what others signed, or what says something else, lets nothing go on")
  void isReconciledByNobodyElse() throws Exception {
    append("a");
    append("b");
    anchors.requireAnchored();
    cutTo(1);
    anchors.look();

    sign(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    anchors.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);

    sign(officers);
    Files.writeString(
        beside(".refused"),
        Files.readString(beside(".refused")).replace("\"version\"", " \"version\""));
    anchors.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);

    Files.writeString(beside(".refused.sig"), "not a signature");
    anchors.look();
    assertThat(trust.standing()).isEqualTo(HistoryStanding.OLDER_THAN_ANCHOR);
    assertThat(count("DATABASE_RECONCILED")).isZero();
  }

  @Test
  void parsesWhatItEncodesAndNothingElse() {
    Anchor anchor = new Anchor(hash(1), 7, hash(2));
    byte[] encoded = anchor.encoded().toByteArray();

    assertThat(Anchor.parse(anchor.encoded())).contains(anchor);
    assertThat(Anchor.parse(Bytes.empty())).isEmpty();
    assertThat(Anchor.parse(Bytes.copyOf(Arrays.copyOf(encoded, encoded.length + 1)))).isEmpty();
    for (int i = 0; i < encoded.length; i++) {
      byte[] changed = encoded.clone();
      changed[i] ^= (byte) 0x80;
      assertThat(Anchor.parse(Bytes.copyOf(changed))).isNotEqualTo(Optional.of(anchor));
    }
  }

  private static Bytes hash(int value) {
    byte[] hash = new byte[32];
    Arrays.fill(hash, (byte) value);
    return Bytes.copyOf(hash);
  }

  private void sign(KeyPair key) throws Exception {
    sign(key, "anchor");
  }

  private void sign(KeyPair key, String file) throws Exception {
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(key.getPrivate());
    signer.update("bakq/reconciliation/v1\n".getBytes(StandardCharsets.UTF_8));
    signer.update(Files.readAllBytes(folder.resolve(file + ".refused")));
    Files.writeString(
        folder.resolve(file + ".refused.sig"), HexFormat.of().formatHex(signer.sign()) + "\n");
  }

  private Path beside(String suffix) {
    return folder.resolve("anchor" + suffix);
  }

  private Optional<Anchor> inFile() {
    return new AnchorFile(folder.resolve("anchor"))
        .read()
        .map(kept -> Anchor.parse(kept).orElseThrow());
  }

  private Anchor head() {
    return test.run(log::head).orElseThrow();
  }

  private String lastType() {
    return test.run(handle -> log.list(handle, Optional.empty(), head().sequence() - 1, 1))
        .getFirst()
        .type();
  }

  private long count(String type) {
    return test.run(handle -> log.list(handle, Optional.empty(), 0, 100)).stream()
        .filter(record -> record.type().equals(type))
        .count();
  }

  private void append(String subject) {
    test.run(
        handle -> {
          log.append(
              handle,
              AuditEvent.succeeded(AuditEventType.KEY_GENERATED, "system", subject, Map.of()));
          return true;
        });
  }

  private static void cutTo(long sequence) throws Exception {
    test.asSuperuser(UNGUARDED, "DELETE FROM audit_record WHERE sequence > " + sequence);
  }
}
