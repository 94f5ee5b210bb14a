package eus.bakq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whoever follows a link of a document, or a comment that cites one, comes to something. */
class DocumentLinksTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
  private static final Set<String> NOT_OURS = Set.of(".git", "target", "var", "node_modules");
  private static final Set<String> CITING = Set.of("java", "proto", "sql", "xml", "yaml", "md");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern CITED =
      Pattern.compile(
          "(docs/[A-Za-z0-9/_-]+\\.md)(?:[\\s*/-]{1,12}sections? ([0-9]+)(?: and ([0-9]+))?)?");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  @Test
  void everyRelativeLinkOfADocumentLeadsToAFileAndItsHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    int followed = 0;
    for (Path document : files(Set.of("md"))) {
      for (MatchResult link : matches(LINK, document)) {
        String address = link.group(1);
        if (!address.contains(":")) {
          followed++;
          if (!leadsSomewhere(document, address)) {
            broken.add(REPOSITORY.relativize(document) + " -> " + address);
          }
        }
      }
    }

    assertThat(broken).isEmpty();
    assertThat(followed).isPositive();
  }

  @Test
  void everyDocumentThatACommentCitesIsThereWithItsSection() throws IOException {
    List<String> missing = new ArrayList<>();
    int found = 0;
    for (Path file : files(CITING)) {
      for (MatchResult cited : matches(CITED, file)) {
        found++;
        Path document = REPOSITORY.resolve(cited.group(1));
        boolean there =
            Files.exists(document)
                && hasSection(document, cited.group(2))
                && hasSection(document, cited.group(3));
        if (!there) {
          missing.add(REPOSITORY.relativize(file) + ": " + cited.group());
        }
      }
    }

    assertThat(missing).isEmpty();
    assertThat(found).isPositive();
  }

  private static boolean leadsSomewhere(Path from, String address) throws IOException {
    int hash = address.indexOf('#');
    String path = hash < 0 ? address : address.substring(0, hash);
    Path to = path.isEmpty() ? from : from.resolveSibling(path);
    if (!Files.exists(to) || hash < 0) {
      return Files.exists(to);
    }
    String wanted = address.substring(hash + 1);
    return matches(HEADING, to).stream().anyMatch(head -> anchor(head.group(1)).equals(wanted));
  }

  private static boolean hasSection(Path document, String number) throws IOException {
    return number == null
        || matches(HEADING, document).stream()
            .anyMatch(head -> head.group(1).startsWith(number + ". "));
  }

  /** As the sites that show our documents make it of a heading. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  private static List<MatchResult> matches(Pattern pattern, Path file) throws IOException {
    return pattern.matcher(Files.readString(file, StandardCharsets.UTF_8)).results().toList();
  }

  private static List<Path> files(Set<String> endings) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        REPOSITORY,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_OURS.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            if (endings.contains(name.substring(name.lastIndexOf('.') + 1))) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }
}
