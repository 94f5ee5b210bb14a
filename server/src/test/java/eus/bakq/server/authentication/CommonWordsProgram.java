package eus.bakq.server.authentication;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DateFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/**
 * Makes {@code common-words.txt.gz}, the words of the block list, from word lists that others
 * publish. Run by hand when the lists are renewed:
 *
 * <pre>
 * npm pack @zxcvbn-ts/language-common@4.1.3 @zxcvbn-ts/language-en@4.1.1 @zxcvbn-ts/language-es-es@4.1.2
 * (unpack each into LISTS/common, LISTS/en, LISTS/es-es)
 * CommonWordsProgram LISTS common-words.txt.gz [TEXT…]
 * </pre>
 *
 * <p>TEXT are files whose words are added (the Basque ones of {@code wording}: no free Basque list
 * was found). The JDK's own names of countries, languages, months and days in Basque and Spanish
 * are added too. The lists are taken in turns, most frequent words first, so that the beginning of
 * the result is the commonest of all. The same input gives the same bytes.
 */
final class CommonWordsProgram {
  private static final List<String> LISTS =
      List.of(
          "common/package/src/passwords.json",
          "es-es/package/src/commonWords.json",
          "en/package/src/commonWords.json",
          "es-es/package/src/firstnames.json",
          "es-es/package/src/lastnames.json",
          "en/package/src/firstnames.json",
          "es-es/package/src/wikipedia.json",
          "en/package/src/wikipedia.json",
          "en/package/src/lastnames.json",
          "common/package/src/diceware.json");

  private CommonWordsProgram() {}

  /** Arguments: the folder of the lists, the file to write, and texts in UTF-8. */
  public static void main(String[] arguments) throws IOException {
    List<List<String>> lists = new ArrayList<>();
    for (String list : LISTS) {
      lists.add(
          new ObjectMapper()
              .readValue(
                  Path.of(arguments[0], list).toFile(), new TypeReference<List<String>>() {}));
    }
    lists.add(namesOfThePlatform());
    for (int i = 2; i < arguments.length; i++) {
      lists.add(wordsOf(Files.readString(Path.of(arguments[i]))));
    }
    Set<String> words = inTurns(lists);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(Path.of(arguments[1])), 1 << 16)) {
      out.write((String.join("\n", words) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    System.out.println(words.size() + " words");
  }

  private static Set<String> inTurns(List<List<String>> lists) {
    Set<String> words = new LinkedHashSet<>();
    int longest = lists.stream().mapToInt(List::size).max().orElse(0);
    for (int rank = 0; rank < longest; rank++) {
      for (List<String> list : lists) {
        if (rank < list.size()) {
          String word = new String(FoldedText.of(list.get(rank)).characters());
          if (word.length() >= 3 && word.length() <= 40 && word.indexOf('\n') < 0) {
            words.add(word);
          }
        }
      }
    }
    return words;
  }

  private static List<String> namesOfThePlatform() {
    StringBuilder names = new StringBuilder();
    for (Locale locale : List.of(Locale.of("eu", "ES"), Locale.of("es", "ES"))) {
      DateFormatSymbols symbols = DateFormatSymbols.getInstance(locale);
      names.append(String.join(" ", symbols.getMonths())).append(' ');
      names.append(String.join(" ", symbols.getWeekdays())).append(' ');
      for (String country : Locale.getISOCountries()) {
        names.append(Locale.of("", country).getDisplayCountry(locale)).append(' ');
      }
      for (String language : Locale.getISOLanguages()) {
        names.append(Locale.of(language).getDisplayLanguage(locale)).append(' ');
      }
    }
    return wordsOf(names.toString());
  }

  private static List<String> wordsOf(String text) {
    return List.of(text.split("[^\\p{L}\\p{M}]+", -1));
  }
}
