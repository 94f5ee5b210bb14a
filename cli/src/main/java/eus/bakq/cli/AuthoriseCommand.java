package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.demo.v1.AuthorisationServiceGrpc;
import eus.bakq.demo.v1.AuthorisationServiceGrpc.AuthorisationServiceBlockingStub;
import eus.bakq.demo.v1.DocumentShown;
import eus.bakq.demo.v1.OpenAuthorisationRequest;
import eus.bakq.demo.v1.OpenAuthorisationResponse;
import eus.bakq.demo.v1.RejectRequest;
import eus.bakq.demo.v1.SubmitCodeRequest;
import eus.bakq.demo.v1.SubmitCodeResponse;
import eus.bakq.demo.v1.SubmitPasswordRequest;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The citizen agrees to a sede's request from a terminal; at a demo server only. */
@Command(
    name = "authorise",
    description = {
      "As a citizen, at a demo server: see what a sede asks to sign, and agree or not.",
      "Asks for what it needs; without a keyboard each answer is one line of standard input: "
          + "yes or no, DNI or NIE, password, code."
    })
final class AuthoriseCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "ADDRESS",
      description = "The authorisation address that the sede shows.")
  private String address;

  @Option(names = DeviceFile.OPTION, paramLabel = "FILE", description = DeviceFile.DESCRIPTION)
  private Optional<Path> device = Optional.empty();

  private final Caller caller;

  AuthoriseCommand(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    DeviceFile kept = DeviceFile.at(device);
    ByteString known = kept.read();
    ProgramKey key = ProgramKey.generate(caller.random(), caller.clock());
    OpenAuthorisationResponse opened =
        stub()
            .openAuthorisation(
                OpenAuthorisationRequest.newBuilder()
                    .setAuthorisationAddress(address)
                    .setProgramKey(key.publicKey())
                    .build());
    Interaction interaction = new Interaction(opened.getInteractionId(), key);
    show(opened);
    if (!caller.terminal().askYes("Sign " + counted(opened.getDocumentsCount()))) {
      reject(interaction);
      throw FailedException.refused("The request was rejected; nothing was signed.");
    }
    ByteString ticket = submitPassword(interaction, known).getTicket();
    caller
        .terminal()
        .say(
            "If all was right, a code comes by SMS; sign only if it shows the same reference code.");
    try (Secret code = caller.terminal().askSecret("Code")) {
      SubmitCodeResponse answer =
          stub()
              .submitCode(
                  SubmitCodeRequest.newBuilder()
                      .setInteractionId(interaction.id())
                      .setProof(
                          interaction.prove(AuthorisationServiceGrpc.getSubmitCodeMethod(), ticket))
                      .setTicket(ticket)
                      .setCode(code.bytes())
                      .build());
      caller.terminal().say("Signed: " + counted(answer.getSignedCount()) + ".");
      kept.write(answer.getDevice());
    }
    return 0;
  }

  private void show(OpenAuthorisationResponse opened) {
    caller.terminal().heading(Text.printable(opened.getSedeName()) + " asks for your signature");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("reference code", Text.printable(opened.getReferenceCode())));
    rows.add(List.of("until", Text.time(opened.getExpiresAt())));
    int number = 1;
    for (DocumentShown document : opened.getDocumentsList()) {
      rows.add(List.of("document " + number++, Text.printable(document.getLabel())));
      rows.add(List.of("  size", document.getSize() + " bytes"));
      rows.add(List.of("  SHA-256", Text.fingerprint(document.getSha256())));
    }
    caller.terminal().say(Text.table(rows).stripTrailing());
  }

  private SubmitPasswordResponse submitPassword(Interaction interaction, ByteString known) {
    String dni = caller.terminal().ask("DNI or NIE");
    try (Secret password = caller.terminal().askSecret("Password")) {
      return stub()
          .submitPassword(
              SubmitPasswordRequest.newBuilder()
                  .setInteractionId(interaction.id())
                  .setProof(interaction.prove(AuthorisationServiceGrpc.getSubmitPasswordMethod()))
                  .setDni(dni)
                  .setPassword(password.bytes())
                  .setDevice(known)
                  .build());
    }
  }

  private void reject(Interaction interaction) {
    var _ =
        stub()
            .reject(
                RejectRequest.newBuilder()
                    .setInteractionId(interaction.id())
                    .setProof(interaction.prove(AuthorisationServiceGrpc.getRejectMethod()))
                    .build());
  }

  private static String counted(int documents) {
    return documents == 1 ? "1 document" : documents + " documents";
  }

  private AuthorisationServiceBlockingStub stub() {
    return AuthorisationServiceGrpc.newBlockingStub(caller.channels().to(Door.SIGNER))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
