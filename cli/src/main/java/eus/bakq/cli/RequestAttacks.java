package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.relyingparty.v1.CreateSignatureRequestRequest;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Attacks on signature requests that have ended, are another's to sign, or another sede's. */
final class RequestAttacks {
  private static final String GONE = "INTERACTION_NOT_FOUND";
  private static final String NOT_OPEN = "SIGNATURE_REQUEST_NOT_OPEN";
  private static final String NOT_FOUND = "SIGNATURE_REQUEST_NOT_FOUND";
  private static final String NOT_COMPLETED = "NOT_COMPLETED";
  private static final ByteString GUESS = ByteString.copyFromUtf8("000000");
  private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

  /** More than any server can be configured to take in one request. */
  private static final int TOO_MANY = 501;

  private final SelfTestTarget target;
  private final SelfTestReport report;

  RequestAttacks(SelfTestTarget target, SelfTestReport report) {
    this.target = target;
    this.report = report;
  }

  /** Whoever knows an address of a request, but has no part in it. */
  void ended() {
    SedeCalls sede = target.sede();
    SignatureRequest request = target.ask();
    Conversation conversation = target.open(request);
    report.attack(
        "a no by a program that did not open the conversation",
        Answer.of(
            () ->
                conversation.reject(
                    target
                        .newKey()
                        .prove(AuthorisationServiceGrpc.getRejectMethod(), conversation.id()))),
        GONE);
    report.attack(
        "fetching what is not signed",
        Answer.of(() -> sede.fetch(request.getId(), 0)),
        NOT_COMPLETED);
    report.attack(
        "acknowledging what is not signed",
        Answer.of(() -> sede.acknowledge(request.getId())),
        NOT_COMPLETED);
    var _ = sede.cancel(request.getId());
    report.attack(
        "signing after the sede has cancelled: the password",
        Answer.of(() -> conversation.password(target.citizen().dni(), target.citizen().password())),
        GONE,
        NOT_OPEN);
    report.attack(
        "signing after the sede has cancelled: from the start",
        Answer.of(() -> target.open(request)),
        NOT_OPEN);

    SignatureRequest declined = target.ask();
    Conversation no = target.open(declined);
    var _ = no.reject(no.proof(AuthorisationServiceGrpc.getRejectMethod()));
    report.attack(
        "signing after the citizen has declined", Answer.of(() -> target.open(declined)), NOT_OPEN);
    report.attack(
        "cancelling what the citizen has declined",
        Answer.of(() -> sede.cancel(declined.getId())),
        NOT_OPEN);
    report.attack(
        "an address that no sede was given",
        Answer.of(
            () ->
                Conversation.open(
                    target.doors().at(Door.SIGNER, Identity.NOBODY),
                    "https://example.invalid/#" + UUID.randomUUID(),
                    target.newKey())),
        NOT_FOUND);
    report.attack(
        "a code in a conversation that nobody opened", Answer.of(this::withoutConversation), GONE);
  }

  private Object withoutConversation() {
    String madeUp = UUID.randomUUID().toString();
    ByteString ticket = ByteString.copyFrom(new byte[60]);
    var step = AuthorisationServiceGrpc.getSubmitCodeMethod();
    return AuthorisationServiceGrpc.newBlockingStub(target.doors().at(Door.SIGNER, Identity.NOBODY))
        .submitCode(
            SubmitCodeRequest.newBuilder()
                .setInteractionId(madeUp)
                .setProof(target.newKey().prove(step, madeUp, ticket))
                .setTicket(ticket)
                .setCode(GUESS)
                .build());
  }

  /** The citizen's own password is right; the sede expects somebody else. */
  SignatureRequest anothersToSign() {
    SignatureRequest request =
        target.ask(SedeCalls.wish(List.of(target.document(0))).setExpectedSigner(another()));
    Conversation conversation = target.open(request);
    var _ = conversation.password(target.citizen().dni(), target.citizen().password());
    report.attack(
        "signing what the sede asks somebody else to sign",
        Answer.of(() -> conversation.submit(conversation.code(GUESS))),
        "AUTHENTICATION_FAILED");
    List<String> codes =
        target.record().of(request.getId(), "AUTHENTICATION_PASSWORD_JUDGED").stream()
            .map(record -> record.getDetailsOrDefault("code", ""))
            .toList();
    report.check(
        "  and no code was sent for it",
        codes.equals(List.of("not sent")),
        "code: " + String.join(", ", codes),
        "code: not sent");
    return request;
  }

