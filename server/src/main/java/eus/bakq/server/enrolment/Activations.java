package eus.bakq.server.enrolment;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.signer.AlteredRowException;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.ActivationId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/**
 * The activations. A signer has at most one that has not ended. Everything happens in the
 * transaction of the handle that is given; every row is read under its MAC, or {@link
 * AlteredRowException} is thrown (ENR-14).
 *
 * <p>Safe for several threads.
 */
public final class Activations {
  /** After so many wrong answers an activation ends. */
  public static final int MOST_WRONG_ANSWERS = 3;

  private static final int EXPIRED_AT_ONCE = 100;
  private static final String COLUMNS =
      "id, signer_id, nonce, state, created_at, expires_at, wrong_answers, version, row_mac";

  private final RowMacs macs;
  private final ActivationLinks links;
  private final Duration life;
  private final SecureRandom random;

  public Activations(
      RowMacs macs, ActivationLinks links, EnrolmentSettings settings, SecureRandom random) {
    this.macs = Objects.requireNonNull(macs);
    this.links = Objects.requireNonNull(links);
    this.life = settings.activationLife();
    this.random = Objects.requireNonNull(random);
  }

  /**
   * Makes a new activation, in LINK_SENT.
   *
   * @param now by the database's clock
   * @throws org.jdbi.v3.core.JdbiException if the signer has one that has not ended: {@link
   *     #supersede} it first
   */
  public Activation insert(Handle handle, SignerId signer, Instant now) {
    byte[] nonce = new byte[Activation.NONCE_SIZE];
    random.nextBytes(nonce);
    Activation activation =
        new Activation(
            new ActivationId(RandomIds.next(random)),
            signer,
            Bytes.copyOf(nonce),
            ActivationState.LINK_SENT,
            now,
            now.plus(life),
            0,
            1);
    bind(
            handle.createUpdate(
                "INSERT INTO activation ("
                    + COLUMNS
                    + """
                    ) VALUES (:id, :signer, :nonce, :state, :createdAt, :expiresAt,
                    :wrongAnswers, :version, :rowMac)
                    """),
            activation)
        .bind("signer", signer.value())
        .bind("nonce", nonce)
        .bind("createdAt", activation.createdAt())
        .bind("expiresAt", activation.expiresAt())
        .execute();
    return activation;
  }

  /** The activation with this id, in whatever state. */
  public Optional<Activation> find(Handle handle, ActivationId id) {
    return find(handle, id, "");
  }

  /** As {@link #find}, and holds the row until the transaction ends. */
  public Optional<Activation> findAndHold(Handle handle, ActivationId id) {
    return find(handle, id, " FOR UPDATE");
  }

  private Optional<Activation> find(Handle handle, ActivationId id, String lock) {
    return handle
        .createQuery("SELECT " + COLUMNS + " FROM activation WHERE id = :id" + lock)
        .bind("id", id.value())
        .map((row, context) -> read(row))
        .findOne();
  }

  /**
   * The activation that a link opens, held until the transaction ends: so of two who open a link at
   * once, one does (ENR-08).
   *
   * @param token what stands after {@code #} in the link, in ASCII; not closed here
   * @param now by the database's clock
   * @throws RefusedException ACTIVATION_LINK_INVALID, whether the link is unknown, forged, used,
   *     replaced or too old
   */
  public Activation findByLinkToken(Handle handle, SecretBytes token, Instant now)
      throws RefusedException {
    ActivationId id =
        ActivationLinks.unverifiedId(token).orElseGet(() -> new ActivationId(new UUID(0, 0)));
    Optional<Activation> named = findAndHold(handle, id);
    boolean opens = links.opens(token, id, named);
    return named
        .filter(activation -> opens)
        .filter(activation -> activation.isLive(now))
        .orElseThrow(() -> new RefusedException(Refusal.ACTIVATION_LINK_INVALID));
  }

  /**
   * Goes to the next step.
   *
   * @param activation as it was read, held
   * @param now by the database's clock
   * @return the activation in its next version
   * @throws RefusedException ACTIVATION_STEP if {@code next} does not follow its state, or its time
   *     is over (ENR-12)
   * @throws IllegalStateException if it was changed since it was read
   */
  public Activation advance(Handle handle, Activation activation, ActivationState next, Instant now)
      throws RefusedException {
    if (!activation.isLive(now) || !activation.state().next().contains(next)) {
      throw new RefusedException(Refusal.ACTIVATION_STEP);
    }
    return update(handle, activation, activation.next(next, activation.wrongAnswers()));
  }

