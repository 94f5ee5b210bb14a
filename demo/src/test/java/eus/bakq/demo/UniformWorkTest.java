package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.demo.WorkMeter.Work;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.fixtures.Documents;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever is named, whatever is given, from whatever device: the same work and the same answer at
 * each step (AUT-11, AUT-12; docs/threat-model.md, U12). Work is counted, not timed: Argon2id, uses
 * of each token, statements, commits.
 */
@ExtendWith(InDemoWorld.class)
class UniformWorkTest {
  private static final int MOST_TRIES = 3;
  private static final String WRONG = "wrong password";
  private static final String PASSWORD = ", password";
  private static final List<String> STEPS =
      List.of(PASSWORD, ", code 1", ", code 2", ", code 3", ", code 4");

  /** One digit too many. */
  private static final String ALWAYS_WRONG = "1".repeat(7);

  /** One way through password and code. */
  private record Path(Citizen citizen, String password, ByteString device) {}

  private final DemoWorld world;
  private final Sede sede;
  private final ToldAll told = new ToldAll();
  private final Channel channel;
  private final List<String> undo = new ArrayList<>();

  UniformWorkTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
    this.channel = ClientInterceptors.intercept(world.signerChannel(), told);
  }

  @Test
  @DisplayName("AUT-11, AUT-12: password and wrong codes: equal work and answers whoever it is")
  void doesAndTellsTheSameOnEveryPath() throws Exception {
    Map<String, Path> paths = paths();
    walk(Optional.empty(), "before", paths.get(WRONG)); // what is made once is made now
    Map<String, List<Object>> answers = new LinkedHashMap<>();
    Map<String, Work> work;
    try (WorkMeter meter = new WorkMeter()) {
      for (Map.Entry<String, Path> path : paths.entrySet()) {
        answers.put(path.getKey(), walk(Optional.of(meter), path.getKey(), path.getValue()));
      }
      work = meter.end();
    }

    for (String path : paths.keySet()) {
      for (String step : STEPS) {
        requireSame(work, path + step, WRONG + step);
      }
      assertThat(answers.get(path)).as(path).isEqualTo(answers.get(WRONG));
    }
    assertThat(work.get(WRONG + PASSWORD).counts())
        .as("all is counted")
        .containsEntry("Argon2id", 1L)
        .containsEntry("custody token", 3L)
        .containsEntry("commit", 4L)
        .hasEntrySatisfying("record token", macs -> assertThat(macs).isGreaterThan(5))
        .hasEntrySatisfying("statement", statements -> assertThat(statements).isGreaterThan(20));
  }

  @Test
  @DisplayName(
      "AUT-11, OTP-06, SAD-08: right codes that fit nothing: work and answers of wrong ones")
  void doesAndTellsTheSameForRightCodesThatDoNotFit() throws Exception {
    Map<String, Work> work;
    Map<String, List<Object>> answers = new LinkedHashMap<>();
    Map<String, Late> codes = new LinkedHashMap<>();
    codes.put("wrong", late(world.activeCitizen(), authorising -> {}).withCode(ALWAYS_WRONG));
    codes.put("foreign ticket", late(world.activeCitizen(), authorising -> {}).withoutTicket());
    codes.put("expired", late(world.activeCitizen(), this::expire));
    Citizen locked = world.activeCitizen();
    codes.put("locked", late(locked, authorising -> lock(locked)));
    Citizen newer = world.activeCitizen();
    codes.put("superseded", late(newer, authorising -> newer.challenged(ask())));
    Late consumed = late(world.activeCitizen(), authorising -> {});
    consumed.submit();
    Late ended = late(world.activeCitizen(), authorising -> {}).withCode(ALWAYS_WRONG);
    for (int i = 0; i < MOST_TRIES; i++) {
      assertThat(Refused.by(ended::submit).reason()).isEqualTo("AUTHENTICATION_FAILED");
    }
    codes.put("consumed", consumed);
    codes.put("ended", ended);
    told.take();
    try (WorkMeter meter = new WorkMeter()) {
      for (Map.Entry<String, Late> code : codes.entrySet()) {
        Refused refused = meter.measure(code.getKey(), () -> Refused.by(code.getValue()::submit));
        answers.put(code.getKey(), List.of(refused, told.take()));
      }
      work = meter.end();
    }

    for (String code : List.of("foreign ticket", "expired", "locked", "superseded")) {
      requireSame(work, code, "wrong");
      assertThat(answers.get(code)).as(code).isEqualTo(answers.get("wrong"));
    }
    requireSame(work, "consumed", "ended");
    assertThat(answers.get("consumed")).isEqualTo(answers.get("ended"));
  }

  private static void requireSame(Map<String, Work> work, String one, String other) {
    assertThat(work.get(one).counts())
        .as("%s: %s beside %s: %s", one, work.get(one), other, work.get(other))
        .isNotEmpty()
        .isEqualTo(work.get(other).counts());
  }

  /** Password, and four codes that are wrong: the fourth comes when the third has ended it. */
  private List<Object> walk(Optional<WorkMeter> meter, String name, Path path) throws Exception {
    List<Object> answer = new ArrayList<>();
    SignatureRequest request = ask();
    Authorising opened = path.citizen().open(request).through(channel).withDevice(path.device());
    told.take();
    SubmitPasswordResponse given =
        measured(
            meter,
            name + PASSWORD,
            () -> opened.submitPassword(path.citizen().dni(), path.password()));
    answer.add(given.getAllFields().keySet());
    answer.add(given.getTicket().size());
    answer.add(told.take());
    for (String step : STEPS.subList(1, STEPS.size())) {
      answer.add(
          measured(meter, name + step, () -> Refused.by(() -> opened.submitCode(ALWAYS_WRONG))));
      answer.add(told.take());
    }
    sede.cancel(request.getId());
    return answer;
  }

  private static <T> T measured(Optional<WorkMeter> meter, String name, Callable<T> call)
      throws Exception {
    return meter.isPresent() ? meter.get().measure(name, call) : call.call();
  }

  private SignatureRequest ask() {
    return sede.ask(Documents.form());
  }

  /** A code of before, that comes now. */
  private record Late(Authorising authorising, ByteString ticket, String code) {
    Late withCode(String other) {
      return new Late(authorising, ticket, other);
    }

    Late withoutTicket() {
      return new Late(authorising, ByteString.copyFrom(new byte[60]), code);
    }

    int submit() {
      return authorising.submitCode(code, ticket, authorising.program());
    }
  }

  /** What happens between password and code. */
  private interface Between {
    void happens(Authorising authorising) throws Exception;
  }

  private Late late(Citizen citizen, Between between) throws Exception {
    Authorising authorising = citizen.open(ask()).through(channel);
    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD);
    String code = citizen.nextCode();
    between.happens(authorising);
    return new Late(authorising, authorising.ticket(), code);
  }

  private void expire(Authorising authorising) throws Exception {
    assertThat(
            world.tamper(
                "update interaction set code_expires_at = now() - interval '1 second' where id = '"
                    + authorising.interaction()
                    + "'"))
        .isOne();
  }

  private void lock(Citizen citizen) {
    SignatureRequest request = ask();
    for (int i = 0; i < 5; i++) {
      citizen.open(request).submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    }
  }

  private Map<String, Path> paths() throws Exception {
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

  @AfterEach
  void undo() throws Exception {
    for (String statement : undo) {
      assertThat(world.tamper(statement)).isOne();
    }
  }
}
