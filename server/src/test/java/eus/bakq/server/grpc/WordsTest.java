package eus.bakq.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The words of the contract and ours. */
class WordsTest {
  private enum Theirs {
    COLOUR_UNSPECIFIED,
    COLOUR_RED,
    COLOUR_BLUE,
    UNRECOGNIZED
  }

  private enum Ours {
    RED,
    BLUE
  }

  private enum Fewer {
    RED
  }

  private enum More {
    RED,
    BLUE,
    GREEN
  }

  private enum WithNone {
    PLAIN,
    RED,
    BLUE
  }

  @Test
  void pairsEveryWord() {
    Words<Theirs, Ours> words = Words.of(Theirs.class, "COLOUR_", Ours.class);

    assertThat(words.ours()).containsOnlyKeys(Theirs.COLOUR_RED, Theirs.COLOUR_BLUE);
    assertThat(words.ours()).containsEntry(Theirs.COLOUR_BLUE, Ours.BLUE);
    assertThat(words.theirs(Ours.RED)).isEqualTo(Theirs.COLOUR_RED);
  }

  @Test
  void takesTheUnspecifiedForADefaultOnlyWhereItSaysSo() {
    Words<Theirs, Ours> words =
        Words.of(Theirs.class, "COLOUR_", Ours.class)
            .withDefault(Theirs.COLOUR_UNSPECIFIED, Ours.BLUE);

    assertThat(words.ours()).containsEntry(Theirs.COLOUR_UNSPECIFIED, Ours.BLUE);
    assertThat(words.theirs(Ours.BLUE)).isEqualTo(Theirs.COLOUR_BLUE);
  }

  @Test
  void hasAWordForNone() {
    Words<Theirs, WithNone> words =
        Words.of(Theirs.class, "COLOUR_", WithNone.class, WithNone.PLAIN);

    assertThat(words.theirs(WithNone.PLAIN)).isEqualTo(Theirs.COLOUR_UNSPECIFIED);
    assertThat(words.theirs(WithNone.RED)).isEqualTo(Theirs.COLOUR_RED);
  }

  @Test
  void refusesAWordThatOneSideLacks() {
    assertThatThrownBy(() -> Words.of(Theirs.class, "COLOUR_", Fewer.class))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Words.of(Theirs.class, "COLOUR_", More.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("COLOUR_GREEN");
  }
}