  /**
   * Counts a wrong answer (of the document's expiry, of the temporary password); the third ends the
   * activation. To be committed before the answer is given.
   *
   * @return the activation in its next version, perhaps ENDED
   * @throws IllegalStateException if it had ended, or was changed since it was read
   */
  public Activation countWrongAnswer(Handle handle, Activation activation) {
    if (activation.state().isFinal()) {
      throw new IllegalStateException("an activation that has ended takes no answers");
    }
    int wrongAnswers = activation.wrongAnswers() + 1;
    return update(
        handle,
        activation,
        activation.next(
            wrongAnswers >= MOST_WRONG_ANSWERS ? ActivationState.ENDED : activation.state(),
            wrongAnswers));
  }

  /**
   * Ends the signer's activation that has not ended, if there is one, because a newer one comes.
   */
  public void supersede(Handle handle, SignerId signer) {
    handle
        .createQuery(
            "SELECT "
                + COLUMNS
                + """
                 FROM activation WHERE signer_id = :signer
                AND state NOT IN ('COMPLETED', 'ENDED', 'SUPERSEDED', 'EXPIRED') FOR UPDATE
                """)
        .bind("signer", signer.value())
        .map((row, context) -> read(row))
        .findOne()
        .ifPresent(
            old -> update(handle, old, old.next(ActivationState.SUPERSEDED, old.wrongAnswers())));
  }

  /**
   * Marks as EXPIRED at most 100 activations whose time is over. Nothing depends on it but the
   * tidiness of the table: {@link Activation#isLive} judges the time itself.
   *
   * @return how many; if 100, there may be more
   */
  public int expireOverdue(Handle handle, Instant now) {
    List<Activation> overdue =
        handle
            .createQuery(
                "SELECT "
                    + COLUMNS
                    + """
                     FROM activation WHERE expires_at <= :now
                    AND state NOT IN ('COMPLETED', 'ENDED', 'SUPERSEDED', 'EXPIRED')
                    ORDER BY expires_at LIMIT :most FOR UPDATE SKIP LOCKED
                    """)
            .bind("now", now)
            .bind("most", EXPIRED_AT_ONCE)
            .map((row, context) -> read(row))
            .list();
    for (Activation activation : overdue) {
      update(
          handle, activation, activation.next(ActivationState.EXPIRED, activation.wrongAnswers()));
    }
    return overdue.size();
  }

  private Activation update(Handle handle, Activation read, Activation next) {
    if (next.state() != read.state()) {
      read.state().requireStep(next.state());
    }
    int updated =
        bind(
                handle.createUpdate(
                    """
                    UPDATE activation SET state = :state, wrong_answers = :wrongAnswers,
                      version = :version, row_mac = :rowMac
                    WHERE id = :id AND version = :readVersion
                    """),
                next)
            .bind("readVersion", read.version())
            .execute();
    if (updated != 1) {
      throw new IllegalStateException("the activation was changed since it was read");
    }
    return next;
  }

  private <S extends SqlStatement<S>> S bind(S statement, Activation activation) {
    return statement
        .bind("id", activation.id().value())
        .bind("state", activation.state().name())
        .bind("wrongAnswers", activation.wrongAnswers())
        .bind("version", activation.version())
        .bind("rowMac", macs.mac(encoding(activation)).toByteArray());
  }

  private Activation read(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    Activation activation;
    try {
      activation =
          new Activation(
              new ActivationId(id),
              new SignerId(row.getObject("signer_id", UUID.class)),
              Bytes.copyOf(row.getBytes("nonce")),
              ActivationState.valueOf(row.getString("state")),
              row.getObject("created_at", OffsetDateTime.class).toInstant(),
              row.getObject("expires_at", OffsetDateTime.class).toInstant(),
              row.getInt("wrong_answers"),
              row.getLong("version"));
    } catch (IllegalArgumentException e) {
      throw new AlteredRowException("activation", id.toString(), e);
    }
    macs.require(encoding(activation), Bytes.copyOf(row.getBytes("row_mac")), "activation", id);
    return activation;
  }

  /** Every column but the MAC itself. */
  private static Encoding encoding(Activation activation) {
    return Encoding.of("bakq/row/activation/v1")
        .id(activation.id().value())
        .id(activation.signer().value())
        .bytes(activation.nonce())
        .text(activation.state().name())
        .time(activation.createdAt())
        .time(activation.expiresAt())
        .number(activation.wrongAnswers())
        .number(activation.version());
  }
}
