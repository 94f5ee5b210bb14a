package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.auditor.v1.AuditRecord;
import eus.bakq.fixtures.Documents;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.relyingparty.v1.SignatureRequestState;
import eus.bakq.server.grpc.Audience;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The clocks of the database's machine and of the server's jump, back and forth, while it runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClockJumpTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LATER = Duration.ofMinutes(6);
  private static final String UNAVAILABLE = "TEMPORARILY_UNAVAILABLE";
  private static final String STOPPED = "CLOCK_SKEW_STOPPED FAILED ";
  private static final String OVER = "CLOCK_SKEW_OVER SUCCEEDED";

  private JumpingWorld jumping;
  private DemoWorld world;
  private Sede sede;

  @BeforeAll
  void start() throws Exception {
    jumping = JumpingWorld.start("");
    world = jumping.world();
    sede = world.sede(DemoWorld.SEDE_A);
  }

  @AfterEach
  void isServedAgainAndByTheContract() throws Exception {
    jumping.clocksReturn();
    world.conformance().requireNoViolation();
  }

  @AfterAll
  void stop() {
    jumping.close();
  }

  /** A clock that is set, and how the server says why it stops. */
  enum Jump {
    DATABASE_BACK("DATABASE_JUMPED") {
      @Override
      void on(JumpingWorld jumping) {
        jumping.databaseJumps(HOUR.negated());
      }
    },
    DATABASE_FORTH("DATABASE_JUMPED") {
      @Override
      void on(JumpingWorld jumping) {
        jumping.databaseJumps(HOUR);
      }
    },
    NODE_BACK("TOO_FAR_APART") {
      @Override
      void on(JumpingWorld jumping) {
        jumping.nodeJumps(HOUR.negated());
      }
    },
    NODE_FORTH("TOO_FAR_APART") {
      @Override
      void on(JumpingWorld jumping) {
        jumping.nodeJumps(HOUR);
      }
    },
    BOTH_BACK("STANDS_STILL") {
      @Override
      void on(JumpingWorld jumping) {
        jumping.bothJump(HOUR.negated());
      }
    };

    private final String reason;

    Jump(String reason) {
      this.reason = reason;
    }

    abstract void on(JumpingWorld jumping);
  }

  @Test
  @DisplayName("TIM-03: what has ended stays ended, whichever clock is set back or on")
  void revivesNothing() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising expired = citizen.challenged(request);
    String code = citizen.nextCode();
    Citizen invited = world.registeredCitizen();
    String upload = sede.upload(Documents.form());
    jumping.timePasses(LATER);
    Program program = expired.program().ahead(jumping.passed());

    assertThat(Refused.by(() -> expired.submitCode(code, expired.ticket(), program)).reason())
        .isEqualTo("AUTHENTICATION_FAILED");
    for (Jump jump : Jump.values()) {
      jump.on(jumping);
      awaitRecord(STOPPED + jump.reason);
      for (Program by :
          List.of(program, program.ahead(jumping.passed().minus(HOUR)), expired.program())) {
        assertThat(Refused.by(() -> expired.submitCode(code, expired.ticket(), by)).reason())
            .as(jump.name())
            .isEqualTo(UNAVAILABLE);
      }
      jumping.clocksReturn();
      assertThat(Refused.by(() -> expired.submitCode(code, expired.ticket(), program)).reason())
          .as(jump.name())
          .isIn("AUTHENTICATION_FAILED", "INTERACTION_NOT_FOUND");
    }
    assertThat(world.audit().count(request.getId(), "SAD_CREATED")).isZero();

    jumping.timePasses(Duration.ofDays(8));
    jumping.bothJump(Duration.ofDays(-8));
    awaitRecord(STOPPED + "STANDS_STILL");
    assertThat(Refused.by(() -> invited.openLink()).reason()).isEqualTo(UNAVAILABLE);
    assertThat(Refused.by(() -> sede.ask(Sede.wishFor(upload))).reason()).isEqualTo(UNAVAILABLE);
    assertThat(Refused.by(() -> citizen.open(request)).reason()).isEqualTo(UNAVAILABLE);
    jumping.clocksReturn();
    assertThat(Refused.by(() -> invited.openLink()).reason()).isEqualTo("ACTIVATION_LINK_INVALID");
    assertThat(Refused.by(() -> sede.ask(Sede.wishFor(upload))).reason())
        .isEqualTo("UPLOAD_NOT_FOUND");
    assertThat(Refused.by(() -> citizen.open(request)).reason())
        .isEqualTo("SIGNATURE_REQUEST_NOT_OPEN");
  }

  @Test
  @DisplayName("TIM-03: what is not over is there again when the clock comes back")
  void destroysNothing() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising challenged = citizen.challenged(request);
    String code = citizen.nextCode();
    Citizen invited = world.registeredCitizen();
    Citizen suspended = world.activeCitizen();
    world.officer().suspend(suspended, Duration.ofMinutes(90).plus(jumping.passed()));
    String upload = sede.upload(Documents.form());
    byte[] list = world.fetchPublic("/authority.crl");

    // Years, so that certificates would be over too.
    for (Duration by : List.of(HOUR.multipliedBy(2), Duration.ofDays(4000), HOUR.negated())) {
      jumping.databaseJumps(by);
      awaitRecord(STOPPED + "DATABASE_JUMPED");
      assertThat(health()).containsOnly(ServingStatus.NOT_SERVING);
      assertThat(jumping.health(Audience.AUDITOR)).isEqualTo(ServingStatus.SERVING);
      assertThat(
              Refused.by(
                      () -> challenged.submitCode(code, challenged.ticket(), program(challenged)))
                  .reason())
          .isEqualTo(UNAVAILABLE);
      assertThat(Refused.by(() -> sede.ask(Documents.form())).reason()).isEqualTo(UNAVAILABLE);
      assertThat(Refused.by(() -> world.officer().lift(suspended)).reason()).isEqualTo(UNAVAILABLE);
      assertThatThrownBy(() -> world.fetchPublic("/authority.crl")).isInstanceOf(IOException.class);
      // What needs no time is told.
      assertThat(sede.get(request.getId()).getState())
          .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_CHALLENGED);
      jumping.clocksReturn();
      assertThat(lastOfClock()).isEqualTo(OVER);
    }

    assertThat(challenged.submitCode(code, challenged.ticket(), program(challenged))).isOne();
    assertThat(sede.fetchCompleted(request.getId(), 0)).startsWith(Documents.form());
    assertThat(sede.ask(Sede.wishFor(upload)).getState())
        .isEqualTo(SignatureRequestState.SIGNATURE_REQUEST_STATE_FROZEN);
    assertThat(invited.openLink()).isNotNull();
    world.officer().lift(suspended);
    assertThat(world.audit().lines(suspended.signerId()))
        .contains("CERTIFICATE_SUSPENSION_LIFTED SUCCEEDED")
        .doesNotContain("CERTIFICATE_REVOKED SUCCEEDED");
    assertThat(world.fetchPublic("/authority.crl")).isNotEqualTo(list);
    assertThat(world.audit().verify().getFirstBadSequence()).isZero();
    assertThat(latestRecord()).isBefore(jumping.now().plus(Duration.ofMinutes(1)));
    assertThat(world.count("select count(*) from clock_mark where mark > clock_timestamp()"))
        .isZero();
  }

  @Test
  @DisplayName("TIM-01: more than a second apart is told, once, with its bounds; nothing stops")
  void tellsASmallDifference() throws Exception {
    long before = world.audit().count("clock", "CLOCK_SKEW_NOTICED");
    jumping.databaseJumps(Duration.ofSeconds(3));

    awaitRecord("CLOCK_SKEW_NOTICED FAILED DIFFERS");
    AuditRecord record = world.audit().of("clock").getLast();
    assertThat(Long.parseLong(record.getDetailsOrThrow("ahead_at_least_ms"))).isGreaterThan(1000);
    assertThat(Long.parseLong(record.getDetailsOrThrow("ahead_at_most_ms"))).isLessThan(6000);
    assertThat(health()).containsOnly(ServingStatus.SERVING);
    jumping.awaitServing();
    assertThat(world.audit().count("clock", "CLOCK_SKEW_NOTICED")).isEqualTo(before + 1);

    jumping.clocksReturn();
    awaitRecord(OVER);
  }

  /** Last: after it, it is later for this server than for the others' programs. */
  @Test
  @Order(Integer.MAX_VALUE)
  @DisplayName("TIM-03: a jump that both machines confirm is told, and then believed")
  void believesWhatBothClocksShow() throws Exception {
    SignatureRequest request = sede.ask(Documents.form());

    jumping.timePasses(HOUR);

    assertThat(
            Eventually.is(
                () ->
                    sede.get(request.getId()).getState()
                        == SignatureRequestState.SIGNATURE_REQUEST_STATE_EXPIRED))
        .isTrue();
    assertThat(clockLines()).endsWith(STOPPED + "DATABASE_JUMPED", OVER);
  }

  @Test
  @DisplayName("TIM-03: a program whose clock is wrong is told so, with the server's time")
  void tellsAProgramThatItsClockIsWrong() throws Exception {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = sede.ask(Documents.form());
    Authorising authorising = citizen.open(request);

    for (Duration wrong : List.of(LATER, LATER.negated(), Duration.ofDays(-20_000))) {
      Program program = authorising.program().ahead(jumping.passed().plus(wrong));
      Refused refused =
          Refused.by(() -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD, program));
      assertThat(refused.reason()).isEqualTo("PROGRAM_CLOCK_DIFFERS");
      assertThat(refused.text()).contains("proof.made_at_seconds");
      long told = Long.parseLong(refused.text().replaceAll("(?s).*which is ([0-9]+)\".*", "$1"));
      assertThat(Instant.ofEpochSecond(told))
          .isBetween(jumping.now().minus(LATER), jumping.now().plus(LATER));
    }
    // Who has not the key is told nothing of the time.
    Program another = Program.create().ahead(jumping.passed().plus(LATER));
    assertThat(
            Refused.by(() -> authorising.submitPassword(citizen.dni(), Citizen.PASSWORD, another))
                .reason())
        .isEqualTo("INTERACTION_NOT_FOUND");

    authorising.submitPassword(citizen.dni(), Citizen.PASSWORD, program(authorising));
    assertThat(
            authorising.submitCode(citizen.nextCode(), authorising.ticket(), program(authorising)))
        .isOne();
  }

  private Program program(Authorising authorising) {
    return authorising.program().ahead(jumping.passed());
  }

  private List<ServingStatus> health() {
    return List.of(
        jumping.health(Audience.RELYING_PARTY),
        jumping.health(Audience.REGISTRATION),
        jumping.health(Audience.SIGNER));
  }

  private List<String> clockLines() {
    return world.audit().lines("clock");
  }

  private String lastOfClock() {
    return clockLines().getLast();
  }

  private void awaitRecord(String line) throws Exception {
    assertThat(Eventually.is(() -> !clockLines().isEmpty() && lastOfClock().equals(line)))
        .as("%s after %s", line, clockLines())
        .isTrue();
  }

  private Instant latestRecord() {
    AuditRecord last = world.audit().of("").getLast();
    return Instant.ofEpochSecond(last.getRecordedAt().getSeconds());
  }
}
