package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.server.vocabulary.Bytes;
import org.junit.jupiter.api.Test;

/** What every {@link AnchorPlace} does: a token, a file, and the one in memory. */
public abstract class AnchorPlaceContract {
  /** The one under test, in which nothing was kept yet. */
  protected abstract AnchorPlace fresh() throws Exception;

  /** The same place, as another process finds it. */
  protected abstract AnchorPlace again(AnchorPlace place) throws Exception;

  @Test
  public void keepsTheLastAndNothingElse() throws Exception {
    AnchorPlace place = fresh();
    assertThat(place.read()).isEmpty();

    for (int value = 0; value < 5; value++) {
      place.keep(value(value));
      assertThat(place.read()).contains(value(value));
    }
    assertThat(again(place).read()).contains(value(4));
  }

  private static Bytes value(int number) {
    byte[] value = new byte[110 - number];
    value[0] = (byte) number;
    return Bytes.copyOf(value);
  }
}
