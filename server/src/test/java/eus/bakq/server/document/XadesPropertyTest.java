package eus.bakq.server.document;

import static eus.bakq.server.document.XadesSigning.ECDSA;
import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.Documents;
import eus.bakq.fixtures.OddXml;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.SignatureFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/**
 * Whatever is sent is refused or signed, and what is signed was read back and verified before it
 * came out; nothing else happens.
 */
class XadesPropertyTest {
  private static final List<String> PIECES =
      List.of(
          "<root>",
          "</root>",
          "<a>",
          "</a>",
          "<a/>",
          "<b c='1'>",
          "</b>",
          "<!--",
          "-->",
          "<?p ",
          "?>",
          "<![CDATA[",
          "]]>",
          "'",
          "\"",
          ">",
          "/>",
          "&lt;",
          "&#65;",
          "&x;",
          "text",
          "\r\n",
          "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>",
          "</ds:Signature>",
          "<root Id='x' xmlns='urn:x'>",
          "<?xml version='1.0'?>",
          "<!DOCTYPE root>",
          "\ufeff",
          "<ds:SignedInfo/>",
          "\u00f1");

  private final SignatureDocuments documents = new SignatureDocuments(DocumentSettings.defaults());
  private final XadesSigning signing = new XadesSigning(documents, Instant.now());

  @Property(tries = 200)
  void anyBytes(@ForAll @Size(max = 100) List<Byte> bytes) {
    byte[] content = new byte[bytes.size()];
    for (int i = 0; i < content.length; i++) {
      content[i] = bytes.get(i);
    }
    boolean empty = content.length == 0;
    assertThat(signs(content, SignatureFormat.XADES_DETACHED)).isNotEqualTo(empty);
    assertThat(signs(content, SignatureFormat.XADES_ENVELOPING)).isNotEqualTo(empty);
    signs(content, SignatureFormat.XADES_ENVELOPED);
  }

  @Test
  void piecesOfXmlInAnyOrder() {
    Random random = new Random(20261122);
    int signed = 0;
    for (int round = 0; round < 1_500; round++) {
      StringBuilder text = new StringBuilder(round % 2 == 0 ? "<root>" : "");
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      text.append(round % 2 == 0 ? "</root>" : "");
      if (signs(
          text.toString().getBytes(StandardCharsets.UTF_8), SignatureFormat.XADES_ENVELOPED)) {
        signed++;
      }
    }
    assertThat(signed).isBetween(1, 1_499);
  }

  @Test
  void documentsThatWereDamaged() {
    Random random = new Random(20261122);
    List<byte[]> sound = new ArrayList<>(OddXml.all().values());
    sound.add(Documents.invoice());
    int signed = 0;
    for (int round = 0; round < 300; round++) {
      byte[] damaged = sound.get(round % sound.size()).clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] =
            (byte) (random.nextBoolean() ? random.nextInt() : " <>/&'\"".charAt(random.nextInt(7)));
      }
      if (random.nextInt(10) == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      signed += signs(damaged, SignatureFormat.XADES_ENVELOPED) ? 1 : 0;
    }
    assertThat(signed).isBetween(1, 299);
  }

  /** True if it is signed, false if it is refused; what passes the check passes both phases. */
  private boolean signs(byte[] content, SignatureFormat format) {
    Bytes original = Bytes.copyOf(content);
    try {
      documents.check(original, format);
    } catch (RefusedException e) {
      return false;
    }
    try {
      assertThat(signing.sign(original, format, ECDSA).size()).isPositive();
    } catch (RefusedException e) {
      throw new AssertionError("what passed the check was refused", e);
    }
    return true;
  }
}
