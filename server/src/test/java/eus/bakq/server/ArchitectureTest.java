package eus.bakq.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import eus.bakq.server.authentication.AuthenticatedSigner;
import eus.bakq.server.enrolment.NewCredentials;
import eus.bakq.server.hsm.CitizenKeys;
import java.nio.file.Path;
import java.security.Provider;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fences between the packages of the server (ARCHITECTURE.md), held against its byte code. */
class ArchitectureTest {
  private static final String ROOT = "eus.bakq.server";

  /** In their order. What ARCHITECTURE.md says of each is not repeated here. */
  private static final List<String> ORDER =
      List.of(
          "failure",
          "vocabulary",
          "wording",
          "database",
          "hsm",
          "audit",
          "caller",
          "document",
          "validation",
          "notification",
          "signer",
          "authentication",
          "credential",
          "sam",
          "certificate",
          "enrolment",
          "signing",
          "grpc",
          "web",
          "config");

  /** Ways in. Each converts and delegates; none goes through another. */
  private static final List<String> DOORS = List.of("grpc", "web");

  private static final JavaClasses SERVER =
      new ClassFileImporter().importPath(Path.of("target/classes"));

  static List<String> packages() {
    return ORDER;
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    Set<String> found = new TreeSet<>();
    SERVER.stream()
        .filter(type -> !type.getPackageName().equals(ROOT))
        .forEach(type -> found.add(capability(type)));

    assertThat(found).containsExactlyInAnyOrderElementsOf(ORDER);
  }

  @ParameterizedTest
  @MethodSource("packages")
  void eachPackageUsesOnlyThoseBeforeIt(String name) {
    Stream<String> after = ORDER.stream().skip(ORDER.indexOf(name) + 1L).map(later -> of(later));
    noClasses()
        .that()
        .resideInAPackage(of(name))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(Stream.concat(Stream.of(ROOT), after).toArray(String[]::new))
        .check(SERVER);
  }

  /** A door that is not built yet has no classes, and so far nothing to hold. */
  @ParameterizedTest
  @MethodSource("doors")
  void noDoorSeesAnother(String door) {
    String[] others =
        DOORS.stream().filter(other -> !other.equals(door)).map(o -> of(o)).toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(of(door))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .allowEmptyShould(true)
        .check(SERVER);
  }

  static List<String> doors() {
    return DOORS;
  }

  @Test
  void onlyHsmKnowsPkcs11() {
    onlyIn(List.of("hsm"), "eus.bakq.pkcs11..", "sun.security..");
    noClasses()
        .that()
        .resideOutsideOfPackage(of("hsm"))
        .should()
        .accessTargetWhere(calls(Provider.class, "configure"))
        .because("with it SunPKCS11 is given a module")
        .check(SERVER);
  }

  @Test
  void onlyDocumentAndValidationKnowDssAndOnlyDocumentOpensPdfs() {
    onlyIn(List.of("document", "validation"), "eu.europa.esig..");
    onlyIn(List.of("document"), "org.apache.pdfbox..");
  }

  @Test
  void onlyDatabaseKnowsWhichDatabaseItIs() {
    onlyIn(List.of("database"), "org.postgresql..", "org.flywaydb..", "com.zaxxer..");
  }

  @Test
  void onlyThePublicsDoorKnowsItsWebServer() {
    onlyIn(List.of("web"), "io.javalin..", "org.eclipse.jetty..");
  }

  /** The words of the wire: {@code config} has the services of a profile, the root joins them. */
  @Test
  void onlyTheDoorKnowsTheContract() {
    onlyIn(List.of("grpc"), "com.google.protobuf..", "com.google.rpc..", "eus.bakq.contract..");
    onlyIn(List.of("grpc"), "eus.bakq.*.v1..");
    noClasses()
        .that()
        .resideOutsideOfPackages(of("grpc"), of("config"), ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.grpc..")
        .check(SERVER);
  }

  /** The library of the health service has reflection and more, which is served by nobody. */
  @Test
  void ofTheServicesThatGrpcBringsOnlyHealthIsUsed() {
    assertThat(
            SERVER.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(use -> use.getTargetClass().getBaseComponentType())
                .filter(used -> used.getPackageName().startsWith("io.grpc.protobuf.services"))
                .map(JavaClass::getName)
                .distinct())
        .containsExactly("io.grpc.protobuf.services.HealthStatusManager");
  }

  @Test
  void theServerDoesWithoutTheDemoTheCeremonyAndTheWorldOfTests() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("eus.bakq.demo..", "eus.bakq.hsmconfig..", "eus.bakq.fixtures..")
        .check(SERVER);
  }