  /** A valid DNI that is not the citizen's; it may be anybody's, or nobody's. */
  private String another() {
    int number = 1_000_000 + Math.floorMod(target.citizen().dni().hashCode(), 90_000_000);
    return dni(number).equals(target.citizen().dni()) ? dni(number + 1) : dni(number);
  }

  private static String dni(int number) {
    return String.format(Locale.ROOT, "%08d", number)
        + DNI_LETTERS.charAt(number % DNI_LETTERS.length());
  }

  /** Another sede, with what belongs to the first. */
  void otherSede(SignatureRequest signed) {
    SedeCalls other = new SedeCalls(target.doors().at(Door.SEDE, Identity.OTHER_SEDE));
    String id = signed.getId();
    SignatureRequest before = target.sede().get(id);
    ByteString firstDocument = target.sede().fetch(id, 0);
    report.attack("its request: read", Answer.of(() -> other.get(id)), NOT_FOUND);
    report.attack("its request: watched", Answer.of(() -> other.watch(id)), NOT_FOUND);
    report.attack("its request: cancelled", Answer.of(() -> other.cancel(id)), NOT_FOUND);
    report.attack("its signed document: fetched", Answer.of(() -> other.fetch(id, 0)), NOT_FOUND);
    report.attack("its signed document: streamed", Answer.of(() -> other.stream(id, 0)), NOT_FOUND);
    report.attack(
        "its signed documents: acknowledged", Answer.of(() -> other.acknowledge(id)), NOT_FOUND);
    byte[] document = target.document(4);
    String upload = target.sede().upload(document, Sha256.of(document));
    CreateSignatureRequestRequest.Builder wish = SedeCalls.wish(List.of(document));
    wish.getDocumentsBuilder(0).clearContent().setUploadId(upload);
    report.attack("its upload: used", Answer.of(() -> other.ask(wish)), "UPLOAD_NOT_FOUND");
    report.check(
        "  and what was attacked is as it was",
        target.sede().get(id).equals(before) && target.sede().fetch(id, 0).equals(firstDocument),
        "unchanged",
        "still to be fetched by its sede");
  }

  /** A sede that breaks its own rules. */
  void ownSede(SignatureRequest signed) {
    SedeCalls sede = target.sede();
    CreateSignatureRequestRequest.Builder wish = SedeCalls.wish(List.of(target.document(5)));
    SignatureRequest made = target.ask(wish);
    SignatureRequest repeated = sede.ask(wish);
    report.check(
        "the same request_id, the same body: the same request",
        repeated.getId().equals(made.getId()),
        "the same",
        made.getId());
    report.attack(
        "the same request_id with another body",
        Answer.of(
            () ->
                sede.ask(
                    SedeCalls.wish(List.of(target.document(6))).setRequestId(wish.getRequestId()))),
        "REQUEST_ID_REUSED");
    report.attack(
        "an upload that is not what its header says",
        Answer.of(() -> sede.upload(target.document(7), Sha256.of(target.document(8)))),
        "UPLOAD_DIFFERS");
    report.attack(
        "more documents than any sede may send",
        Answer.of(
            () -> sede.ask(SedeCalls.wish(Collections.nCopies(TOO_MANY, target.document(9))))),
        "FIELD_INVALID");
    report.attack(
        "cancelling what is signed", Answer.of(() -> sede.cancel(signed.getId())), NOT_OPEN);
    report.attack(
        "a document behind the last one",
        Answer.of(() -> sede.fetch(signed.getId(), signed.getDocumentCount())),
        "FIELD_INVALID",
        NOT_FOUND);
    var _ = sede.acknowledge(signed.getId());
    report.attack(
        "fetching what was acknowledged",
        Answer.of(() -> sede.fetch(signed.getId(), 0)),
        "ALREADY_FETCHED");
  }
}
