package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.registration.v1.RevocationReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everybody of whom nobody outside may be able to tell which of them it is: registered or not, with
 * the right password or a wrong one, from whatever device, locked, suspended, with rows that were
 * altered.
 */
final class UniformPaths {
  /** The name of the path with which the others are compared. */
  static final String WRONG = "wrong password";

  /** One way through password and code. */
  record Path(Citizen citizen, String password, ByteString device) {}

  private final DemoWorld world;
  private final List<String> undo = new ArrayList<>();

  UniformPaths(DemoWorld world) {
    this.world = world;
  }

  /** Makes somebody for each. */
  Map<String, Path> make() throws Exception {
    Map<String, Path> paths = new LinkedHashMap<>();
    Citizen known = world.registeredCitizen();
    ByteString device = known.activate().device();
    ByteString none = ByteString.EMPTY;
    paths.put(WRONG, new Path(world.activeCitizen(), Citizen.WRONG_PASSWORD, none));
    paths.put("right password", new Path(world.activeCitizen(), Citizen.PASSWORD, none));
    paths.put("unknown", new Path(world.newCitizen(), Citizen.PASSWORD, none));
    paths.put("known device", new Path(known, Citizen.PASSWORD, device));
    Citizen other = world.registeredCitizen();
    ByteString ofOther = other.activate().device();
    paths.put("known device, wrong password", new Path(other, Citizen.WRONG_PASSWORD, ofOther));
    paths.put("another's device", new Path(world.activeCitizen(), Citizen.PASSWORD, device));
    paths.put("unknown, with a device", new Path(world.newCitizen(), Citizen.PASSWORD, device));
    paths.put("locked", new Path(SignerStates.locked(world), Citizen.PASSWORD, none));
    paths.put("not activated", new Path(world.registeredCitizen(), Citizen.PASSWORD, none));
    Citizen suspended = world.activeCitizen();
    world.officer().suspend(suspended, Duration.ofDays(2));
    paths.put("suspended", new Path(suspended, Citizen.PASSWORD, none));
    Citizen revoked = world.activeCitizen();
    world.officer().revoke(revoked, RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
    paths.put("revoked", new Path(revoked, Citizen.PASSWORD, none));
    Citizen quota = world.activeCitizen();
    world.tamper(
        "update failure_counter set code_window_began_at = now(), codes_in_window = 5 where id = '"
            + quota.signerId()
            + "'");
    paths.put("no code left", new Path(quota, Citizen.PASSWORD, none));
    Citizen person = world.activeCitizen();
    alter("signer", "id", person, "language = 'BASQUE'", "language = 'ENGLISH'");
    paths.put("altered person", new Path(person, Citizen.PASSWORD, none));
    Citizen holder = world.activeCitizen();
    alter("credential", "signer_id", holder, "epoch = 'x' || epoch", "epoch = substr(epoch, 2)");
    paths.put("altered credential", new Path(holder, Citizen.PASSWORD, none));
    Citizen typist = world.activeCitizen();
    alter(
        "password",
        "signer_id",
        typist,
        "parameters = 'x' || parameters",
        "parameters = substr(parameters, 2)");
    paths.put("altered password", new Path(typist, Citizen.PASSWORD, none));
    return paths;
  }

  /** Alters a row behind the server's back, until the test has ended. */
  private void alter(String table, String key, Citizen of, String how, String back)
      throws Exception {
    String row = "update %s set %s where %s = '%s'";
    undo.add(row.formatted(table, back, key, of.signerId()));
    assertThat(world.tamper(row.formatted(table, how, key, of.signerId()))).isOne();
  }

  /** Takes back what was altered. */
  void undo() throws Exception {
    for (String statement : undo) {
      assertThat(world.tamper(statement)).isOne();
    }
    undo.clear();
  }
}
