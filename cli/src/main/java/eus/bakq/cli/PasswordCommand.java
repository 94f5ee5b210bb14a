package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.signer.v1.ChangePasswordRequest;
import eus.bakq.signer.v1.ChangePasswordResponse;
import eus.bakq.signer.v1.OpenPasswordChangeRequest;
import eus.bakq.signer.v1.PasswordServiceGrpc;
import eus.bakq.signer.v1.PasswordServiceGrpc.PasswordServiceBlockingStub;
import eus.bakq.signer.v1.SubmitOldPasswordRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The citizen changes the password, and has a new key and certificate from then on. */
@Command(
    name = "password",
    description = {
      "As a citizen: change the password of BakQ, which gives a new key and a new certificate.",
      "Asks for what it needs; without a keyboard each answer is one line of standard input: "
          + "DNI or NIE, password of now, new password, the same again, code."
    })
final class PasswordCommand implements Callable<Integer> {
  @Option(names = DeviceFile.OPTION, paramLabel = "FILE", description = DeviceFile.DESCRIPTION)
  private Optional<Path> device = Optional.empty();

  private final Caller caller;

  PasswordCommand(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    DeviceFile kept = DeviceFile.at(device);
    ByteString known = kept.read();
    String dni = caller.terminal().ask("DNI or NIE");
    try (Secret old = caller.terminal().askSecret("Password of now");
        Secret chosen = caller.terminal().askSecret("New password, 8 characters or more");
        Secret again = caller.terminal().askSecret("The same again")) {
      requireAnother(old, chosen, again);
      Interaction interaction = open();
      ByteString ticket = submitOld(interaction, dni, old, known);
      caller.terminal().say("If the password was right, a code comes by SMS.");
      ChangePasswordResponse changed = change(interaction, ticket, chosen);
      caller.terminal().heading("The password is changed");
      caller.terminal().say(ShownCertificate.of(changed.getCertificate()));
      kept.write(changed.getDevice());
    }
    return 0;
  }

  private static void requireAnother(Secret old, Secret chosen, Secret again) {
    if (!chosen.isSameAs(again)) {
      throw FailedException.usage("The two new passwords are not the same; begin again.");
    }
    if (chosen.isSameAs(old)) {
      throw FailedException.usage("The new password is the one of now; choose another.");
    }
  }

  private Interaction open() {
    ProgramKey key = ProgramKey.generate(caller.random(), caller.clock());
    return new Interaction(
        stub()
            .openPasswordChange(
                OpenPasswordChangeRequest.newBuilder().setProgramKey(key.publicKey()).build())
            .getInteractionId(),
        key);
  }

  private ByteString submitOld(Interaction interaction, String dni, Secret old, ByteString known) {
    return stub()
        .submitOldPassword(
            SubmitOldPasswordRequest.newBuilder()
                .setInteractionId(interaction.id())
                .setProof(interaction.prove(PasswordServiceGrpc.getSubmitOldPasswordMethod()))
                .setDni(dni)
                .setPassword(old.bytes())
                .setDevice(known)
                .build())
        .getTicket();
  }

  private ChangePasswordResponse change(Interaction interaction, ByteString ticket, Secret chosen) {
    try (Secret code = caller.terminal().askSecret("Code")) {
      return stub()
          .changePassword(
              ChangePasswordRequest.newBuilder()
                  .setInteractionId(interaction.id())
                  .setProof(
                      interaction.prove(PasswordServiceGrpc.getChangePasswordMethod(), ticket))
                  .setTicket(ticket)
                  .setCode(code.bytes())
                  .setNewPassword(chosen.bytes())
                  .build());
    }
  }

  private PasswordServiceBlockingStub stub() {
    return PasswordServiceGrpc.newBlockingStub(caller.channels().to(Door.SIGNER))
        .withDeadlineAfter(Caller.DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
