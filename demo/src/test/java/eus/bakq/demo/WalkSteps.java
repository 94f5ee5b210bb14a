package eus.bakq.demo;

/**
 * Is told which call of a {@link PatientWalk} begins, each time that it is made. What the call sets
 * going, such as the sending of a message, belongs to it until the next one begins.
 */
@FunctionalInterface
interface WalkSteps {
  void begins(String call);
}
