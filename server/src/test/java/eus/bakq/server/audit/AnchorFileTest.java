package eus.bakq.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.AnchorPlace;
import eus.bakq.server.hsm.AnchorPlaceContract;
import eus.bakq.server.vocabulary.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AUD-16: the anchor in a file. */
class AnchorFileTest extends AnchorPlaceContract {
  @TempDir private Path folder;

  @Override
  protected AnchorPlace fresh() {
    return new AnchorFile(folder.resolve("anchor"));
  }

  @Override
  protected AnchorPlace again(AnchorPlace place) {
    return fresh();
  }

  @Test
  void saysWhenItCannotBeReadOrWritten() throws Exception {
    Files.writeString(folder.resolve("anchor"), "no anchor");
    assertThatThrownBy(() -> fresh().read()).isInstanceOf(UnavailableException.class);
    Files.writeString(folder.resolve("anchor"), "a".repeat(1000));
    assertThatThrownBy(() -> fresh().read()).isInstanceOf(UnavailableException.class);

    AnchorFile away = new AnchorFile(folder.resolve("missing").resolve("anchor"));
    assertThatThrownBy(() -> away.keep(Bytes.copyOf(new byte[4])))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void leavesTheOldOneWhereTheNewOneCannotBeWritten() throws Exception {
    AnchorPlace place = fresh();
    place.keep(Bytes.copyOf(new byte[] {1}));
    Files.createDirectory(folder.resolve("anchor.new")); // in the way of every attempt

    assertThatThrownBy(() -> place.keep(Bytes.copyOf(new byte[] {2})))
        .isInstanceOf(UnavailableException.class);

    assertThat(fresh().read()).contains(Bytes.copyOf(new byte[] {1}));
  }
}
