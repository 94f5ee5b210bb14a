package eus.bakq.server.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XadesNamesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "contract.pdf|contract.pdf",
        "Año 2026, nº 1.pdf|Ano_2026__no_1.pdf",
        "Zenbakia: ñ|Zenbakia__n",
        "../../etc/passwd|_._.._etc_passwd",
        "..|_.",
        "C:\\file|C__file",
        "http://127.0.0.1/x|http___127.0.0.1_x",
        "#id|_id",
        "a%2e%2e%2fb|a_2e_2e_2fb",
        "\ud83d\ude00|_",
        "\u0301|_"
      })
  void callsADetachedDocumentByAPlainName(String name, String reference) {
    assertThat(XadesNames.reference(name)).isEqualTo(reference);
  }

  @Property
  void aReferenceStaysBesideTheSignature(@ForAll @StringLength(min = 1, max = 255) String name) {
    String reference = XadesNames.reference(name);

    assertThat(reference).matches("[A-Za-z0-9_-][A-Za-z0-9._-]*").doesNotStartWith(".");
    assertThat(URI.create("file:///beside/signature.xml").resolve(reference).getPath())
        .startsWith("/beside/");
  }
}
