package eus.bakq.server.caller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.CallerName;
import org.junit.jupiter.api.Test;

class CallerPlacesTest {
  private static final CallerName ONE = new CallerName("one");
  private static final CallerName OTHER = new CallerName("other");

  private final CallerPlaces places = new CallerPlaces(3, 2);

  @Test
  void keepsOneCallerFromTakingAll() throws Exception {
    var first = places.take(ONE);
    places.take(ONE);
    assertThatThrownBy(() -> places.take(ONE))
        .isInstanceOfSatisfying(
            RefusedException.class,
            refused -> {
              assertThat(refused.refusal()).isEqualTo(Refusal.QUOTA_EXCEEDED);
              assertThat(refused.retryAfter()).isPresent();
            });
    places.take(OTHER);
    first.close();
    places.take(ONE);
  }

  @Test
  void saysThatItIsFullToWhoHasPlacesLeft() throws Exception {
    places.take(ONE);
    places.take(ONE);
    places.take(OTHER);
    assertThatThrownBy(() -> places.take(OTHER))
        .isInstanceOfSatisfying(
            UnavailableException.class,
            full -> assertThat(full.kind()).isEqualTo(UnavailableException.Kind.OVERLOADED));
  }

  @Test
  void givesAPlaceBackOnce() throws Exception {
    var place = places.take(ONE);
    places.take(ONE);
    place.close();
    place.close();
    places.take(ONE);
    assertThatThrownBy(() -> places.take(ONE)).isInstanceOf(RefusedException.class);
  }

  @Test
  void hasNoCallerWithMoreThanAllPlaces() {
    assertThatThrownBy(() -> new CallerPlaces(1, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CallerPlaces(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
