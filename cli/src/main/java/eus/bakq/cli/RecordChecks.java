package eus.bakq.cli;

import com.google.protobuf.ByteString;
import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.auditor.v1.VerifyAuditLogResponse;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The record: whether its chain holds, and whether it has what was tried. What is only counted
 * (CALL_FAILED, INTERACTION_DENIED) is written a minute later, and not looked for.
 */
final class RecordChecks {
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int MOST_LOOKS = 20;
  private static final String FAILED = "AUTHENTICATION_FAILED";

  /** Types that only a signature has. */
  private static final Set<String> OF_SIGNATURES =
      Set.of(
          "AUTHENTICATION_SUCCEEDED",
          "SAD_CREATED",
          "SIGNATURE_AUTHORISED",
          "SIGNATURE_CREATED",
          "SIGNATURE_REQUEST_COMPLETED");

  private final SelfTestTarget target;
  private final SelfTestReport report;
  private final VerifyAuditLogResponse before;

  /**
   * Has the chain verified, before anything is attacked.
   *
   * @throws FailedException if it does not hold: then nothing that it says would prove anything
   */
  RecordChecks(SelfTestTarget target, SelfTestReport report) {
    this.target = target;
    this.report = report;
    this.before = target.record().verify();
    report.check(
        "before the attacks, the chain holds from first to last",
        before.getFirstBadSequence() == 0,
        before.getChecked() + " records",
        "no record that does not fit; this is one: " + before.getFirstBadSequence());
  }

  /**
   * Looks for what the attacks must have left.
   *
   * @param atDoors the correlation ids of those who were refused at a door
   */
  void run(FactorAttacks.Requests requests, SignatureRequest anothersToSign, List<String> atDoors) {
    reasons("the changed digit", requests.signedOfTwenty(), List.of("WRONG_CODE"));
    reasons("the code of before", requests.neverSigned(), List.of("PASSWORD_WAS_NOT_ACCEPTED"));
    reasons(
        "the crossed code and ticket, the flipped bit",
        requests.signedOfTwo(),
        List.of("WRONG_CODE", "FOREIGN_TICKET", "FOREIGN_TICKET"));
    after(requests.signedOfTwenty());
    neverSigned("what was never authorised has no signature", requests.neverSigned());
    neverSigned("what was another's to sign has no signature", anothersToSign);
    long created = target.record().of(requests.signedOfTwo().getId(), "SIGNATURE_CREATED").size();
    report.check(
        "two submits at once: one SIGNATURE_CREATED", created == 1, created + " record", "one");
    long denied =
        target.record().of(requests.signedOfTwenty().getId(), "SIGNATURE_REQUEST_DENIED").size();
    report.check(
        "the other sede's six calls are in the record",
        denied == 6,
        denied + " SIGNATURE_REQUEST_DENIED",
        "6");
    List<AuditRecord> all = awaitDoors(atDoors);
    chain(all);
  }

  /** The reasons that nobody was told, of the tries before the conversation was over. */
  private void reasons(String what, SignatureRequest request, List<String> expected) {
    List<String> seen =
        target.record().of(request.getId(), FAILED).stream()
            .map(AuditRecord::getReason)
            .filter(reason -> !reason.equals("INTERACTION_IS_OVER"))
            .toList();
    report.check(
        "recorded: " + what,
        seen.equals(expected),
        seen.stream().distinct().collect(Collectors.joining(", ")),
        String.join(", ", expected));
  }

  private void after(SignatureRequest request) {
    long over =
        target.record().of(request.getId(), FAILED).stream()
            .filter(record -> record.getReason().equals("INTERACTION_IS_OVER"))
            .count();
    report.check(
        "recorded: the code that was used again",
        over > 0,
        over + " INTERACTION_IS_OVER",
        "at least one");
  }

  private void neverSigned(String what, SignatureRequest request) {
    Set<String> found = new TreeSet<>();
    target.record().of(request.getId()).stream()
        .map(AuditRecord::getType)
        .filter(OF_SIGNATURES::contains)
        .forEach(found::add);
    report.check(what, found.isEmpty(), found.isEmpty() ? "none" : found.toString(), "none");
  }

  /** A refusal at a door is recorded after its caller was told. */
  private List<AuditRecord> awaitDoors(List<String> correlationIds) {
    Set<String> missing = new TreeSet<>(correlationIds);
    List<AuditRecord> all = List.of();
    for (int look = 0; look < MOST_LOOKS && (all.isEmpty() || !missing.isEmpty()); look++) {
      if (look > 0) {
        Pause.of(LOOK);
      }
      all = target.record().after(before.getChecked());
      all.stream()
          .filter(record -> record.getType().equals("CALLER_REFUSED"))
          .forEach(record -> missing.remove(record.getDetailsOrDefault("correlation_id", "")));
    }
    report.check(
        "each refusal at a door is in the record, by its id",
        missing.isEmpty(),
        correlationIds.size() - missing.size() + " of " + correlationIds.size(),
        "all");
    return all;
  }

  /** The chain of all that was recorded meanwhile, recomputed here; then the whole, there. */
  private void chain(List<AuditRecord> records) {
    ByteString head = before.getHeadHash();
    long place = before.getChecked();
    long bad = 0;
    for (AuditRecord record : records) {
      place++;
      if (bad == 0
          && (record.getSequence() != place
              || !record.getPreviousHash().equals(head)
              || !record.getHash().equals(RecordHash.of(record)))) {
        bad = place;
      }
      head = record.getHash();
    }
    report.check(
        "the chain since the beginning, recomputed here",
        bad == 0,
        bad == 0 ? records.size() + " records" : "breaks at " + bad,
        "each record right after the one before");
    VerifyAuditLogResponse after = target.record().verify();
    report.check(
        "after the attacks, the chain holds from first to last",
        after.getFirstBadSequence() == 0 && after.getChecked() > before.getChecked(),
        after.getChecked() + " records",
        "no record that does not fit; this is one: " + after.getFirstBadSequence());
  }
}
