package eus.bakq.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code docs/refused-input.md}, made of the table. */
final class RefusedInputDocument {
  private RefusedInputDocument() {}

  static String render() {
    List<RefusedInput> all = RefusedInputs.all();
    StringBuilder text =
        new StringBuilder(
            """
      # Refused input

      <!-- Made from the table in demo/src/test/java/eus/bakq/demo (RefusedInputs) by RefusedInputDocumentTest, which says how to renew it. -->

      What is sent, and what comes back: %d cases. Each is sent over the wire in `./test`: all but the last section while a
      well-behaved sede is served, and that one afterwards, because it makes it later.

      `FIELD_INVALID name` is the reason `FIELD_INVALID` whose `google.rpc.BadRequest` names that field and no other; where several
      names stand, all of these and no other. What each reason means and what to do is in [errors.md](errors.md). What was refused
      has changed nothing, except where a count is spoken of there. `gRPC CODE` and `HTTP number` come from gRPC itself, below our
      services. `accepted` stands here because it could be thought otherwise.

      Where nothing else is said, a field is optional exactly if "not sent" is accepted, and "of another wire type" is read as
      not sent.
      """
                .formatted(all.size()));
    Map<String, List<RefusedInput>> groups = new LinkedHashMap<>();
    for (RefusedInput one : all) {
      groups.computeIfAbsent(one.group(), name -> new ArrayList<>()).add(one);
    }
    groups.forEach(
        (name, cases) -> {
          text.append("\n## ").append(name).append('\n');
          if (name.equals(FieldTable.GROUP)) {
            fields(text);
          } else {
            table(text, cases);
          }
        });
    return text.toString();
  }

  private static void table(StringBuilder text, List<RefusedInput> cases) {
    text.append("\n| call | what is sent | what comes back |\n| --- | --- | --- |\n");
    for (RefusedInput one : cases) {
      text.append("| ").append(one.call().equals("-") ? "–" : "`" + one.call() + "`");
      row(text, one.sent(), one.answer());
    }
  }

  private static void row(StringBuilder text, String sent, String answer) {
    text.append(" | ").append(sent.replace("|", "\\|").replace("<", "&lt;"));
    text.append(" | ").append(answer.equals("accepted") ? answer : "`" + answer + "`");
    text.append(" |\n");
  }

  /** One line for all faults of a field that have the same answer. */
  private static void fields(StringBuilder text) {
    Map<String, Map<FieldFault, String>> answers = FieldTable.answers();
    String call = "";
    for (FieldRubbish.Place place : FieldRubbish.places()) {
      if (!place.call().equals(call)) {
        call = place.call();
        text.append("\n### ").append(call).append("\n\n");
        text.append("| field | sent | what comes back |\n| --- | --- | --- |\n");
      }
      Map<String, List<String>> together = new LinkedHashMap<>();
      for (FieldFault fault : FieldFault.of(place.field())) {
        together
            .computeIfAbsent(
                answers.get(call + " " + place.path()).get(fault), name -> new ArrayList<>())
            .add(fault.words());
      }
      for (Map.Entry<String, List<String>> row : together.entrySet()) {
        text.append("| `").append(place.path()).append('`');
        row(text, String.join("; ", row.getValue()), row.getKey());
      }
    }
  }
}
