package eus.bakq.demo;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.registration.v1.RevocationReason;
import eus.bakq.relyingparty.v1.SignatureRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Every act of an officer on a person in each state: one line a state, one word an act. */
final class SignerStates {
  static final String GROUP = "States of a person";

  private static final List<String> ACTS =
      List.of(
          "RegisterSigner",
          "RenewActivation",
          "UnlockSigner",
          "SuspendCredentials",
          "LiftSuspension",
          "RevokeCredentials");

  /** The columns are those of {@link #ACTS}. */
  private static final String TABLE =
      """
      unknown             ok NF NF NF NF NF
      registered          AR ok ST NC NC NC
      active              AR ST ST ok CS ok
      suspended           AR ST ST CS ok ok
      locked              AR ST ok ok CS ok
      revoked             AR ok ST NC NC NC
      dead                AR ST ST NC NC NC
      the_officer_himself OA OA OA OA OA OA
      """;

  private SignerStates() {}

  static List<RefusedInput> cases() {
    List<RefusedInput> cases = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      String[] words = line.split(" +", -1);
      for (int i = 0; i < ACTS.size(); i++) {
        String act = ACTS.get(i);
        cases.add(
            new RefusedInput(
                GROUP,
                "RegistrationService/" + act,
                "a person who is " + words[0].replace('_', ' '),
                answer(words[i + 1]),
                situations -> act(situations, words[0], act)));
      }
    }
    return cases;
  }

  private static String answer(String word) {
    return switch (word) {
      case "ok" -> "accepted";
      case "NF" -> "SIGNER_NOT_FOUND";
      case "AR" -> "SIGNER_ALREADY_REGISTERED";
      case "ST" -> "SIGNER_STATE";
      case "NC" -> "NO_CREDENTIAL";
      case "CS" -> "CREDENTIAL_STATE";
      case "OA" -> "OFFICER_IS_APPLICANT";
      default -> throw new IllegalArgumentException(word);
    };
  }

  /** The person serves for act after act, until one has changed the state. */
  private static Answer act(Situations situations, String state, String act) throws Exception {
    String name = GROUP + state;
    Citizen citizen = situations.kept(name, Citizen.class, () -> in(situations.world(), state));
    Answer answer = act(situations.world(), act, citizen);
    if (answer.equals(Answer.ACCEPTED)) {
      situations.forget(name);
    }
    return answer;
  }

  private static Answer act(DemoWorld world, String act, Citizen citizen) {
    Officer officer = world.officer();
    return Answer.to(
        () ->
            switch (act) {
              case "RegisterSigner" -> officer.register(citizen);
              case "RenewActivation" -> officer.renew(citizen);
              case "UnlockSigner" -> officer.unlock(citizen);
              case "SuspendCredentials" -> officer.suspend(citizen, Duration.ofDays(1));
              case "LiftSuspension" -> officer.lift(citizen);
              case "RevokeCredentials" ->
                  officer.revoke(citizen, RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
              default -> throw new IllegalArgumentException(act);
            });
  }

  private static Citizen in(DemoWorld world, String state) {
    return switch (state) {
      case "unknown" -> world.newCitizen();
      case "registered" -> world.registeredCitizen();
      case "active" -> world.activeCitizen();
      case "suspended" -> {
        Citizen citizen = world.activeCitizen();
        world.officer().suspend(citizen, Duration.ofDays(1));
        yield citizen;
      }
      case "locked" -> locked(world);
      case "revoked" -> revoked(world, RevocationReason.REVOCATION_REASON_SIGNER_ASKED);
      case "dead" -> revoked(world, RevocationReason.REVOCATION_REASON_SIGNER_DIED);
      case "the_officer_himself" -> new Citizen(world, DemoWorld.OFFICERS_DNI);
      default -> throw new IllegalArgumentException(state);
    };
  }

  private static Citizen revoked(DemoWorld world, RevocationReason reason) {
    Citizen citizen = world.activeCitizen();
    world.officer().revoke(citizen, reason);
    return citizen;
  }

  static Citizen locked(DemoWorld world) {
    Citizen citizen = world.activeCitizen();
    SignatureRequest request = world.sede(DemoWorld.SEDE_A).ask(BadDocuments.sound());
    for (int i = 0; i < 5; i++) {
      citizen.open(request).submitPassword(citizen.dni(), Citizen.WRONG_PASSWORD);
    }
    return citizen;
  }
}
