package eus.bakq.cli;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What the self-test tried and what happened. For one thread. */
final class SelfTestReport {
  /** Nothing got through. */
  static final int EXIT_HELD = 0;

  /** Something got through, or ended otherwise than it must. */
  static final int EXIT_BROKEN = 1;

  /** Not everything could be tried. */
  static final int EXIT_NOT_MADE = 2;

  private static final int WHAT_COLUMNS = 58;
  private static final int ANSWER_COLUMNS = 28;
  private static final String INDENT = "\n             ";

  /** What came of one attack, or of one check. */
  enum Outcome {
    /** An attack was refused as it must be. */
    REFUSED("refused"),
    /** A check found what must be. */
    HOLDS("holds"),
    /** Cannot be made through a door at all; the server's own tests make it. */
    INSIDE("inside"),
    /** An attack succeeded, or a check found what must not be. */
    THROUGH("THROUGH"),
    /** An attack was refused, but not as it must be. */
    OTHERWISE("OTHERWISE");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    private boolean isGood() {
      return switch (this) {
        case REFUSED, HOLDS, INSIDE -> true;
        case THROUGH, OTHERWISE -> false;
      };
    }
  }

  /**
   * One line of the table.
   *
   * @param what was tried or looked at
   * @param answer what was seen
   * @param expected what had to be seen
   */
  record Line(String section, Outcome outcome, String what, String answer, String expected) {
    /** As a person reads it, within 100 columns; what does not fit stands on a line of its own. */
    String text() {
      String shown = Text.printable(answer);
      boolean fits = what.length() <= WHAT_COLUMNS && shown.length() <= ANSWER_COLUMNS;
      String line =
          String.format(Locale.ROOT, "  %-9s  %s", outcome.word, what)
              + (fits ? " ".repeat(WHAT_COLUMNS + 1 - what.length()) + shown : INDENT + shown);
      return outcome.isGood() ? line : line + INDENT + "must be: " + Text.printable(expected);
    }
  }

  private final Consumer<Line> eachLine;
  private final List<Line> lines = new ArrayList<>();
  private String section = "";
  private String notMade = "";
  private String cleanUp = "";

  /**
   * @param eachLine is told of each line at once
   */
  SelfTestReport(Consumer<Line> eachLine) {
    this.eachLine = eachLine;
  }

  /** What comes now belongs under this heading. */
  void begin(String heading) {
    section = heading;
  }

  /**
   * An attack that had to be refused with one of the words {@code expected}.
   *
   * @throws FailedException if the server did not judge it
   */
  void attack(String what, Answer seen, String... expected) {
    attacks(what, List.of(seen), expected);
  }

  /** As {@link #attack}, for attacks of one kind, all of which had to be refused. */
  void attacks(String what, List<Answer> seen, String... expected) {
    List<String> words = List.of(expected);
    for (Answer one : seen) {
      if (one.isAnswered()) {
        add(Outcome.THROUGH, what, "answered: " + one.word(), String.join(" or ", words));
        return;
      }
      if (!words.contains(one.word())) {
        if (one.isNotJudged()) {
          throw FailedException.unavailable("'" + what + "' was answered " + one.word() + ".");
        }
        add(Outcome.OTHERWISE, what, one.word(), String.join(" or ", words));
        return;
      }
    }
    add(Outcome.REFUSED, what, seen.getFirst().word(), String.join(" or ", words));
  }

  /** An attack that was not made by a call of the contract. */
  void refused(String what, String seen) {
    add(Outcome.REFUSED, what, seen, seen);
  }

  /** A check that found what must be. */
  void holds(String what, String seen) {
    add(Outcome.HOLDS, what, seen, seen);
  }

  /** Something that only the inside could try, and the test of the server that tries it. */
  void inside(String what, String test) {
    add(Outcome.INSIDE, what, test, test);
  }

  /** Something got through. */
  void through(String what, String seen, String expected) {
    add(Outcome.THROUGH, what, seen, expected);
  }

  /** {@link #holds} if {@code good}, else {@link #through}. */
  void check(String what, boolean good, String seen, String expected) {
    add(good ? Outcome.HOLDS : Outcome.THROUGH, what, seen, expected);
  }

  private void add(Outcome outcome, String what, String answer, String expected) {
    Line line = new Line(section, outcome, what, answer, expected);
    lines.add(line);
    eachLine.accept(line);
  }

  /** The rest could not be tried. */
  void endEarly(String why) {
    notMade = why;
  }

  /** What was cleaned up and used up. */
  void cleanedUp(String what) {
    cleanUp = what;
  }

  /** What got through comes first: no later trouble hides it. */
  int exitCode() {
    if (!broken().isEmpty()) {
      return EXIT_BROKEN;
    }
    return notMade.isEmpty() ? EXIT_HELD : EXIT_NOT_MADE;
  }

  private List<Line> broken() {
    return lines.stream().filter(line -> !line.outcome().isGood()).toList();
  }

  private long count(Outcome outcome) {
    return lines.stream().filter(line -> line.outcome() == outcome).count();
  }

  /** The last words, for a person. */
  String summary() {
    StringBuilder text = new StringBuilder();
    text.append(cleanUp)
        .append("\n\n")
        .append(count(Outcome.REFUSED))
        .append(" attacks were refused as they must be, ")
        .append(count(Outcome.HOLDS))
        .append(" checks held; ")
        .append(count(Outcome.INSIDE))
        .append(" more are the server's own tests'.\n");
    for (Line line : broken()) {
      text.append(line.outcome().word).append(": ").append(line.what()).append('\n');
    }
    if (!notMade.isEmpty()) {
      text.append("The test could not be made to its end: ").append(notMade).append('\n');
    }
    return text.append(
            switch (exitCode()) {
              case EXIT_HELD -> "Nothing got through.";
              case EXIT_BROKEN -> "SOMETHING GOT THROUGH, or ended otherwise than it must.";
              default -> "So far nothing got through; what was not tried is not proven.";
            })
        .toString();
  }

  /** All of it, for a machine. */
  Struct json() {
    ListValue.Builder list = ListValue.newBuilder();
    for (Line line : lines) {
      list.addValues(
          Value.newBuilder()
              .setStructValue(
                  Struct.newBuilder()
                      .putFields("section", text(line.section()))
                      .putFields("what", text(line.what()))
                      .putFields("outcome", text(line.outcome().name()))
                      .putFields("answer", text(line.answer()))
                      .putFields("expected", text(line.expected()))));
    }
    return Struct.newBuilder()
        .putFields("exitCode", Value.newBuilder().setNumberValue(exitCode()).build())
        .putFields("notMade", text(notMade))
        .putFields("cleanUp", text(cleanUp))
        .putFields("lines", Value.newBuilder().setListValue(list).build())
        .build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
