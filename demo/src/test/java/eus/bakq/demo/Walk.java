package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.demo.v1.Channel;
import eus.bakq.demo.v1.Message;
import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One citizen, one sede and an officer, who do what they are told to; each answer is compared with
 * the model's. For one thread.
 */
final class Walk {
  private static final Pattern CODE = Pattern.compile("Code ([0-9]{6,8}) ");
  private static final Pattern TEMPORARY = Pattern.compile("temporary password is ([^ ]+)\\. ");
  private static final String WRONG_CODE = "00000000";
  private static final Duration JUMP = Duration.ofHours(2);
  private static final int A_DAY = 24 * 60;

  /** What the citizen's program holds of a conversation. */
  private static final class Held {
    Optional<Authorising> authorising = Optional.empty();
    Optional<Activating> activating = Optional.empty();
    Optional<String> temporary = Optional.empty();
    Optional<String> code = Optional.empty();
    boolean termsShown;
  }

  private final WalkWorld world;
  private final WalkModel model = new WalkModel();
  private final WalkInvariants invariants;
  private final Citizen citizen;
  private final IdentityHashMap<WalkModel.Request, SignatureRequest> requests =
      new IdentityHashMap<>();
  private final IdentityHashMap<WalkModel.Conversation, Held> held = new IdentityHashMap<>();
  private final Map<String, byte[]> fetched = new HashMap<>();
  private int links = 1;

  private Walk(WalkWorld world, Citizen citizen) {
    this.world = world;
    this.citizen = citizen;
    this.invariants = new WalkInvariants(world, citizen, model);
  }

  /** Somebody new, who is registered. */
  static Walk begin(WalkWorld world) {
    Citizen citizen = world.newCitizen();
    citizen.register(world.officer());
    Walk walk = new Walk(world, citizen);
    walk.awaitLink();
    return walk;
  }

  /** Takes the steps to the certificate, so that a walk may begin with somebody who can sign. */
  void activate() throws Exception {
    take(
        WalkStep.Kind.OPEN_LINK,
        WalkStep.Kind.SET_PASSWORD,
        WalkStep.Kind.CONFIRM,
        WalkStep.Kind.ACCEPT_TERMS,
        WalkStep.Kind.PASSWORD_TO_ACTIVATE,
        WalkStep.Kind.CODE_TO_ACTIVATE);
  }

  private void take(WalkStep.Kind... kinds) throws Exception {
    for (WalkStep.Kind kind : kinds) {
      take(new WalkStep(kind, 0));
    }
  }

  /** Takes one step, and looks whether everything is as it must be. */
  void take(WalkStep step) throws Exception {
    switch (step.kind()) {
      case REQUEST, CANCEL, GET, WATCH, FETCH, ACKNOWLEDGE -> sede(step);
      case OPEN -> latest(model.requests, step).ifPresent(this::open);
      case RIGHT_PASSWORD, WRONG_PASSWORD, RIGHT_CODE, WRONG_CODE, CODE_OF_ANOTHER, REJECT ->
          latest(conversations(true), step).ifPresent(one -> authorise(step, one));
      case OPEN_LINK -> openLink();
      case SET_PASSWORD,
          WRONG_TEMPORARY_PASSWORD,
          CONFIRM,
          WRONG_CONFIRMATION,
          ACCEPT_TERMS,
          PASSWORD_TO_ACTIVATE,
          CODE_TO_ACTIVATE ->
          latest(conversations(false), step).ifPresent(one -> activate(step, one));
      case SUSPEND, LIFT, REVOKE, RENEW, UNLOCK -> officer(step);
      case SIX_MINUTES -> pass(6);
      case HALF_AN_HOUR -> pass(25);
      case AN_HOUR -> pass(70);
      case CLOCK_BACK -> world.jump(JUMP.negated(), step.pick() % 2 == 0);
      case CLOCK_FORTH -> world.jump(JUMP, step.pick() % 2 == 0);
      case RESTART -> world.restart();
    }
    invariants.check(requests);
  }

  /**
   * Whatever was done before: after a night, a restart and a clock that was wrong for a moment, an
   * officer helps, and the citizen signs. Then what holds of the whole.
   */
  void end() throws Exception {
    pass(A_DAY);
    invariants.check(requests);
    take(WalkStep.Kind.RESTART, WalkStep.Kind.CLOCK_BACK);
    if (model.locked) {
      take(WalkStep.Kind.UNLOCK);
    }
    if (!model.certified) {
      take(WalkStep.Kind.RENEW);
      activate();
    }
    take(
        WalkStep.Kind.REQUEST,
        WalkStep.Kind.OPEN,
        WalkStep.Kind.RIGHT_PASSWORD,
        WalkStep.Kind.RIGHT_CODE,
        WalkStep.Kind.CLOCK_FORTH,
        WalkStep.Kind.FETCH);
    assertThat(model.requests.getLast().state).as("the last signature").isEqualTo("COMPLETED");
    assertThat(fetched).isNotEmpty();
    assertThat(codes()).as("codes that were sent").hasSize(model.codesSent);
    assertThat(world.audit().verify().getFirstBadSequence()).as("the record's chain").isZero();
    world.conformance().requireNoViolation();
  }