  /**
   * The signature activation module is what stands before a citizen's key. The two self-tests sign
   * with keys that they made themselves and that belong to nobody (OPS-09).
   */
  @Test
  void onlyTheSignatureActivationModuleHasCitizensKeysSign() {
    assertThat(callersOf(CitizenKeys.class, "sign"))
        .containsExactlyInAnyOrder(
            "eus.bakq.server.sam.SignHashes",
            "eus.bakq.server.hsm.HsmSelfTest",
            "eus.bakq.server.StartUpSelfTest");
  }

  @Test
  void citizensKeysAreMadeOnlyForWhoActivatesOrChangesThePassword() {
    assertThat(callersOf(NewCredentials.class, "make"))
        .containsExactlyInAnyOrder(
            "eus.bakq.server.enrolment.CompleteActivation",
            "eus.bakq.server.enrolment.ChangePassword");
    assertThat(callersOf(CitizenKeys.class, "generate"))
        .containsExactlyInAnyOrder(
            "eus.bakq.server.enrolment.NewCredentials",
            "eus.bakq.server.hsm.HsmSelfTest",
            "eus.bakq.server.StartUpSelfTest");
  }

  /**
   * SAD-03, SAD-11. Holding one is the proof that its verifier was content; so nobody else makes
   * one.
   */
  @Test
  void whatIsProvenIsMadeByItsVerifierOnly() {
    assertThat(makersOf(AuthenticatedSigner.class.getName()))
        .containsExactly("eus.bakq.server.authentication.CodeStep");
    assertThat(makersOf("eus.bakq.server.sam.SignatureActivationData"))
        .containsExactly("eus.bakq.server.sam.ActivationVerifier");
    assertThat(makersOf("eus.bakq.server.hsm.TokenKeys"))
        .containsExactly("eus.bakq.server.hsm.KeyVerifier");
  }

  /** KEY-18: a text cannot be wiped, so what is secret is none. */
  @Test
  void noFieldHoldsASecretAsText() {
    noFields()
        .that()
        .haveNameMatching("(?i)(.*(password|pin|secret|ticket|linkToken))|code|typed|presented")
        .should()
        .haveRawType(String.class)
        .orShould()
        .haveRawType(CharSequence.class)
        .check(SERVER);
  }

