package eus.bakq.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a citizen, the officer and a sede can expect of the server, in as few words as it takes:
 * what a random walk compares with what they get. Each method says how a call is answered, {@code
 * OK} or the reason of a refusal, and does to the model what the call does to the server. Time is
 * in whole minutes, and all that happens between two jumps happens at once.
 */
final class WalkModel {
  static final String OK = "OK";
  static final int CODE_LIFE = 10;
  static final int INTERACTION_LIFE = 15;
  static final int REQUEST_LIFE = 60;
  static final int SUSPENSION = 120;

  private static final int CODES_PER_HOUR = 5;
  private static final int SMS_PER_DAY = 10;
  private static final int DAY = 24 * 60;
  private static final int MOST_TRIES = 3;
  private static final int LOCK_AFTER = 5;
  private static final int MOST_INTERACTIONS = 20;
  private static final int MOST_OPENINGS = 10;

  enum Signer {
    PENDING_ACTIVATION,
    ACTIVE,
    SUSPENDED
  }

  enum Activation {
    LINK_SENT,
    OPENED,
    PASSWORD_SET,
    DATA_CONFIRMED,
    TERMS_ACCEPTED,
    COMPLETED,
    ENDED
  }

  /** A signature request, in the words of the contract. */
  static final class Request {
    final int documents;
    final int made;
    String state = "FROZEN";
    boolean erased;
    int interactions;

    Request(int documents, int made) {
      this.documents = documents;
      this.made = made;
    }

    private boolean isOpen(int now) {
      return (state.equals("FROZEN") || state.equals("CHALLENGED")) && now - made < REQUEST_LIFE;
    }

    /** What a sede may be told: that its time is over is written when somebody comes by. */
    List<String> shown(int now) {
      boolean overdue = now - made >= REQUEST_LIFE;
      return (state.equals("FROZEN") || state.equals("CHALLENGED")) && overdue
          ? List.of(state, "EXPIRED")
          : List.of(state);
    }
  }

  /** An interaction on a request, or on the activation if there is none. */
  static final class Conversation {
    final Optional<Request> request;
    final int opened;
    boolean over;
    boolean challenged;
    boolean live;
    int challengedAt;
    int tries;

    /** Of an activation that a newer one has replaced. */
    boolean replaced;

    /** Of an activation: how often the temporary password was wrong, and whether it was used. */
    int wrongTemporary;

    boolean temporaryUsed;

    Conversation(Optional<Request> request, int opened) {
      this.request = request;
      this.opened = opened;
    }

    private boolean isLive(int now) {
      int end =
          request
              .map(one -> Math.min(opened + INTERACTION_LIFE, one.made + REQUEST_LIFE))
              .orElse(opened + INTERACTION_LIFE);
      return !over && now < end;
    }
  }

  int now;
  Signer signer = Signer.PENDING_ACTIVATION;
  Activation activation = Activation.LINK_SENT;
  int failures;
  boolean locked;
  int codesSent;
  boolean certified;
  final List<Request> requests = new ArrayList<>();
  final List<Conversation> conversations = new ArrayList<>();

  private int wrongAnswers;
  private int openings;
  private boolean passwordSet;
  private int suspendedAt;
  private int codesInWindow;
  private int windowBegan = Integer.MIN_VALUE / 2;

  /** When an SMS was sent, with a code or a temporary password. */
  private final List<Integer> sms = new ArrayList<>();

  // What a sede does.

  Request request(int documents) {
    Request made = new Request(documents, now);
    requests.add(made);
    return made;
  }

  String cancel(Request request) {
    if (request.state.equals("CANCELLED")) {
      return OK;
    }
    if (!request.isOpen(now)) {
      return "SIGNATURE_REQUEST_NOT_OPEN";
    }
    end(request, "CANCELLED");
    return OK;
  }

  String fetch(Request request) {
    if (!request.state.equals("COMPLETED")) {
      return "NOT_COMPLETED";
    }
    return request.erased ? "ALREADY_FETCHED" : OK;
  }

  String acknowledge(Request request) {
    if (!request.state.equals("COMPLETED")) {
      return "NOT_COMPLETED";
    }
    request.erased = true;
    return OK;
  }

