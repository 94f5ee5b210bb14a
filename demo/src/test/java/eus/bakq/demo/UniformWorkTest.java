package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import eus.bakq.demo.WorkMeter.Work;
import eus.bakq.demo.v1.SubmitPasswordResponse;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.signer.v1.SubmitOldPasswordResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
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
  private static final String WRONG = UniformPaths.WRONG;
  private static final String PASSWORD = ", password";
  private static final List<String> STEPS =
      List.of(PASSWORD, ", code 1", ", code 2", ", code 3", ", code 4");

  /** One digit too many. */
  private static final String ALWAYS_WRONG = "1".repeat(7);

  /** What is done for one path. */
  private interface Walk {
    List<Object> of(Optional<WorkMeter> meter, String name, UniformPaths.Path path)
        throws Exception;
  }

  private final DemoWorld world;
  private final Sede sede;
  private final ToldAll told = new ToldAll();
  private final Channel channel;
  private final UniformPaths paths;

  UniformWorkTest(DemoWorld world) {
    this.world = world;
    this.sede = world.sede(DemoWorld.SEDE_A);
    this.channel = ClientInterceptors.intercept(world.signerChannel(), told);
    this.paths = new UniformPaths(world);
  }

  @Test
  @DisplayName("AUT-11, AUT-12: password and wrong codes: equal work and answers whoever it is")
  void doesAndTellsTheSameOnEveryPath() throws Exception {
    Map<String, UniformPaths.Path> all = paths.make();
    requireSameOnEveryPath(all, this::walk);
    world.tamper(
        "update failure_counter set failures = 0, known_failures = 0"
            + " where locked_at is null and known_locked_at is null");
    requireSameOnEveryPath(all, this::walkOfChange); // of a password, by the same people
  }

  private void requireSameOnEveryPath(Map<String, UniformPaths.Path> all, Walk walk)
      throws Exception {
    walk.of(Optional.empty(), "before", all.get(WRONG)); // what is made once is made now
    Map<String, List<Object>> answers = new LinkedHashMap<>();
    Map<String, Work> work;
    try (WorkMeter meter = new WorkMeter()) {
      for (Map.Entry<String, UniformPaths.Path> path : all.entrySet()) {
        answers.put(path.getKey(), walk.of(Optional.of(meter), path.getKey(), path.getValue()));
      }
      work = meter.end();
    }

    for (String path : all.keySet()) {
      for (String step : STEPS) {
        WorkMeter.requireSame(work, path + step, WRONG + step);
      }
      assertThat(answers.get(path)).as(path).isEqualTo(answers.get(WRONG));
    }
    assertThat(work.get(WRONG + PASSWORD).counts())
        .as("all is counted")
        .containsEntry("Argon2id", 1L)
        .containsEntry("custody token", 3L)
        .containsEntry("commit", 4L)
        .hasEntrySatisfying("record token", macs -> assertThat(macs).isGreaterThanOrEqualTo(5))
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
      WorkMeter.requireSame(work, code, "wrong");
      assertThat(answers.get(code)).as(code).isEqualTo(answers.get("wrong"));
    }
    WorkMeter.requireSame(work, "consumed", "ended");
    assertThat(answers.get("consumed")).isEqualTo(answers.get("ended"));
  }

  /** Password, and four codes that are wrong: the fourth comes when the third has ended it. */
  private List<Object> walk(Optional<WorkMeter> meter, String name, UniformPaths.Path path)
      throws Exception {
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

  /** As {@link #walk}, to change the password. */
  private List<Object> walkOfChange(Optional<WorkMeter> meter, String name, UniformPaths.Path path)
      throws Exception {
    List<Object> answer = new ArrayList<>();
    Changing opened = Changing.open(channel).withDevice(path.device());
    told.take();
    SubmitOldPasswordResponse given =
        measured(
            meter, name + PASSWORD, () -> opened.submitOld(path.citizen().dni(), path.password()));
    answer.add(given.getAllFields().keySet());
    answer.add(given.getTicket().size());
    answer.add(told.take());
    for (String step : STEPS.subList(1, STEPS.size())) {
      answer.add(
          measured(
              meter,
              name + step,
              () -> Refused.by(() -> opened.change(ALWAYS_WRONG, Citizen.NEW_PASSWORD))));
      answer.add(told.take());
    }
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

  @AfterEach
  void undo() throws Exception {
    paths.undo();
  }
}
