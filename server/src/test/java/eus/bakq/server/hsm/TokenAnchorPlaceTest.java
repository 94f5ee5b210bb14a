package eus.bakq.server.hsm;

import static eus.bakq.pkcs11.AttributeType.CKA_APPLICATION;
import static eus.bakq.pkcs11.AttributeType.CKA_CLASS;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;
import static eus.bakq.pkcs11.AttributeType.CKA_PRIVATE;
import static eus.bakq.pkcs11.AttributeType.CKA_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.fixtures.SoftHsm;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.Template;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.vocabulary.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AUD-16: the anchor in tokens of the real SoftHSM2, which a ceremony without one has made. */
class TokenAnchorPlaceTest extends AnchorPlaceContract {
  private static final Template ANCHOR =
      Template.empty()
          .with(CKA_CLASS, Constant.CKO_DATA)
          .with(CKA_TOKEN, true)
          .with(CKA_PRIVATE, true)
          .with(CKA_APPLICATION, "bakq/anchor/v1");
  private static final Bytes VALUE = Bytes.copyOf(new byte[110]);

  private final List<Hsm> open = new ArrayList<>();
  private TestCeremony ceremony;

  @BeforeEach
  void hold(@TempDir Path folder) throws Exception {
    ceremony = TestCeremony.hold(folder);
  }

  @AfterEach
  void close() {
    open.forEach(Hsm::close);
  }

  @Override
  protected AnchorPlace fresh() throws Exception {
    return places().getFirst();
  }

  /** Its keys are checked anew: the anchor is the one object that no transcript explains. */
  @Override
  protected AnchorPlace again(AnchorPlace place) throws Exception {
    return places().getFirst();
  }

  private List<AnchorPlace> places() throws Exception {
    Hsm hsm = Hsm.open(ceremony.settings(), new SecureRandom());
    open.add(hsm);
    return hsm.anchorPlaces();
  }

  @Test
  @DisplayName("AUD-16: custody and record each keep their own; the authority's token has none")
  void eachTokenHasItsOwn() throws Exception {
    List<AnchorPlace> places = places();
    assertThat(places).extracting(AnchorPlace::name).containsExactly("custody", "record");

    places.getFirst().keep(VALUE);

    assertThat(places.getLast().read()).isEmpty();
    var _ = places();
    try (Pkcs11Session attacker = ceremony.attacker("authority")) {
      attacker.create(ANCHOR.with(CKA_LABEL, VALUE.toHex()));
    }
    assertThatThrownBy(this::places)
        .isInstanceOf(HsmRefusedException.class)
        .hasMessageContaining("holds no object that is not in transcript");
  }

  /** SoftHSM2 writes an object's file in place; whoever dies there leaves it empty. */
  @Test
  @DisplayName("AUD-16: a token whose anchor was lost in the middle of a write gets another")
  void goesOnAfterAHalfWrittenOne() throws Exception {
    places().getFirst().keep(VALUE);
    Files.write(newestObject(), new byte[0]);

    AnchorPlace custody = places().getFirst();
    assertThat(custody.read()).isEmpty();
    custody.keep(VALUE);
    assertThat(places().getFirst().read()).contains(VALUE);
  }

  private static Path newestObject() throws IOException {
    try (Stream<Path> files = Files.walk(SoftHsm.shared().tokenFolder())) {
      return files
          .filter(file -> file.toString().endsWith(".object"))
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .orElseThrow();
    }
  }

  @Test
  @DisplayName("AUD-16: a second anchor, and what is none, refuse the token")
  void refusesASecondOne() throws Exception {
    AnchorPlace custody = places().getFirst();
    custody.keep(VALUE);
    try (Pkcs11Session attacker = ceremony.attacker("custody")) {
      ObjectHandle second = attacker.create(ANCHOR.with(CKA_LABEL, VALUE.toHex()));
      assertThatThrownBy(custody::read).isInstanceOf(UnavailableException.class);
      assertThatThrownBy(this::places)
          .isInstanceOf(HsmRefusedException.class)
          .hasMessageContaining("anchor: is there once");
      attacker.destroy(second);

      ObjectHandle only = attacker.find(ANCHOR, 2).getFirst();
      attacker.change(only, Template.empty().with(CKA_LABEL, "no anchor"));
    }
    AnchorPlace found = places().getFirst();
    assertThatThrownBy(found::read).isInstanceOf(UnavailableException.class);
  }
}
