package eus.bakq.server;

import java.util.List;

/** Rows in a given state, and statements that take a step with one, as SQL. */
final class StateRows {
  private static final String BYTES_16 = "decode(repeat('00', 16), 'hex')";

  private static final String BYTES_32 = "decode(repeat('00', 32), 'hex')";
  private static final String RANDOM_BYTES = "uuid_send(gen_random_uuid())";

  private StateRows() {}

  /** A row in {@code state}, as whoever lets no trigger stand in the way may write it. */
  static String insert(String machine, String id, String state) {
    return switch (machine) {
      case "signature_request" -> signatureRequest(id, state);
      case "activation" ->
          "insert into activation (id, signer_id, nonce, state, created_at, expires_at,"
              + " wrong_answers, version, row_mac) values ('%s', gen_random_uuid(), %s, '%s', now(), now() + interval '1 day', 0, 1, %s)"
                  .formatted(id, BYTES_16, state, BYTES_32);
      case "interaction" ->
          interaction(id, state, state.equals("OPEN") ? "null" : "gen_random_uuid()");
      case "challenge" -> interaction(id, ofChallenge(state), signer(state));
      case "credential" -> credential(id, state);
      case "certificate" -> certificate(id, state);
      case "signer" -> person(id, state);
      default -> throw new IllegalArgumentException(machine);
    };
  }

  /** One step of that row, as the running server would write it. */
  static String update(String machine, String id, String from, String to) {
    String where = " where id = '" + id + "'";
    return switch (machine) {
      case "signature_request" ->
          "update signature_request set state = '%s', completed_at = %s, completion_failure = %s, erased = true"
                  .formatted(to, to.equals("COMPLETED") ? "now()" : "null", failure(to))
              + where;
      case "activation", "signer" ->
          "update %s set state = '%s', version = version + 1".formatted(machine, to) + where;
      case "interaction" ->
          "update interaction set state = '%s'".formatted(to)
              + (from.equals("OPEN") && to.equals("CHALLENGED") ? ", " + CHALLENGE : "")
              + where;
      case "challenge" ->
          "update interaction set state = '%s', signer_id = %s"
                  .formatted(
                      ofChallenge(to),
                      signer(from).equals("null") && !signer(to).equals("null")
                          ? "gen_random_uuid()"
                          : signer(to).equals("null") ? "null" : "signer_id")
              + where;
      case "credential" ->
          "update credential set state = '%s', sealed_key = %s, version = version + 1"
                  .formatted(to, to.equals("KEY_DESTROYED") ? "null" : "'\\x00'")
              + where;
      case "certificate" ->
          "update certificate_register set state = '%s', reason = %s, suspended_until = %s, version = version + 1 where credential_id = '%s'"
              .formatted(to, reason(to), until(to), id);
      default -> throw new IllegalArgumentException(machine);
    };
  }

  private static final String CHALLENGE =
      "challenge_id = gen_random_uuid(), nonce = "
          + BYTES_16
          + ", frozen_set = "
          + BYTES_32
          + ", code_expires_at = now(), signer_id = gen_random_uuid()";

  private static String ofChallenge(String state) {
    return switch (state) {
      case "LIVE", "DEAD" -> "CHALLENGED";
      case "CONSUMED" -> "SUCCEEDED";
      case "OVER" -> "ENDED";
      default -> throw new IllegalArgumentException(state);
    };
  }

  /** A dead challenge that is over has no signer; a live one may be over with its signer. */
  private static String signer(String state) {
    return state.equals("DEAD") || state.equals("OVER") ? "null" : "gen_random_uuid()";
  }

  private static String signatureRequest(String id, String state) {
    return "insert into signature_request (id, caller, state, format, level, language, expected_signer,"
        + " document_count, reference_nonce, frozen_set, created_at, expires_at, interaction_id, sad_id,"
        + " signer_id, credential_id, completed_at, completion_failure, erased, mac) values ('%s', 'sede', '%s', 'PADES', 'B_B', 'ENGLISH', '', 1, %s, %s, now(), now(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, %s, true, %s)"
            .formatted(
                id,
                state,
                BYTES_16,
                BYTES_32,
                state.equals("COMPLETED") ? "now()" : "null",
                failure(state),
                BYTES_32);
  }

