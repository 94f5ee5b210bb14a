package eus.bakq.server.authentication;

import eus.bakq.server.notification.Outbox;
import eus.bakq.server.signer.Signers;
import eus.bakq.server.vocabulary.SignerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many SMS go out in a day to one person and to one number, and in an hour to all (OTP-13): so
 * that nobody is flooded, and nobody makes us pay for premium numbers without end. Counts what
 * stands in the outbox, temporary passwords too; void rows are none. The same statements for
 * everybody. Steps of different people at the same moment do not see each other: a few more than
 * the quota may go to a number, or to all. Safe for several threads.
 */
public final class CodeQuotas {
  private static final Logger LOG = LoggerFactory.getLogger(CodeQuotas.class);

  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final Signers signers;
  private final Outbox outbox;
  private final CodeQuotaSettings settings;

  public CodeQuotas(Signers signers, Outbox outbox, CodeQuotaSettings settings) {
    this.signers = Objects.requireNonNull(signers);
    this.outbox = Objects.requireNonNull(outbox);
    this.settings = Objects.requireNonNull(settings);
  }

  /** Whether one more code may go to {@code signer}, who may be nobody. */
  boolean allow(Handle handle, SignerId signer, Instant now) {
    int toAll = outbox.smsSince(handle, now.minus(HOUR), settings.perHour());
    int toSigner = outbox.smsTo(handle, List.of(signer), now.minus(DAY));
    int toNumber = outbox.smsTo(handle, signers.withTheNumberOf(handle, signer), now.minus(DAY));
    if (toAll >= settings.perHour()) {
      // For an operator to look at: somebody may be making us send (docs/threat-model.md, U16).
      LOG.atError()
          .addKeyValue("perHour", settings.perHour())
          .log("no code is sent: the budget of this hour is used up");
    } else if (toSigner < settings.perSignerAndDay() && toNumber >= settings.perNumberAndDay()) {
      LOG.atWarn()
          .addKeyValue("perNumberAndDay", settings.perNumberAndDay())
          .log("no code is sent: a number that several people have got its share of today");
    }
    return toAll < settings.perHour()
        && toSigner < settings.perSignerAndDay()
        && toNumber < settings.perNumberAndDay();
  }
}
