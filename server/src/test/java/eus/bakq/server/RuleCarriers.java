package eus.bakq.server;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Which tests of the repository say of themselves that they prove which rule: by its id in the
 * display name or in the comment of a test, or in the comment of a class that has tests.
 */
final class RuleCarriers {
  private static final Pattern RULE = Pattern.compile("\\b(?:AUT|OTP|SAD|KEY|TIM)-[0-9]{2}\\b");
  private static final Pattern IDS_AHEAD =
      Pattern.compile("^[A-Z][A-Z0-9]{1,3}-?[0-9.]*(?:, [A-Z]{2,3}-[0-9]{2})*: ");
  private static final Set<String> TESTS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "Property");

  private final Map<String, SortedSet<String>> carriers = new TreeMap<>();

  private RuleCarriers() {}

  /**
   * By rule, the tests that carry it: {@code `Class`} for all of a class, else {@code `Class`:
   * sentence}.
   *
   * @param repository whose modules' test sources are read
   */
  static Map<String, SortedSet<String>> in(Path repository) throws IOException {
    RuleCarriers carriers = new RuleCarriers();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  problem -> {}, // the build compiles them; here they are only read
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources(repository)));
      Trees trees = Trees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        carriers.new Reader(trees).scan(new TreePath(unit), "");
      }
    }
    return carriers.carriers;
  }

  private static List<Path> sources(Path repository) throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(repository)) {
      for (Path module : modules.sorted().toList()) {
        Path tests = module.resolve("src/test/java");
        if (Files.isDirectory(tests)) {
          try (Stream<Path> files = Files.walk(tests)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  private void carried(String text, String carrier) {
    RULE.matcher(text)
        .results()
        .forEach(id -> carriers.computeIfAbsent(id.group(), key -> new TreeSet<>()).add(carrier));
  }

  /** Walks one file. What is passed down is the name of the class around. */
  private final class Reader extends TreePathScanner<Void, String> {
    private final Trees trees;

    Reader(Trees trees) {
      this.trees = trees;
    }

    @Override
    public Void visitClass(ClassTree type, String outer) {
      String name = outer.isEmpty() ? type.getSimpleName().toString() : outer;
      if (type.getMembers().stream().anyMatch(Reader::isTest)) {
        comment().ifPresent(comment -> carried(comment, "`" + name + "`"));
      }
      return super.visitClass(type, name);
    }

    @Override
    public Void visitMethod(MethodTree method, String name) {
      if (isTest(method)) {
        String sentence = displayName(method).orElseGet(() -> words(method.getName().toString()));
        String carrier = "`" + name + "`: " + IDS_AHEAD.matcher(sentence).replaceFirst("");
        carried(sentence, carrier);
        comment().ifPresent(comment -> carried(comment, carrier));
      }
      return null;
    }

    private Optional<String> comment() {
      return Optional.ofNullable(trees.getDocComment(getCurrentPath()));
    }

    private static boolean isTest(Tree member) {
      return member instanceof MethodTree method
          && method.getModifiers().getAnnotations().stream()
              .anyMatch(annotation -> TESTS.contains(annotation.getAnnotationType().toString()));
    }

    private static Optional<String> displayName(MethodTree method) {
      return method.getModifiers().getAnnotations().stream()
          .filter(annotation -> annotation.getAnnotationType().toString().equals("DisplayName"))
          .map(Reader::value)
          .findFirst();
    }

    private static String value(AnnotationTree annotation) {
      ExpressionTree argument = annotation.getArguments().getFirst();
      return text(argument instanceof AssignmentTree named ? named.getExpression() : argument);
    }

    private static String text(ExpressionTree expression) {
      return switch (expression) {
        case LiteralTree literal -> literal.getValue().toString();
        case BinaryTree sum -> text(sum.getLeftOperand()) + text(sum.getRightOperand());
        default -> throw new IllegalStateException("a display name is written out: " + expression);
      };
    }

    private static String words(String methodName) {
      return methodName.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT).strip();
    }
  }
}