  @Test
  void nothingStaticChanges() {
    fields().that().areStatic().should().beFinal().check(SERVER);
    noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class).check(SERVER);
  }

  /**
   * Time is {@code java.time}. Beside the packages of certificates and documents, the JDK asks for
   * a Date when it judges a certificate and answers with one.
   */
  @Test
  void onlyCertificatesAndDocumentsHaveTheDatesOfTheirLibraries() {
    assertThat(
            SERVER.stream()
                .filter(
                    type ->
                        type.getDirectDependenciesFromSelf().stream()
                            .anyMatch(use -> use.getTargetClass().isAssignableTo(Date.class)))
                .map(type -> outermost(type))
                .filter(
                    type ->
                        !List.of("document", "validation", "certificate")
                            .contains(capability(type)))
                .map(JavaClass::getName)
                .distinct())
        .containsExactlyInAnyOrder(
            "eus.bakq.server.grpc.CallerInterceptor", "eus.bakq.server.credential.Certificates");
  }

  @Test
  void nothingIsPrintedButWhatTheProgramSaysAtItsStart() {
    noClasses().should().accessField(System.class, "out").check(SERVER);
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(Main.class.getName())
        .should()
        .accessField(System.class, "err")
        .check(SERVER);
    noClasses().should().accessTargetWhere(calls(Throwable.class, "printStackTrace")).check(SERVER);
  }

  /** OTP-01, KEY-16. A test gives its own; a second source would be one that nobody looked at. */
  @Test
  void chanceAndTimeAreMadeInTheRootOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT)
        .should()
        .accessTargetWhere(
            makes(SecureRandom.class)
                .or(calls(SecureRandom.class, "getInstance"))
                .or(calls(SecureRandom.class, "getInstanceStrong"))
                .or(calls(Clock.class, "system"))
                .or(calls(Clock.class, "systemUTC"))
                .or(calls(Clock.class, "systemDefaultZone"))
                .or(calls(Clock.class, "tickMillis"))
                .or(calls(Clock.class, "tickSeconds"))
                .or(calls(Clock.class, "tickMinutes")))
        .check(SERVER);
  }

  @Test
  void nobodyAsksForChanceOrTimePastThem() {
    noClasses()
        .should()
        .accessTargetWhere(
            NOW_WITHOUT_CLOCK
                .or(makes(Random.class).and(DescribedPredicate.not(makes(SecureRandom.class))))
                .or(calls(ThreadLocalRandom.class, "current"))
                .or(calls(UUID.class, "randomUUID"))
                .or(calls(Math.class, "random"))
                .or(calls(System.class, "currentTimeMillis")))
        .check(SERVER);
    // Nothing is decided by these: how long a token that failed rests, where a test gives its own;
    // and how long the dispatcher's stop may take.
    assertThat(users(calls(System.class, "nanoTime")))
        .containsExactlyInAnyOrder(
            SigningServer.class.getName(),
            "eus.bakq.server.hsm.Hsm",
            "eus.bakq.server.notification.MessageDispatcher");
  }

  private static final DescribedPredicate<JavaAccess<?>> NOW_WITHOUT_CLOCK =
      describe(
          "ask the machine for the time",
          access ->
              access.getTargetOwner().getPackageName().equals("java.time")
                  && access.getTarget().getName().equals("now")
                  && access.getTarget() instanceof CodeUnitAccessTarget target
                  && target.getRawParameterTypes().stream()
                      .noneMatch(type -> type.isEquivalentTo(Clock.class)));

  private static void onlyIn(List<String> names, String... libraries) {
    noClasses()
        .that()
        .resideOutsideOfPackages(names.stream().map(name -> of(name)).toArray(String[]::new))
        .should()
        .dependOnClassesThat(resideInAnyPackage(libraries))
        .check(SERVER);
    assertThat(
            SERVER.stream()
                .filter(type -> names.contains(capability(type)))
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .anyMatch(use -> resideInAnyPackage(libraries).test(use.getTargetClass())))
        .as("%s uses %s: else this rule holds nothing", names, List.of(libraries))
        .isTrue();
  }

  /** Calls and method references alike, by way of a subtype too. */
  private static DescribedPredicate<JavaAccess<?>> calls(Class<?> owner, String method) {
    return describe(
        "use " + owner.getSimpleName() + "." + method,
        access ->
            access.getTarget().getName().equals(method)
                && access.getTargetOwner().isAssignableTo(owner));
  }

  private static DescribedPredicate<JavaAccess<?>> makes(Class<?> type) {
    return describe(
        "make a " + type.getSimpleName(),
        access ->
            access.getTarget().getName().equals("<init>")
                && access.getTargetOwner().isAssignableTo(type));
  }

  private static List<String> callersOf(Class<?> owner, String method) {
    return users(calls(owner, method));
  }

  private static List<String> makersOf(String type) {
    assertThat(SERVER.contain(type)).as(type).isTrue();
    return users(
        describe(
            "make one",
            access ->
                access.getTarget().getName().equals("<init>")
                    && access.getTargetOwner().getName().equals(type)));
  }

  /** The outermost classes that do it with another class than themselves, each once. */
  private static List<String> users(DescribedPredicate<JavaAccess<?>> use) {
    return SERVER.stream()
        .flatMap(type -> type.getAccessesFromSelf().stream())
        .filter(use)
        .filter(access -> !access.getOriginOwner().equals(access.getTargetOwner()))
        .map(access -> outermost(access.getOriginOwner()).getName())
        .distinct()
        .toList();
  }

  private static JavaClass outermost(JavaClass type) {
    Optional<JavaClass> enclosing = type.getEnclosingClass();
    return enclosing.isEmpty() ? type : outermost(enclosing.get());
  }

  private static String of(String name) {
    return ROOT + "." + name + "..";
  }

  private static String capability(JavaClass type) {
    String below = type.getPackageName().substring(ROOT.length());
    return below.isEmpty() ? "" : below.substring(1).split("\\.", 2)[0];
  }
}
