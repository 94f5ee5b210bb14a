package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.Code;
import eus.bakq.contract.v1.Reason;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the self-test says of what it saw, and how it ends. */
class SelfTestReportTest {
  private static final Answer REFUSED =
      Answer.of(FakeServer.refusal(Code.UNAUTHENTICATED, Reason.REASON_AUTHENTICATION_FAILED));

  private final List<String> said = new ArrayList<>();
  private final SelfTestReport report = new SelfTestReport(line -> said.add(line.text()));

  @Test
  void endsWith0WhenAllWasRefusedAsItMustBe() {
    report.attack("a wrong code", REFUSED, "INTERACTION_NOT_FOUND", "AUTHENTICATION_FAILED");
    report.check("the chain", true, "3 records", "whole");
    assertThat(report.exitCode()).isZero();
    assertThat(said)
        .containsExactly(
            "  refused    a wrong code" + " ".repeat(47) + "AUTHENTICATION_FAILED",
            "  holds      the chain" + " ".repeat(50) + "3 records");
    assertThat(report.summary()).endsWith("Nothing got through.");
  }

  @Test
  void endsWith1WhenAnAttackWasAnswered() {
    report.attack("a wrong code", Answer.of(() -> "signed"), "AUTHENTICATION_FAILED");
    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(said.getFirst()).contains("THROUGH", "answered: String", "must be: AUTHENTICATION");
    assertThat(report.summary()).contains("THROUGH: a wrong code", "SOMETHING GOT THROUGH");
  }

  @Test
  void endsWith1WhenAnAttackWasRefusedForAnotherReason() {
    report.attack("a wrong code", REFUSED, "INTERACTION_NOT_FOUND");
    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(said.getFirst()).contains("OTHERWISE", "must be: INTERACTION_NOT_FOUND");
  }

  @Test
  void endsWith1WhenOneOfManyWasAnsweredOrACheckFailed() {
    report.attacks(
        "at each door", List.of(REFUSED, Answer.of(() -> "signed")), "AUTHENTICATION_FAILED");
    assertThat(report.exitCode()).isEqualTo(1);

    SelfTestReport another = new SelfTestReport(line -> {});
    another.check("the chain", false, "breaks at 3", "whole");
    assertThat(another.exitCode()).isEqualTo(1);
  }

  @Test
  void endsWith2WhenItCouldNotBeMadeAndNothingGotThrough() {
    report.endEarly("No code came.");
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.summary()).contains("No code came.", "not proven");

    report.check("the chain", false, "breaks at 3", "whole");
    assertThat(report.exitCode()).as("what got through is not hidden").isEqualTo(1);
  }

  @Test
  void doesNotTakeAServerThatIsBusyForOneThatRefuses() {
    Answer busy = Answer.of(new StatusRuntimeException(Status.UNAVAILABLE));
    assertThatThrownBy(() -> report.attack("a wrong code", busy, "AUTHENTICATION_FAILED"))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("a wrong code");
    report.attack("without a certificate", busy, "UNAVAILABLE");
    assertThat(report.exitCode()).isZero();
  }

  @Test
  void keepsWithinTheTerminal() {
    report.check("x".repeat(80), false, "y".repeat(80), "z".repeat(70));
    assertThat(said.getFirst().lines()).hasSize(3).allMatch(line -> line.length() <= 100);
  }

  @Test
  void saysAllOfItToAMachine() {
    report.begin("Doors");
    report.attack("a wrong code", REFUSED, "AUTHENTICATION_FAILED");
    report.inside("a SAD after its end", "SadReuseTest");
    report.cleanedUp("2 requests cancelled.");
    assertThat(report.summary()).startsWith("2 requests cancelled.");
    assertThat(SedeCommand.json(report.json()))
        .contains("\"cleanUp\":\"2 requests cancelled.\"")
        .contains("\"section\":\"Doors\"", "\"what\":\"a wrong code\"", "\"outcome\":\"REFUSED\"")
        .contains("\"outcome\":\"INSIDE\"", "\"exitCode\":0");
  }
}
