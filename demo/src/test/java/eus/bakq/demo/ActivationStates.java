package eus.bakq.demo;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/**
 * Every step of an activation in each of its states: one line a state, one word a step (ENR-12).
 */
final class ActivationStates {
  static final String GROUP = "States of an activation";

  private static final List<String> STEPS =
      List.of("SetPassword", "ConfirmPersonalData", "AcceptTerms", "SubmitPassword", "SubmitCode");

  /** The columns are those of {@link #STEPS}. */
  private static final String TABLE =
      """
      opened                      ok ST ST ST IN
      password_set                ST ok ST ST IN
      data_confirmed              ST ST ok ST IN
      terms_accepted              ST ST ST ok IN
      waiting_for_the_code        ST ST ST IN ok
      completed                   IN IN IN IN IN
      opened_anew_by_its_link     IN IN IN IN IN
      replaced_by_another_link    ST ST ST ST IN
      ended_by_three_wrong_dates  IN IN IN IN IN
      of_another_program          IN IN IN IN IN
      """;

  private ActivationStates() {}

  static List<RefusedInput> cases() {
    List<RefusedInput> cases = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      String[] words = line.split(" +", -1);
      for (int i = 0; i < STEPS.size(); i++) {
        String step = STEPS.get(i);
        cases.add(
            new RefusedInput(
                GROUP,
                "ActivationService/" + step,
                "an activation that is " + words[0].replace('_', ' '),
                answer(words[i + 1]),
                situations -> take(situations, words[0], step)));
      }
    }
    return cases;
  }

  private static String answer(String word) {
    return switch (word) {
      case "ok" -> "accepted";
      case "ST" -> "ACTIVATION_STEP";
      case "IN" -> "INTERACTION_NOT_FOUND";
      default -> throw new IllegalArgumentException(word);
    };
  }

  /**
   * An activation.
   *
   * @param shown whether the terms were
   */
  private record Case(
      Citizen citizen, Activating activating, String temporary, String code, boolean shown) {}

  private static Object acceptTerms(Activating activating, Case in) {
    return in.shown()
        ? activating.acceptTerms()
        : activating.acceptTerms("1", ByteString.copyFrom(new byte[32]));
  }

  /** The state serves for step after step, until one was taken. */
  private static Answer take(Situations situations, String state, String step) throws Exception {
    String name = GROUP + state;
    Case in = situations.kept(name, Case.class, () -> in(situations.world(), state));
    Answer answer = take(step, in);
    if (answer.equals(Answer.ACCEPTED)) {
      situations.forget(name);
    }
    return answer;
  }

  private static Answer take(String step, Case in) {
    Activating activating = in.activating();
    return Answer.to(
        () ->
            switch (step) {
              case "SetPassword" -> activating.setPassword(in.temporary(), Citizen.PASSWORD);
              case "ConfirmPersonalData" -> activating.confirm(Officer.DOCUMENT_EXPIRY);
              case "AcceptTerms" -> acceptTerms(activating, in);
              case "SubmitPassword" ->
                  activating.submitPassword(in.citizen().dni(), Citizen.PASSWORD);
              case "SubmitCode" -> activating.submitCode(in.code());
              default -> throw new IllegalArgumentException(step);
            });
  }

  private static Case in(DemoWorld world, String state) {
    Citizen citizen = world.registeredCitizen();
    Activating activating = citizen.openLink();
    String temporary = citizen.nextTemporaryPassword();
    String code = "12345678";
    int steps =
        switch (state) {
          case "opened",
              "opened_anew_by_its_link",
              "replaced_by_another_link",
              "of_another_program" ->
              0;
          case "password_set", "ended_by_three_wrong_dates" -> 1;
          case "data_confirmed" -> 2;
          case "terms_accepted" -> 3;
          default -> 4;
        };
    if (steps > 0) {
      activating.setPassword(temporary, Citizen.PASSWORD);
    }
    if (steps > 1) {
      activating.confirm(Officer.DOCUMENT_EXPIRY);
    }
    if (steps > 2) {
      activating.acceptTerms();
    }
    if (steps > 3) {
      activating.submitPassword(citizen.dni(), Citizen.PASSWORD);
      code = citizen.nextCode();
    }
    switch (state) {
      case "completed" -> activating.submitCode(code);
      case "opened_anew_by_its_link" -> citizen.openLink();
      case "replaced_by_another_link" -> world.officer().renew(citizen);
      case "of_another_program" -> activating = activating.by(Program.create());
      case "ended_by_three_wrong_dates" -> {
        for (int i = 0; i < 3; i++) {
          Activating once = activating;
          Answer.to(() -> once.confirm(Officer.DOCUMENT_EXPIRY.plusDays(1)));
        }
      }
      default -> {}
    }
    boolean shown = steps > 1 && !state.equals("of_another_program");
    return new Case(citizen, activating, temporary, code, shown);
  }
}
