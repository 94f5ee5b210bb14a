package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThatCode;

import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.hsm.SoftwareInfrastructureKeys;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.CallerName;
import org.junit.jupiter.api.Test;

class SignatureRequestsTest {
  @Test
  void givesItsTurnToACallerWithTheLongestName() {
    try (TestDatabase test = TestDatabase.open()) {
      SignatureRequests requests =
          new SignatureRequests(new RowMacs(new SoftwareInfrastructureKeys()));
      CallerName caller = new CallerName("s".repeat(64));

      assertThatCode(
              () ->
                  test.database()
                      .transact(
                          handle -> {
                            requests.holdTurn(handle, caller);
                            requests.holdTurn(handle, caller);
                          }))
          .doesNotThrowAnyException();
    }
  }
}