  private void sede(WalkStep step) {
    Sede sede = world.sede(WorldFiles.SEDE_A);
    if (step.kind() == WalkStep.Kind.REQUEST) {
      int documents = 1 + step.pick() % 2;
      byte[][] wished = new byte[documents][];
      Arrays.fill(wished, Documents.paper());
      requests.put(model.request(documents), sede.ask(wished));
      return;
    }
    latest(model.requests, step).ifPresent(request -> sede(step.kind(), sede, request));
  }

  private void sede(WalkStep.Kind kind, Sede sede, WalkModel.Request request) {
    String id = requests.get(request).getId();
    switch (kind) {
      case CANCEL -> expect(model.cancel(request), () -> sede.cancel(id));
      case GET ->
          assertThat(WalkInvariants.word(sede.get(id).getState())).isIn(request.shown(model.now));
      case WATCH -> {
        Watching watching = sede.watch(id);
        assertThat(WalkInvariants.word(watching.next().getState())).isIn(request.shown(model.now));
        watching.goAway();
      }
      case FETCH -> {
        for (int index = 0; index < request.documents; index++) {
          int document = index;
          expect(model.fetch(request), () -> sameAsEver(id + document, sede.fetch(id, document)));
        }
      }
      case ACKNOWLEDGE -> expect(model.acknowledge(request), () -> sede.acknowledge(id));
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  private byte[] sameAsEver(String which, byte[] signed) {
    assertThat(fetched.computeIfAbsent(which, key -> signed)).isEqualTo(signed);
    return signed;
  }

  private void open(WalkModel.Request request) {
    Held opened = new Held();
    String expected = model.open(request);
    expect(
        expected,
        () -> {
          opened.authorising =
              Optional.of(
                  Authorising.open(
                      world.signerChannel(),
                      requests.get(request).getAuthorisationAddress(),
                      Program.on(world::now)));
          return opened;
        });
    if (expected.equals(WalkModel.OK)) {
      held.put(model.opened(request), opened);
    }
  }

  private void authorise(WalkStep step, WalkModel.Conversation conversation) {
    Held mine = held.get(conversation);
    Authorising authorising = mine.authorising.orElseThrow();
    switch (step.kind()) {
      case RIGHT_PASSWORD ->
          password(
              conversation,
              true,
              () -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD));
      case WRONG_PASSWORD ->
          password(
              conversation,
              false,
              () -> authorising.submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD));
      case RIGHT_CODE ->
          expect(
              model.code(conversation, mine.code.isPresent()),
              () -> authorising.submitCode(mine.code.orElse(WRONG_CODE)));
      case WRONG_CODE ->
          expect(model.code(conversation, false), () -> authorising.submitCode(WRONG_CODE));
      case CODE_OF_ANOTHER -> {
        Optional<String> other =
            held.values().stream()
                .flatMap(one -> one.code.stream())
                .filter(code -> !Optional.of(code).equals(mine.code))
                .findFirst();
        expect(
            model.code(conversation, false),
            () -> authorising.submitCode(other.orElse(WRONG_CODE)));
      }
      case REJECT -> expect(model.reject(conversation), authorising::reject);
      default -> throw new IllegalArgumentException(step.toString());
    }
  }

  /** After a password, the code that is expected is waited for: it is nobody else's. */
  private void password(WalkModel.Conversation conversation, boolean right, Callable<?> call) {
    int before = model.codesSent;
    expect(model.password(conversation, right), call);
    if (model.codesSent > before) {
      held.get(conversation).code = Optional.of(await(this::codes, model.codesSent));
    }
  }

  private void openLink() {
    Held opened = new Held();
    int before = temporaries().size();
    String expected = model.openLink();
    expect(
        expected,
        () -> {
          opened.activating =
              Optional.of(
                  Activating.open(
                      world.signerChannel(), citizen.linkToken(), Program.on(world::now)));
          return opened;
        });
    if (expected.equals(WalkModel.OK)) {
      held.put(model.openedLink(), opened);
      opened.temporary = Optional.of(await(this::temporaries, before + 1));
    }
  }

