package eus.bakq.server.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.vocabulary.Bytes;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DocumentToSignTest {
  @Test
  @DisplayName("API-14: a label has a hundred characters, whatever they take in memory")
  void countsCharactersAsTheContractDoes() {
    String label = "\ud83d\ude00".repeat(100);

    assertThat(new DocumentToSign(label, Bytes.empty()).label()).isEqualTo(label);
    assertThatThrownBy(() -> new DocumentToSign(label + "a", Bytes.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
