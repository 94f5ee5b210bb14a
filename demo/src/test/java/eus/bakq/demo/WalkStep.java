package eus.bakq.demo;

/**
 * One step of a random walk. What it is done to is picked from what there is, so that every step
 * means something in every walk, and a walk from which steps are taken out is still one.
 *
 * @param pick which of the things that there are
 */
record WalkStep(Kind kind, int pick) {
  /** What is done, by whom, and how likely: the more often, the more there is to go wrong. */
  enum Kind {
    REQUEST(5),
    OPEN(8),
    RIGHT_PASSWORD(10),
    WRONG_PASSWORD(3),
    RIGHT_CODE(10),
    WRONG_CODE(4),
    CODE_OF_ANOTHER(3),
    REJECT(1),
    CANCEL(2),
    GET(2),
    WATCH(1),
    FETCH(4),
    ACKNOWLEDGE(2),
    OPEN_LINK(2),
    SET_PASSWORD(3),
    WRONG_TEMPORARY_PASSWORD(1),
    CONFIRM(3),
    WRONG_CONFIRMATION(1),
    ACCEPT_TERMS(3),
    PASSWORD_TO_ACTIVATE(3),
    CODE_TO_ACTIVATE(3),
    SUSPEND(2),
    LIFT(2),
    REVOKE(1),
    RENEW(2),
    UNLOCK(2),
    SIX_MINUTES(3),
    HALF_AN_HOUR(1),
    AN_HOUR(1),
    CLOCK_BACK(1),
    CLOCK_FORTH(1),
    RESTART(2);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    int weight() {
      return weight;
    }
  }

  @Override
  public String toString() {
    return kind + " " + pick;
  }
}
