package eus.bakq.contract;

import eus.bakq.contract.v1.Contract;
import eus.bakq.contract.v1.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code docs/errors.md}, made of the comments of {@code enum Reason}. */
final class ErrorTable {
  private static final Pattern VALUE = Pattern.compile("REASON_([A-Z_]+) = \\d+;");
  private static final Pattern COMMENT =
      Pattern.compile(
          "(?<meaning>.+) Do: (?<remedy>.+) Who: (?<who>.+)\\. Again: (?<again>later|changed|no)\\."
              + " Citizen: (?<citizen>.+)\\. Operator: (?<operator>.+)\\."
              + " Code: (?<code>[A-Z_]+)(?<rules> \\(.+\\))?\\.");

  /**
   * One reason, as its comment explains it.
   *
   * @param rules the rules behind it in brackets, or empty
   * @param view what it looks like to each who has to do with it
   */
  record Row(String reason, String code, String meaning, String remedy, String rules, View view) {}

  /**
   * What a refusal looks like.
   *
   * @param who has to act
   * @param again {@code later}, {@code changed} or {@code no}
   * @param citizen what the person is told
   * @param operator what is found in record and log
   */
  record View(String who, String again, String citizen, String operator) {}

  private ErrorTable() {}

  /** Every reason but the unspecified one, in the order of the contract. */
  static List<Row> rows(String contract) {
    List<Row> rows = new ArrayList<>();
    List<String> comment = new ArrayList<>();
    String body = contract.substring(contract.indexOf("enum Reason {"));
    for (String line : body.lines().skip(1).map(String::strip).toList()) {
      Matcher value = VALUE.matcher(line);
      if (line.startsWith("//")) {
        comment.add(line.substring(2).strip());
      } else if (value.matches()) {
        if (!value.group(1).equals("UNSPECIFIED")) {
          rows.add(row(value.group(1), String.join(" ", comment)));
        }
        comment.clear();
      }
    }
    return rows;
  }

  private static Row row(String reason, String comment) {
    Matcher parts = COMMENT.matcher(comment);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the comment of REASON_"
              + reason
              + " is not of the form `what. Do: … Who: … Again: … Citizen: … Operator: … Code: X"
              + " (rules).`");
    }
    String rules = parts.group("rules") == null ? "" : parts.group("rules");
    return new Row(
        reason,
        parts.group("code"),
        parts.group("meaning"),
        parts.group("remedy"),
        rules,
        new View(
            parts.group("who"),
            parts.group("again"),
            parts.group("citizen"),
            parts.group("operator")));
  }

  static String render(String contract) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Row row : rows(contract)) {
      text.append("| `").append(row.reason()).append("` | ").append(row.code());
      text.append(" | ").append(row.meaning()).append(row.rules());
      text.append(" | ").append(row.remedy());
      text.append(" | ").append(methods(row.reason())).append(" |\n");
    }
    text.append(VIEWS);
    for (Row row : rows(contract)) {
      View view = row.view();
      text.append("| `").append(row.reason()).append("` | ").append(view.who());
      text.append(" | ").append(view.again()).append(" | ").append(view.citizen());
      text.append(" | ").append(view.operator()).append(" |\n");
    }
    return text.toString();
  }

  private static String methods(String reason) {
    Reason value = Reason.valueOf("REASON_" + reason);
    String listed =
        ContractFiles.methods().stream()
            .filter(method -> method.getOptions().getExtension(Contract.refusals).contains(value))
            .map(method -> "`" + method.getService().getName() + "/" + method.getName() + "`")
            .collect(Collectors.joining(", "));
    return listed.isEmpty() ? "any" : listed;
  }

  private static final String HEAD =
      """
      # Errors

      <!-- Made from proto/src/main/protobuf/bakq/contract/v1/contract.proto by ErrorTableTest, which says how to renew it. -->

      A call that does not succeed ends with a `google.rpc.Status` (trailer `grpc-status-details-bin`) of one shape:

      - the canonical code below, and a message for developers that says nothing more than this table (none for `INTERNAL`);
      - exactly one `google.rpc.ErrorInfo`: `reason` as below, `domain` `bakq.eus`, and in `metadata` the `correlation_id`
        (32 hexadecimal digits) under which our log knows the call;
      - `google.rpc.BadRequest` with the fields at fault where a field is: always for `FIELD_INVALID`, and for
        `PASSWORD_NOT_ACCEPTED`. Values are never repeated;
      - `google.rpc.RetryInfo` where waiting helps: always with `UNAVAILABLE`, and for `QUOTA_EXCEEDED`.

      A message that cannot be read at all (no protobuf of this call, text that is not UTF-8), and a call of one message that
      brings none or a second one, are `FIELD_INVALID` with the field `message`. What was sent and what came back, case by
      case, is in [refused-input.md](refused-input.md).

      Some ends come from gRPC itself, without these details: `UNIMPLEMENTED` for a method that this listener does not serve
      (each kind of caller has its own listener), and for a compressed message, because none is inflated here;
      `RESOURCE_EXHAUSTED` for a message over the listener's size; `INTERNAL` for bytes that are not framed as gRPC frames
      messages; and `UNAVAILABLE` for a call whose connection broke, or was renewed under it (every half hour, which only a
      stream can see): the same may be asked again on a new connection.

      | reason | code | what it means | what to do | calls that may end so |
      | --- | --- | --- | --- | --- |
      """;

  private static final String VIEWS =
      """

      ## What each looks like

      "Again" is whether the same call may be made once more: `later` unchanged, after the wait; `changed` after something else
      was done; `no`: not for this wish. What the citizen is told, the citizen's program says in its own words; the demo's are
      those of `bakq`. What the operator finds is in the record ([audit-events.md](audit-events.md)); "counted" is what becomes
      one record a minute, however often it happens. The log has each, under the correlation id.

      | reason | who has to act | again | what the citizen is told | what the operator finds |
      | --- | --- | --- | --- | --- |
      """;
}
