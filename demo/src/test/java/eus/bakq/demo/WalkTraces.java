package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.relyingparty.v1.SignatureRequest;
import java.sql.SQLException;

/** What must be in the database after a walk, whatever happened in it. */
final class WalkTraces {
  private WalkTraces() {}

  /** SAD-09, SAM-07: of this citizen, each value has its record, and each occurrence one end. */
  static void require(World world, Citizen citizen) throws SQLException {
    String ofSigner =
        "signature_request_id in (select id from signature_request where signer_id = '"
            + citizen.signerId()
            + "')";
    assertThat(
            world.count(
                "select count(*) from activation_ledger where outcome = 'CONSUMED' and "
                    + ofSigner))
        .as("one signature")
        .isEqualTo(1);
    assertThat(
            world.count(
                "select count(*) from activation_ledger r where step = 'RESERVED' and "
                    + ofSigner
                    + " and not exists (select 1 from activation_ledger e where e.sad_id = r.sad_id"
                    + " and e.ordinal = r.ordinal and e.step = 'ENDED')"))
        .as("reserved without an end")
        .isZero();
    assertThat(recorded(world, citizen, "ACTIVATION_COMPLETED")).isEqualTo(1);
    assertThat(recorded(world, citizen, "SIGNATURE_CREATED")).isEqualTo(1);
    assertThat(recorded(world, citizen, "SIGNATURE_AUTHORISED"))
        .as("each intent has its outcome")
        .isEqualTo(
            recorded(world, citizen, "SIGNATURE_CREATED")
                + recorded(world, citizen, "SIGNATURE_FAILED"));
    assertThat(
            world.count(
                "select failures from failure_counter where id = '" + citizen.signerId() + "'"))
        .as("a success sets the counter to nothing")
        .isZero();
    assertThat(
            world.count(
                "select count(*) from credential where state = 'KEY_DESTROYED' and sealed_key is null"
                    + " and signer_id = '"
                    + citizen.signerId()
                    + "'"))
        .as("the key is gone, once")
        .isEqualTo(1);
  }

  private static long recorded(World world, Citizen citizen, String type) throws SQLException {
    return world.count(
        "select count(*) from audit_record where type = '"
            + type
            + "' and actor = '"
            + citizen.signerId()
            + "'");
  }

  static void requireActive(World world, Citizen citizen) throws SQLException {
    assertThat(
            world.count(
                "select count(*) from signer where state = 'ACTIVE' and id = '"
                    + citizen.signerId()
                    + "'"))
        .as("who cannot open the link any more is active")
        .isEqualTo(1);
  }

  /**
   * AUT-05: what was answered is counted, and what was not answered is counted once at most.
   *
   * @param answered at the first try
   */
  static void requireOneFailure(World world, Citizen citizen, boolean answered)
      throws SQLException {
    long failures =
        world.count("select failures from failure_counter where id = '" + citizen.signerId() + "'");
    if (answered) {
      assertThat(failures).isEqualTo(1);
    } else {
      assertThat(failures).isBetween(1L, 2L);
    }
  }

  /** As if all wrong passwords but the last that an account has had been given. */
  static void failOftenBefore(World world, Citizen citizen) throws SQLException {
    world.tamper("update failure_counter set failures = 4 where id = '" + citizen.signerId() + "'");
  }

  static boolean isLocked(World world, Citizen citizen) throws SQLException {
    return world.count(
            "select count(*) from failure_counter where locked_at is not null and id = '"
                + citizen.signerId()
                + "'")
        == 1;
  }

  /** AUD-06: unlocked, with one record. */
  static void requireUnlocked(World world, Citizen citizen) throws SQLException {
    assertThat(isLocked(world, citizen)).as("locked").isFalse();
    assertThat(
            world.count(
                "select count(*) from audit_record where type = 'ACCOUNT_UNLOCKED' and subject = '"
                    + citizen.signerId()
                    + "'"))
        .as("unlocked once")
        .isEqualTo(1);
  }

  static void requireSame(byte[] one, byte[] other) {
    assertThat(other).isEqualTo(one);
  }

  /** As if an hour had passed, and a day: so many codes are sent in each, and no more (OTP-13). */
  static void anHourPasses(World world, Citizen citizen) throws SQLException {
    world.tamper(
        "update outbox_message set created_at = created_at - interval '1 day'"
            + " where state <> 'PENDING' and signer_id = '"
            + citizen.signerId()
            + "'");
    world.tamper(
        "update failure_counter set code_window_began_at = null, codes_in_window = 0 where id = '"
            + citizen.signerId()
            + "'");
  }

  /** Whether no message is on its way to this citizen. */
  static boolean allSent(World world, Citizen citizen) {
    try {
      return world.count(
              "select count(*) from outbox_message where state = 'PENDING' and signer_id = '"
                  + citizen.signerId()
                  + "'")
          == 0;
    } catch (SQLException e) {
      throw new IllegalStateException("the superuser's own connection is never cut", e);
    }
  }

  /** As if the leases were over of messages whose sending nobody has ended. */
  static void endLeases(World world) throws SQLException {
    world.tamper(
        "update outbox_message set next_attempt_at = clock_timestamp() where state = 'PENDING'");
  }

  /** As if five minutes had passed, after which activation data cannot be used by anybody. */
  static void ageActivationData(World world, SignatureRequest request) throws SQLException {
    world.tamper(
        "set session_replication_role = replica; update activation_ledger set written_at ="
            + " written_at - interval '6 minutes' where step = 'AUTHORISED' and"
            + " signature_request_id = '"
            + request.getId()
            + "' and written_at > clock_timestamp() - interval '5 minutes'");
  }
}