  private static String interaction(String id, String state, String signer) {
    boolean open = state.equals("OPEN");
    return "insert into interaction (id, purpose, subject, program_key, state, opened_at, expires_at,"
        + " challenge_id, nonce, frozen_set, code_expires_at, signer_id, credential_id) values ('%s', 'SIGNATURE', gen_random_uuid(), decode(repeat('00', 91), 'hex'), '%s', now(), now(), %s, %s, %s, %s, %s, %s)"
            .formatted(
                id,
                state,
                open ? "null" : "gen_random_uuid()",
                open ? "null" : BYTES_16,
                open ? "null" : BYTES_32,
                open ? "null" : "now()",
                signer,
                signer);
  }

  private static String credential(String id, String state) {
    return "insert into credential (id, signer_id, state, purpose, key_algorithm, public_key, certificate, issuers,"
        + " activation_mechanism, password_generation, epoch, wrap_mechanism, wrap_parameter, seal_version,"
        + " seal_salt, seal_nonce, sealed_key, created_at, version, mac) values ('%s', gen_random_uuid(), '%s', 'SIGNATURE', 'EC_P256', %s, %s, '', 'm', 1, 'e', 1, '', 1, %s, decode(repeat('00', 12), 'hex'), %s, now(), 1, %s)"
            .formatted(
                id,
                state,
                RANDOM_BYTES,
                RANDOM_BYTES,
                BYTES_32,
                state.equals("KEY_DESTROYED") ? "null" : "'\\x00'",
                BYTES_32);
  }

  private static String certificate(String id, String state) {
    return "insert into certificate_register (serial, certificate_sha256, kind, credential_id, not_before, not_after,"
        + " state, reason, since, suspended_until, version, mac) values (%s, sha256(%s), 'SIGNATURE', '%s', now(), now() + interval '1 day', '%s', %s, now(), %s, 1, %s)"
            .formatted(
                RANDOM_BYTES, RANDOM_BYTES, id, state, reason(state), until(state), BYTES_32);
  }

  private static String failure(String state) {
    return state.equals("FAILED") ? "'FAULT'" : "null";
  }

  private static String reason(String state) {
    return state.equals("REVOKED") ? "'KEY_COMPROMISE'" : "null";
  }

  private static String until(String state) {
    return state.equals("SUSPENDED") ? "now() + interval '1 day'" : "null";
  }

  private static String person(String id, String state) {
    int number = Math.floorMod(id.hashCode(), 100_000_000);
    return "insert into signer (id, dni, given_name, surname, birth_date, email, mobile, language, document_type,"
        + " document_number, document_expiry, identification_method, identified_at, officer, evidence_sha256,"
        + " state, version, row_mac) values ('%s', '%08dZ', 'Ane', 'Agirre', '1985-04-12', 'a@example.eus', '+34600000000', 'BASQUE', 'DNI', 'ABC', '2041-05-01', 'IN_PERSON', now(), 'officer', %s, '%s', 1, %s)"
            .formatted(id, number, BYTES_32, state, BYTES_32);
  }

  /** The states that lead to {@code state} of the ledger, with it. */
  static List<String> ledgerPath(String state) {
    return switch (state) {
      case "AUTHORISED" -> List.of("AUTHORISED");
      case "RESERVED" -> List.of("AUTHORISED", "RESERVED");
      default -> List.of("AUTHORISED", "RESERVED", state);
    };
  }

  /** The row that leads the first occurrence of {@code sad} to {@code state}. */
  static String ledger(String sad, String credential, String state) {
    boolean ended = state.equals("CONSUMED") || state.equals("INTERRUPTED");
    return "insert into activation_ledger (sad_id, ordinal, step, outcome, credential_id, signature_request_id,"
        + " dtbs_digest, value_sha256, node_id, written_at) values ('%s', 0, '%s', %s, '%s', gen_random_uuid(), %s, %s, %s, now())"
            .formatted(
                sad,
                ended ? "ENDED" : state,
                ended ? "'" + state + "'" : "null",
                credential,
                BYTES_32,
                state.equals("CONSUMED") ? BYTES_32 : "null",
                state.equals("RESERVED") ? "gen_random_uuid()" : "null");
  }
}
