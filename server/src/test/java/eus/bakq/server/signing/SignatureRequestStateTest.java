package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of steps, as docs/signing-cycle.md draws it. */
class SignatureRequestStateTest {
  @Test
  void leadsFromFrozenToCompletedOnOneWayOnly() {
    assertThat(SignatureRequestState.FROZEN.next())
        .doesNotContain(SignatureRequestState.AUTHORISED);
    assertThat(SignatureRequestState.CHALLENGED.next())
        .contains(SignatureRequestState.AUTHORISED)
        .doesNotContain(SignatureRequestState.COMPLETING, SignatureRequestState.COMPLETED);
    assertThat(SignatureRequestState.AUTHORISED.next())
        .containsExactlyInAnyOrder(SignatureRequestState.COMPLETING, SignatureRequestState.FROZEN);
    assertThat(SignatureRequestState.COMPLETING.next())
        .isEqualTo(Set.of(SignatureRequestState.COMPLETED, SignatureRequestState.FAILED));
    for (SignatureRequestState state : SignatureRequestState.values()) {
      assertThat(state.next().contains(SignatureRequestState.FAILED))
          .as("only what was signed can fail: %s", state)
          .isEqualTo(state == SignatureRequestState.COMPLETING);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SignatureRequestState.class,
      names = {"COMPLETED", "REJECTED", "EXPIRED", "CANCELLED", "FAILED"})
  void endsForGood(SignatureRequestState end) {
    assertThat(end.next()).isEmpty();
    assertThat(end.isOpen()).isFalse();
  }

  @Test
  void isOpenToCitizensOnlyBeforeItIsAuthorised() {
    assertThat(EnumSet.allOf(SignatureRequestState.class))
        .filteredOn(SignatureRequestState::isOpen)
        .containsExactly(SignatureRequestState.FROZEN, SignatureRequestState.CHALLENGED);
  }

  /** Once authorised, it cannot be cancelled, rejected or left to expire while the key is used. */
  @Test
  void cannotBeWithdrawnWhileItIsSigned() {
    assertThat(SignatureRequestState.AUTHORISED.next())
        .doesNotContain(
            SignatureRequestState.CANCELLED,
            SignatureRequestState.REJECTED,
            SignatureRequestState.EXPIRED);
  }
}
