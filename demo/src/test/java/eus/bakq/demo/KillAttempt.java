package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One walk in which a server is killed: what comes before the step, the step, and what must be
 * found after the death (docs/signing-cycle.md sections 5 and 7), to the end of the walk. For one
 * thread at a time.
 */
abstract class KillAttempt {
  /** Brings everything to where the step can be made. */
  abstract void prepare(KillWorld kill) throws Exception;

  /** Makes the step: the call that may never be answered. */
  abstract void act() throws Exception;

  /** Goes on after {@link #judge} as people do, to the end of the walk. */
  abstract void goOn() throws Exception;

  /** Instead of {@link #goOn}: gives back who may make another walk. */
  void leave() throws Exception {}

  final void end(boolean goesOn) throws Exception {
    if (goesOn) {
      goOn();
    } else {
      leave();
    }
  }

  /**
   * Looks what is there when what the dead process left was settled, and makes the step again as
   * far as people do.
   *
   * @param answered whether the step was answered before the death
   * @param point where the death was; empty if nobody knows
   */
  abstract void judge(boolean answered, Optional<KillPoint> point) throws Exception;

  /**
   * What the point says; where it is not known, what {@code found} says, if a death may leave it.
   */
  static boolean done(Optional<KillPoint> point, boolean answered, String words, boolean found) {
    return point.map(known -> known.committed(words) > 0).orElse(answered || found);
  }

  /** Whose walk it is. */
  abstract Citizen citizen();

  /** What record, outbox and counters say of the citizen, for who looks for the fault. */
  final List<String> traces(World world) throws SQLException {
    String signer = citizen().signerId();
    if (signer.isEmpty()) {
      return List.of();
    }
    return texts(
        world,
        """
        select * from (
          select to_char(created_at, 'HH24:MI:SS.MS') || ' ' || kind || ' ' || state || ' ' || attempts
            || ' ' || reference from outbox_message where signer_id = '%1$s'
          union all
          select to_char(recorded_at, 'HH24:MI:SS.MS') || ' ' || type || ' ' || outcome || ' ' || reason
            || ' ' || details from audit_record where subject = '%1$s' or actor = '%1$s'
            or subject in (select subject::text from interaction where signer_id = '%1$s')
          union all
          select 'counter ' || f::text from failure_counter f where id = '%1$s'
          union all
          select to_char(opened_at, 'HH24:MI:SS.MS') || ' interaction ' || id || ' ' || state
            from interaction where signer_id = '%1$s') t (line) order by line"""
            .formatted(signer));
  }

  /** Whether the link of the citizen's present activation came to a process that died with it. */
  static boolean hasNoLink(World world, Citizen citizen) throws SQLException {
    UUID activation =
        UUID.fromString(
            text(
                world,
                "select id::text from activation where signer_id = '%s' order by created_at desc limit 1"
                    .formatted(citizen.signerId())));
    return citizen.linkTokens().stream()
        .map(token -> ByteBuffer.wrap(Base64.getUrlDecoder().decode(token)))
        .noneMatch(link -> new UUID(link.getLong(), link.getLong()).equals(activation));
  }

  /** The one text that {@code sql} finds, as the superuser. */
  static String text(World world, String sql) throws SQLException {
    List<String> found = texts(world, sql);
    assertThat(found).as(sql).isNotEmpty();
    return found.getFirst();
  }

  static List<String> texts(World world, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    }
    return found;
  }

  /** The citizen signs something new, from the beginning: nothing of before stands in the way. */
  static void signsSomethingNew(KillWorld kill, Citizen citizen) throws Exception {
    Sede sede = kill.world().sede(WorldFiles.SEDE_A);
    SignatureRequest request = sede.ask(Documents.paper());
    kill.awaitNoMessages(citizen);
    assertThat(citizen.sign(request)).isOne();
    assertThat(sede.fetchCompleted(request.getId(), 0)).isNotEmpty();
    var _ = sede.acknowledge(request.getId());
  }
}