  // What a citizen does.

  /** Whether the address can be opened; if so, {@link #opened} comes next. */
  String open(Request request) {
    if (!request.isOpen(now)) {
      return "SIGNATURE_REQUEST_NOT_OPEN";
    }
    return request.interactions >= MOST_INTERACTIONS ? "QUOTA_EXCEEDED" : OK;
  }

  Conversation opened(Request request) {
    request.interactions++;
    return begin(Optional.of(request));
  }

  String openLink() {
    if (activation == Activation.COMPLETED || activation == Activation.ENDED) {
      return "ACTIVATION_LINK_INVALID";
    }
    return openings >= MOST_OPENINGS ? "QUOTA_EXCEEDED" : OK;
  }

  Conversation openedLink() {
    openings++;
    abandon(Optional.empty());
    activation = Activation.OPENED;
    sms.add(now);
    return begin(Optional.empty());
  }

  String setPassword(Conversation conversation, boolean right) {
    String step = step(conversation, Activation.OPENED);
    if (!step.equals(OK)) {
      return step;
    }
    boolean good =
        !conversation.temporaryUsed
            && conversation.wrongTemporary < MOST_TRIES
            && now - conversation.opened < 10;
    if (!good || !right) {
      conversation.wrongTemporary += good ? 1 : 0;
      return "AUTHENTICATION_FAILED";
    }
    conversation.temporaryUsed = true;
    passwordSet = true;
    activation = Activation.PASSWORD_SET;
    return OK;
  }

  String confirm(Conversation conversation, boolean right) {
    String step = step(conversation, Activation.PASSWORD_SET);
    if (!step.equals(OK)) {
      return step;
    }
    if (right) {
      activation = Activation.DATA_CONFIRMED;
      return OK;
    }
    if (++wrongAnswers == MOST_TRIES) {
      activation = Activation.ENDED;
      abandon(Optional.empty());
    }
    return "PERSONAL_DATA_NOT_CONFIRMED";
  }

  String acceptTerms(Conversation conversation) {
    String step = step(conversation, Activation.DATA_CONFIRMED);
    if (step.equals(OK)) {
      activation = Activation.TERMS_ACCEPTED;
    }
    return step;
  }

  private String step(Conversation conversation, Activation at) {
    if (!conversation.isLive(now)) {
      return "INTERACTION_NOT_FOUND";
    }
    return activation == at && !conversation.replaced ? OK : "ACTIVATION_STEP";
  }

  /** A password is answered the same whatever it is; whether a code comes is {@link #codesSent}. */
  String password(Conversation conversation, boolean typedRight) {
    if (!conversation.isLive(now) || conversation.challenged) {
      return "INTERACTION_NOT_FOUND";
    }
    if (conversation.request.isPresent() && !conversation.request.get().isOpen(now)) {
      return "SIGNATURE_REQUEST_NOT_OPEN";
    }
    if (conversation.request.isEmpty() && !isAccepted(conversation)) {
      return "ACTIVATION_STEP";
    }
    boolean right = typedRight && passwordSet;
    boolean allowed = conversation.request.isEmpty() || signer == Signer.ACTIVE;
    conversation.challenged = true;
    conversation.challengedAt = now;
    if (right && allowed && !locked && mayBeSentACode()) {
      conversations.stream()
          .filter(other -> other.request.isPresent() == conversation.request.isPresent())
          .forEach(other -> other.live = false);
      conversation.live = true;
      countCode();
    }
    // Who has no credential is a stranger at a sede's request.
    boolean concerned =
        conversation.request.isEmpty() || signer == Signer.ACTIVE || signer == Signer.SUSPENDED;
    if (!right && concerned) {
      countFailure();
    }
    conversation.request.ifPresent(request -> request.state = "CHALLENGED");
    return OK;
  }

  private boolean isAccepted(Conversation conversation) {
    return activation == Activation.TERMS_ACCEPTED && !conversation.replaced;
  }

  private boolean mayBeSentACode() {
    return codesInHour() < CODES_PER_HOUR
        && sms.stream().filter(sent -> now - sent < DAY).count() < SMS_PER_DAY;
  }

