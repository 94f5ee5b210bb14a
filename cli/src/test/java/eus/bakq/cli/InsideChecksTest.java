package eus.bakq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the self-test says of the inside, which it cannot try. */
class InsideChecksTest {
  private static final Path TESTS_OF_THE_SAM =
      Path.of("..", "server", "src", "test", "java", "eus", "bakq", "server", "sam");

  @Test
  void namesTestsThatExist() {
    assertThat(InsideChecks.tests())
        .isNotEmpty()
        .allSatisfy(
            inside -> assertThat(TESTS_OF_THE_SAM.resolve(inside.test() + ".java")).exists());
  }

  @Test
  void knowsEachFieldOfBytesOfTheContractAndNoOther() {
    assertThat(InsideChecks.Contract.walked().bytes())
        .containsExactlyInAnyOrderElementsOf(InsideChecks.knownBytes());
  }

  @Test
  void findsNothingInTheContractThatNamesTheInside() {
    List<SelfTestReport.Line> lines = new ArrayList<>();
    SelfTestReport report = new SelfTestReport(lines::add);
    new InsideChecks(report).run();
    assertThat(report.exitCode()).isZero();
    assertThat(lines)
        .extracting(SelfTestReport.Line::outcome)
        .contains(SelfTestReport.Outcome.HOLDS, SelfTestReport.Outcome.INSIDE);
  }

  @Test
  void readsTypedCodesWithoutShowingThem() {
    StringWriter out = new StringWriter();
    Terminal terminal =
        new StreamTerminal(
            new ByteArrayInputStream("123456\n".getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out, true),
            new PrintWriter(new StringWriter(), true));
    assertThat(new TypedCodes(terminal).next("K7Q4-2M9T").toStringUtf8()).isEqualTo("123456");
    assertThat(out.toString()).contains("K7Q4-2M9T").doesNotContain("123456");
  }
}
