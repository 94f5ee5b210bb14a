package eus.bakq.cli;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.auditor.v1.AuditServiceGrpc;
import eus.bakq.auditor.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import eus.bakq.auditor.v1.ListAuditRecordsRequest;
import eus.bakq.auditor.v1.ListAuditRecordsResponse;
import eus.bakq.auditor.v1.VerifyAuditLogRequest;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** An auditor: reads and checks the record. */
@Command(name = "audit", description = "As an auditor: read and check the record.")
final class AuditCommand {
  private static final int PAGE = 500;
  private static final long VERIFICATION_SECONDS = 3600;

  private final Caller caller;

  AuditCommand(Caller caller) {
    this.caller = caller;
  }

  @Command(name = "list", description = "List records in their order.")
  int list(
      @Option(
              names = "--subject",
              paramLabel = "ID",
              defaultValue = "",
              description = "Only on this signature request, activation or signer.")
          String subject,
      @Option(
              names = "--after",
              paramLabel = "SEQUENCE",
              defaultValue = "0",
              description = "Only records after this place.")
          long after,
      @Option(
              names = "--limit",
              defaultValue = "10000",
              description = "At most so many (default: ${DEFAULT-VALUE}).")
          int limit,
      @Option(names = "--details", description = "With the further fields of each record.")
          boolean details,
      @Option(names = "--json", description = "Print one JSON object a line.") boolean json) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("PLACE", "TIME", "TYPE", "OUTCOME", "REASON", "ACTOR", "SUBJECT"));
    long place = after;
    int left = limit;
    boolean more = true;
    while (more && left > 0) {
      ListAuditRecordsResponse page =
          stub(Caller.DEADLINE_SECONDS)
              .listAuditRecords(
                  ListAuditRecordsRequest.newBuilder()
                      .setSubject(subject)
                      .setAfterSequence(place)
                      .setPageSize(Math.min(PAGE, left))
                      .build());
      for (AuditRecord one : page.getRecordsList()) {
        place = one.getSequence();
        left--;
        if (json) {
          caller.terminal().out().println(SedeCommand.json(one));
        } else {
          rows.add(row(one, details));
        }
      }
      more = page.getMore() && page.getRecordsCount() > 0;
    }
    if (!json) {
      caller.terminal().out().print(Text.table(rows));
    }
    return 0;
  }

  @Command(name = "verify", description = "Have the whole hash chain checked.")
  int verify(@Option(names = "--json", description = "Print as JSON.") boolean json) {
    VerifyAuditLogResponse result =
        stub(VERIFICATION_SECONDS).verifyAuditLog(VerifyAuditLogRequest.getDefaultInstance());
    boolean good = result.getFirstBadSequence() == 0;
    if (json) {
      caller.terminal().out().println(SedeCommand.json(result));
    } else {
      caller
          .terminal()
          .out()
          .print(
              Text.table(
                  List.of(
                      List.of("records checked", Long.toString(result.getChecked())),
                      List.of(
                          "first that does not fit",
                          good ? "none" : Long.toString(result.getFirstBadSequence())),
                      List.of("hash of the last", Text.fingerprint(result.getHeadHash())))));
    }
    if (!good) {
      throw FailedException.refused(
          "The record was altered: the chain breaks at place "
              + result.getFirstBadSequence()
              + ".");
    }
    return 0;
  }

  private static List<String> row(AuditRecord record, boolean details) {
    List<String> row =
        new ArrayList<>(
            List.of(
                Long.toString(record.getSequence()),
                Text.time(record.getRecordedAt()),
                Text.printable(record.getType()),
                Text.printable(record.getOutcome()),
                Text.printable(record.getReason()),
                Text.printable(record.getActor()),
                Text.printable(record.getSubject())));
    if (details) {
      Map<String, String> sorted = new TreeMap<>(record.getDetailsMap());
      row.add(
          sorted.entrySet().stream()
              .map(entry -> Text.printable(entry.getKey() + "=" + entry.getValue()))
              .collect(Collectors.joining(" ")));
    }
    return row;
  }

  private AuditServiceBlockingStub stub(long seconds) {
    return AuditServiceGrpc.newBlockingStub(caller.channels().to(Door.AUDITOR))
        .withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }
}
