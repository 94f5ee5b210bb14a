package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.AcceptTermsRequest;
import eus.bakq.signer.v1.ActivationServiceGrpc;
import eus.bakq.signer.v1.ActivationServiceGrpc.ActivationServiceBlockingStub;
import eus.bakq.signer.v1.CalendarDate;
import eus.bakq.signer.v1.ConfirmPersonalDataRequest;
import eus.bakq.signer.v1.ConfirmPersonalDataResponse;
import eus.bakq.signer.v1.OpenActivationRequest;
import eus.bakq.signer.v1.OpenActivationResponse;
import eus.bakq.signer.v1.PersonalData;
import eus.bakq.signer.v1.SetPasswordRequest;
import eus.bakq.signer.v1.SubmitCodeRequest;
import eus.bakq.signer.v1.SubmitCodeResponse;
import eus.bakq.signer.v1.SubmitPasswordRequest;
import eus.bakq.signer.v1.SubmitPasswordResponse;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The citizen activates BakQ (flow F2). The questions, in their order: temporary password, new
 * password twice, expiry of the identity document, acceptance of the terms, password, code.
 */
@Command(
    name = "activate",
    description = {
      "As a citizen: activate BakQ with the link from the e-mail.",
      "Asks for what it needs; without a keyboard each answer is one line of standard input: "
          + "temporary password, new password, the same again, expiry of the identity document "
          + "(2030-12-31), yes to the terms, password, code."
    })
final class ActivateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "LINK",
      description = "The link, or - to be asked for it (others can see arguments of a program).")
  private String link;

  @Option(names = DeviceFile.OPTION, paramLabel = "FILE", description = DeviceFile.DESCRIPTION)
  private Optional<Path> device = Optional.empty();

  private final Caller caller;

  ActivateCommand(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    DeviceFile kept = DeviceFile.at(device);
    ByteString known = kept.read();
    Interaction interaction = open();
    PersonalData person = setPassword(interaction);
    ConfirmPersonalDataResponse terms = confirm(interaction, person);
    accept(interaction, terms);
    kept.write(finish(interaction, person, known));
    return 0;
  }

  private Interaction open() {
    ProgramKey key = ProgramKey.generate(caller.random(), caller.clock());
    OpenActivationResponse opened =
        stub()
            .openActivation(
                OpenActivationRequest.newBuilder()
                    .setLinkToken(token())
                    .setProgramKey(key.publicKey())
                    .build());
    caller
        .terminal()
        .say(
            "A temporary password was sent by SMS to "
                + Text.printable(opened.getMaskedMobile())
                + ".");
    return new Interaction(opened.getInteractionId(), key);
  }

  private String token() {
    String whole = link.equals("-") ? caller.terminal().ask("Activation link") : link;
    return whole.substring(whole.indexOf('#') + 1).strip();
  }

  private PersonalData setPassword(Interaction interaction) {
    try (Secret temporary = caller.terminal().askSecret("Temporary password");
        Secret chosen = caller.terminal().askSecret("Your own password, 8 characters or more");
        Secret again = caller.terminal().askSecret("The same again")) {
      if (!chosen.isSameAs(again)) {
        throw FailedException.usage(
            "The two passwords are not the same; begin again with the link.");
      }
      return stub()
          .setPassword(
              SetPasswordRequest.newBuilder()
                  .setInteractionId(interaction.id())
                  .setProof(interaction.prove(ActivationServiceGrpc.getSetPasswordMethod()))
                  .setTemporaryPassword(temporary.bytes())
                  .setNewPassword(chosen.bytes())
                  .build())
          .getPersonalData();
    }
  }

  private ConfirmPersonalDataResponse confirm(Interaction interaction, PersonalData person) {
    caller.terminal().heading("What was registered");
    caller
        .terminal()
        .say(
            Text.table(
                    List.of(
                        List.of("DNI or NIE", Text.printable(person.getDni())),
                        List.of("given name", Text.printable(person.getGivenName())),
                        List.of("surname", Text.printable(person.getSurname())),
                        List.of("e-mail", Text.printable(person.getEmail())),
                        List.of("mobile", Text.printable(person.getMaskedMobile()))))
                .stripTrailing());
    LocalDate expiry =
        date(
            caller
                .terminal()
                .ask(
                    "If this is right: when does the document expire that you showed (2030-12-31)"));
    return stub()
        .confirmPersonalData(
            ConfirmPersonalDataRequest.newBuilder()
                .setInteractionId(interaction.id())
                .setProof(interaction.prove(ActivationServiceGrpc.getConfirmPersonalDataMethod()))
                .setDocumentExpiry(
                    CalendarDate.newBuilder()
                        .setYear(expiry.getYear())
                        .setMonth(expiry.getMonthValue())
                        .setDay(expiry.getDayOfMonth()))
                .build());
  }

  private static LocalDate date(String answer) {
    try {
      return LocalDate.parse(answer.strip());
    } catch (DateTimeParseException e) {
      throw FailedException.usage("A date is written as 2030-12-31; begin again with the link.", e);
    }
  }

  private void accept(Interaction interaction, ConfirmPersonalDataResponse terms) {
    caller.terminal().heading("Terms, version " + Text.printable(terms.getTermsVersion()));
    caller.terminal().say(Text.printableLines(terms.getTermsText()));
    if (!caller.terminal().askYes("Do you accept these terms")) {
      throw FailedException.refused("Without accepting the terms BakQ is not activated.");
    }
    var _ =
        stub()
            .acceptTerms(
                AcceptTermsRequest.newBuilder()
                    .setInteractionId(interaction.id())
                    .setProof(interaction.prove(ActivationServiceGrpc.getAcceptTermsMethod()))
                    .setTermsVersion(terms.getTermsVersion())
                    .setTermsSha256(terms.getTermsSha256())
                    .build());
  }

  /** Returns what this device is known by from now on. */
  private ByteString finish(Interaction interaction, PersonalData person, ByteString known) {
    ByteString ticket = submitPassword(interaction, person, known).getTicket();
    caller.terminal().say("If the password was right, a code comes by SMS.");
    try (Secret code = caller.terminal().askSecret("Code")) {
      SubmitCodeResponse activated =
          stub()
              .submitCode(
                  SubmitCodeRequest.newBuilder()
                      .setInteractionId(interaction.id())
                      .setProof(
                          interaction.prove(ActivationServiceGrpc.getSubmitCodeMethod(), ticket))
                      .setTicket(ticket)
                      .setCode(code.bytes())
                      .build());
      caller.terminal().heading("BakQ is active");
      caller.terminal().say(ShownCertificate.of(activated.getCertificate()));
      return activated.getDevice();
    }
  }

  private SubmitPasswordResponse submitPassword(
      Interaction interaction, PersonalData person, ByteString known) {
    try (Secret password = caller.terminal().askSecret("Your password")) {
      return stub()
          .submitPassword(
              SubmitPasswordRequest.newBuilder()
                  .setInteractionId(interaction.id())
                  .setProof(interaction.prove(ActivationServiceGrpc.getSubmitPasswordMethod()))
                  .setDni(person.getDni())
                  .setPassword(password.bytes())
                  .setDevice(known)
                  .build());
    }
  }

  private ActivationServiceBlockingStub stub() {
    return ActivationServiceGrpc.newBlockingStub(caller.channels().to(Door.SIGNER))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