  private void activate(WalkStep step, WalkModel.Conversation conversation) {
    Held mine = held.get(conversation);
    Activating activating = mine.activating.orElseThrow();
    switch (step.kind()) {
      case SET_PASSWORD ->
          expect(
              model.setPassword(conversation, true),
              () -> activating.setPassword(mine.temporary.orElseThrow(), Citizen.PASSWORD));
      case WRONG_TEMPORARY_PASSWORD ->
          expect(
              model.setPassword(conversation, false),
              () -> activating.setPassword("abcd-efgh-ijkm", Citizen.PASSWORD));
      case CONFIRM -> {
        String expected = model.confirm(conversation, true);
        expect(expected, () -> activating.confirm(Officer.DOCUMENT_EXPIRY));
        mine.termsShown |= expected.equals(WalkModel.OK);
      }
      case WRONG_CONFIRMATION ->
          expect(
              model.confirm(conversation, false),
              () -> activating.confirm(LocalDate.of(2039, 1, 1)));
      case ACCEPT_TERMS -> {
        if (mine.termsShown) {
          expect(model.acceptTerms(conversation), activating::acceptTerms);
        }
      }
      case PASSWORD_TO_ACTIVATE ->
          password(
              conversation, true, () -> activating.submitPassword(citizen.dni(), Citizen.PASSWORD));
      case CODE_TO_ACTIVATE ->
          expect(
              model.code(conversation, mine.code.isPresent()),
              () -> activating.submitCode(mine.code.orElse(WRONG_CODE)));
      default -> throw new IllegalArgumentException(step.toString());
    }
  }

  private void officer(WalkStep step) {
    Officer officer = world.officer();
    switch (step.kind()) {
      case SUSPEND ->
          expect(
              model.suspend(),
              () ->
                  officer.suspend(
                      citizen, world.ahead().plus(Duration.ofMinutes(WalkModel.SUSPENSION))));
      case LIFT -> expect(model.lift(), () -> officer.lift(citizen));
      case REVOKE ->
          expect(
              model.revoke(),
              () -> officer.revoke(citizen, RevocationReason.REVOCATION_REASON_SIGNER_ASKED));
      case RENEW -> {
        String expected = model.renew();
        expect(expected, () -> officer.renew(citizen));
        if (expected.equals(WalkModel.OK)) {
          links++;
          awaitLink();
        }
      }
      case UNLOCK -> expect(model.unlock(), () -> officer.unlock(citizen));
      default -> throw new IllegalArgumentException(step.toString());
    }
  }

  private void pass(int minutes) throws Exception {
    world.pass(Duration.ofMinutes(minutes));
    if (model.pass(minutes)) {
      assertThat(Eventually.is(() -> invariants.signerState().equals(model.signer.name())))
          .as("the suspension that is over becomes a revocation (CRT-10)")
          .isTrue();
    }
  }

  /** The answer, as the model says it. */
  private static void expect(String expected, Callable<?> call) {
    assertThat(WalkInvariants.answer(call)).isEqualTo(expected);
  }

  private void awaitLink() {
    await(() -> found(Pattern.compile("(activate#)"), citizen.mails()), links);
  }

  private List<String> codes() {
    return found(CODE, sms());
  }

  private List<String> temporaries() {
    return found(TEMPORARY, sms());
  }

  private List<Message> sms() {
    return world.messages(Channel.CHANNEL_SMS, citizen.mobile());
  }

  /** What is found in messages, newest first. */
  private static List<String> found(Pattern pattern, List<Message> messages) {
    List<String> found = new ArrayList<>();
    for (Message message : messages) {
      Matcher matcher = pattern.matcher(message.getText());
      if (matcher.find()) {
        found.add(matcher.group(1));
      }
    }
    return found;
  }

  private static String await(Callable<List<String>> read, int enough) {
    try {
      assertThat(Eventually.is(() -> read.call().size() >= enough)).as("the message").isTrue();
      return read.call().getFirst();
    } catch (Exception e) {
      throw new AssertionError("the messages cannot be read", e);
    }
  }

  private List<WalkModel.Conversation> conversations(boolean ofRequests) {
    return model.conversations.stream()
        .filter(one -> one.request.isPresent() == ofRequests)
        .toList();
  }

  /** The last one mostly, else one of the three before. */
  private static <T> Optional<T> latest(List<T> from, WalkStep step) {
    int back = Math.max(0, step.pick() - 4);
    return from.isEmpty()
        ? Optional.empty()
        : Optional.of(from.get(Math.max(0, from.size() - 1 - back)));
  }
}