  private int codesInHour() {
    return now - windowBegan < 60 ? codesInWindow : 0;
  }

  private void countCode() {
    codesInWindow = codesInHour() + 1;
    if (codesInWindow == 1) {
      windowBegan = now;
    }
    codesSent++;
    sms.add(now);
  }

  private void countFailure() {
    failures++;
    locked |= failures >= LOCK_AFTER;
  }

  String code(Conversation conversation, boolean typedRight) {
    if (!conversation.isLive(now) || !conversation.challenged) {
      return "INTERACTION_NOT_FOUND";
    }
    if (conversation.request.isEmpty() && !isAccepted(conversation)) {
      return "ACTIVATION_STEP";
    }
    boolean inTime = now - conversation.challengedAt < CODE_LIFE;
    if (conversation.live && typedRight && inTime && !locked) {
      succeed(conversation);
      return OK;
    }
    if (conversation.live) {
      countFailure();
    }
    if (++conversation.tries == MOST_TRIES) {
      finish(conversation);
    }
    return "AUTHENTICATION_FAILED";
  }

  private void succeed(Conversation conversation) {
    failures = 0;
    finish(conversation);
    if (conversation.request.isPresent()) {
      conversation.request.get().state = "COMPLETED";
    } else {
      activation = Activation.COMPLETED;
      signer = Signer.ACTIVE;
      certified = true;
    }
  }

  String reject(Conversation conversation) {
    if (!conversation.isLive(now)) {
      return "INTERACTION_NOT_FOUND";
    }
    Request request = conversation.request.orElseThrow();
    if (!request.isOpen(now)) {
      return "SIGNATURE_REQUEST_NOT_OPEN";
    }
    end(request, "REJECTED");
    return OK;
  }

  // What an officer does.

  String suspend() {
    if (!certified) {
      return "NO_CREDENTIAL";
    }
    if (signer == Signer.SUSPENDED) {
      return "CREDENTIAL_STATE";
    }
    signer = Signer.SUSPENDED;
    suspendedAt = now;
    disown();
    return OK;
  }

  String lift() {
    if (!certified) {
      return "NO_CREDENTIAL";
    }
    if (signer != Signer.SUSPENDED) {
      return "CREDENTIAL_STATE";
    }
    signer = Signer.ACTIVE;
    disown();
    return OK;
  }

  String revoke() {
    if (!certified) {
      return "NO_CREDENTIAL";
    }
    endCredential();
    return OK;
  }

  private void endCredential() {
    certified = false;
    signer = Signer.PENDING_ACTIVATION;
    disown();
  }

  String renew() {
    if (signer != Signer.PENDING_ACTIVATION) {
      return "SIGNER_STATE";
    }
    activation = Activation.LINK_SENT;
    wrongAnswers = 0;
    openings = 0;
    conversations.stream().filter(one -> one.request.isEmpty()).forEach(one -> one.replaced = true);
    return OK;
  }

  String unlock() {
    if (!locked) {
      return "SIGNER_STATE";
    }
    locked = false;
    failures = 0;
    return OK;
  }

  /**
   * Time goes on.
   *
   * @return whether a suspension ends by it, which the server has to notice
   */
  boolean pass(int minutes) {
    now += minutes;
    boolean over = signer == Signer.SUSPENDED && now - suspendedAt >= SUSPENSION;
    if (over) {
      endCredential();
    }
    return over;
  }

  private Conversation begin(Optional<Request> request) {
    Conversation begun = new Conversation(request, now);
    conversations.add(begun);
    return begun;
  }

  private void end(Request request, String state) {
    request.state = state;
    request.erased = true;
    abandon(Optional.of(request));
  }

  private void abandon(Optional<Request> request) {
    conversations.stream()
        .filter(one -> one.request.equals(request) && !one.replaced)
        .forEach(WalkModel::finish);
  }

  private static void finish(Conversation conversation) {
    conversation.over = true;
    conversation.live = false;
  }

  private void disown() {
    conversations.forEach(one -> one.live = false);
  }
}
