package eus.bakq.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import eus.bakq.contract.v1.Caller;
import eus.bakq.contract.v1.Contract;
import eus.bakq.contract.v1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the linter cannot know about the contract. */
class ContractTest {
  private static final Path SOURCES = Path.of("src/main/protobuf");

  /** A field with one of these words in its name carries what nobody else may learn. */
  private static final Set<String> SECRET_WORDS =
      Set.of("password", "passwords", "code", "ticket", "token", "pin", "secret", "device");

  /** Shown to everybody on purpose: the citizen compares it. */
  private static final Set<String> NOT_SECRET =
      Set.of(
          "bakq.relyingparty.v1.SignatureRequest.reference_code",
          "bakq.demo.v1.OpenAuthorisationResponse.reference_code");

  /** Those that any call may end with: see the comment of the option {@code refusals}. */
  private static final Set<Reason> GENERAL =
      Set.of(
          Reason.REASON_UNSPECIFIED,
          Reason.REASON_CALLER_UNKNOWN,
          Reason.REASON_CALLER_NOT_ALLOWED,
          Reason.REASON_FIELD_INVALID,
          Reason.REASON_OVERLOADED,
          Reason.REASON_TEMPORARILY_UNAVAILABLE,
          Reason.REASON_INTERNAL,
          Reason.REASON_DATA_ALTERED);

  @Test
  void theseTestsSeeEveryFileOfTheContract() throws IOException {
    try (Stream<Path> paths = Files.walk(SOURCES)) {
      List<String> sources =
          paths
              .filter(Files::isRegularFile)
              .map(path -> SOURCES.relativize(path).toString())
              .toList();
      assertThat(ContractFiles.files())
          .extracting(file -> file.getName())
          .containsExactlyInAnyOrderElementsOf(sources);
    }
  }

  @Test
  void everyServiceHasOneKindOfCaller() {
    assertThat(ContractFiles.services())
        .isNotEmpty()
        .allSatisfy(
            service ->
                assertThat(service.getOptions().getExtension(Contract.caller))
                    .as(service.getFullName())
                    .isNotIn(Caller.CALLER_UNSPECIFIED, Caller.UNRECOGNIZED));
  }

  @Test
  void everyMethodNamesItsOwnRefusalsOnceAndNoneOfTheGeneralOnes() {
    assertThat(ContractFiles.methods())
        .isNotEmpty()
        .allSatisfy(
            method ->
                assertThat(method.getOptions().getExtension(Contract.refusals))
                    .as(method.getFullName())
                    .doesNotHaveDuplicates()
                    .doesNotContain(Reason.UNRECOGNIZED)
                    .doesNotContainAnyElementsOf(GENERAL));
  }

  @Test
  void everyReasonIsOneThatSomeMethodMayEndWith() {
    Set<Reason> listed =
        Set.copyOf(
            ContractFiles.methods().stream()
                .flatMap(method -> method.getOptions().getExtension(Contract.refusals).stream())
                .toList());
    assertThat(Reason.values())
        .filteredOn(reason -> reason != Reason.UNRECOGNIZED && !GENERAL.contains(reason))
        .allSatisfy(reason -> assertThat(listed).contains(reason));
  }

  /** docs/sole-control.md section 4: what is kept of a body leaves out the fields marked secret. */
  @Test
  void everyFieldWithTheNameOfASecretIsMarkedSecret() {
    List<FieldDescriptor> secrets =
        ContractFiles.fields().stream().filter(ContractTest::hasTheNameOfASecret).toList();
    assertThat(secrets)
        .isNotEmpty()
        .allSatisfy(
            field ->
                assertThat(field.getOptions().getExtension(Contract.secret))
                    .as(field.getFullName())
                    .isTrue());
  }

  @Test
  void theExceptionsFromSecrecyAreStillFieldsOfTheContract() {
    assertThat(ContractFiles.fields())
        .extracting(FieldDescriptor::getFullName)
        .containsAll(NOT_SECRET);
  }

  /** A sede never sees a secret. */
  @Test
  void noSecretStandsInTheContractOfTheSedes() {
    assertThat(ContractFiles.fields())
        .filteredOn(field -> field.getFile().getPackage().startsWith("bakq.relyingparty."))
        .isNotEmpty()
        .noneMatch(field -> field.getOptions().getExtension(Contract.secret));
  }

  /** API-13: a value that was not sent means nothing. */
  @Test
  void theZeroOfEveryEnumMeansNothing() {
    assertThat(ContractFiles.enums())
        .isNotEmpty()
        .allSatisfy(
            type ->
                assertThat(type.findValueByNumber(0))
                    .as(type.getFullName())
                    .extracting(GenericDescriptor::getName)
                    .asString()
                    .endsWith("_UNSPECIFIED"));
  }

  private static boolean hasTheNameOfASecret(FieldDescriptor field) {
    boolean carriesText =
        field.getJavaType() == FieldDescriptor.JavaType.STRING
            || field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING;
    return carriesText
        && !NOT_SECRET.contains(field.getFullName())
        && Arrays.stream(field.getName().split("_")).anyMatch(SECRET_WORDS::contains);
  }
}
