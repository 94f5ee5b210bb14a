package eus.bakq.server.hsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.FakeAnchorPlace.Failing;
import eus.bakq.server.vocabulary.Bytes;
import org.junit.jupiter.api.Test;

class FakeAnchorPlaceTest extends AnchorPlaceContract {
  @Override
  protected AnchorPlace fresh() {
    return new FakeAnchorPlace();
  }

  @Override
  protected AnchorPlace again(AnchorPlace place) {
    return place;
  }

  @Test
  void failsBeforeAndAfterItTookEffect() {
    FakeAnchorPlace place = new FakeAnchorPlace();
    Bytes value = Bytes.copyOf(new byte[] {1});

    place.fail(Failing.BEFORE);
    assertThatThrownBy(() -> place.keep(value)).isInstanceOf(UnavailableException.class);
    assertThat(place.kept()).isEmpty();
    place.fail(Failing.AFTER);
    assertThatThrownBy(() -> place.keep(value)).isInstanceOf(UnavailableException.class);
    assertThat(place.kept()).containsExactly(value);
  }
}
