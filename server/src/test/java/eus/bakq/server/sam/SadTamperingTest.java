package eus.bakq.server.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eus.bakq.server.credential.Credential;
import eus.bakq.server.database.TestDatabase;
import eus.bakq.server.failure.Refusal;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.hsm.FakeCitizenKeys.Failure;
import eus.bakq.server.vocabulary.ActivationDataId;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.ChallengeId;
import eus.bakq.server.vocabulary.CredentialId;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignatureAlgorithm;
import eus.bakq.server.vocabulary.SignatureRequestId;
import eus.bakq.server.vocabulary.SignerId;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Activation data of which one thing was changed, keys of others, and a module that computes wrong
 * values: nothing is signed, or nothing leaves.
 */
@Tag("postgres")
final class SadTamperingTest {
  private static final Bytes OTHER = Bytes.copyOf(new byte[] {2}).sha256();

  private static TestDatabase database;

  private SamWorld world;

  @BeforeAll
  static void open() {
    database = TestDatabase.open();
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @BeforeEach
  void build() {
    world = new SamWorld(database);
  }

  @AfterEach
  void wipe() {
    world.close();
  }

  static Stream<String> fields() {
    return Arrays.stream(ActivationContent.class.getRecordComponents())
        .map(RecordComponent::getName);
  }

  @ParameterizedTest
  @MethodSource("fields")
  @DisplayName("SAD-01, SAD-02: any one field changed, under the MAC of what was issued")
  void refusesEveryFieldThatWasChanged(String field) throws Exception {
    ActivationContent issued = world.issued(world.credential());
    ActivationContent changed = changed(issued, field);

    assertRefused(changed, world.mac(issued), SadRefusal.WRONG_MAC);
    assertThat(world.present(issued)).hasSize(1);
  }

  @Test
  @DisplayName("SAD-04: whichever bit of the MAC is another, it is none of ours")
  void refusesEveryOtherMac() {
    ActivationContent issued = world.issued(world.credential());
    byte[] mac = world.mac(issued).toByteArray();
    for (int bit = 0; bit < 8 * mac.length; bit += 5) {
      byte[] other = mac.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      refused(issued, Bytes.copyOf(other));
    }
    assertThat(world.recorded(issued)).hasSize(52).containsOnly("SAD_REJECTED WRONG_MAC");
    assertThat(world.citizenKeys().signatures()).isOne(); // that of the key's making
  }

  /** Even with the right MAC, as whoever has the record token would make it. */
  @Test
  @DisplayName("SAD-19: one signer's data never have another signer's key sign")
  void signsForNobodyWithAnothersKey() throws Exception {
    List<Credential> credentials = Stream.generate(world::credential).limit(5).toList();
    int made = world.citizenKeys().signatures();
    for (Credential one : credentials) {
      for (Credential another : credentials) {
        if (!one.id().equals(another.id())) {
          ActivationContent content = world.issued(one);
          ActivationContent withAnothersKey = with(content, "credential", another.id());
          assertRefused(withAnothersKey, SadRefusal.CREDENTIAL_NOT_ACTIVE);
          assertRefused(with(withAnothersKey, "signer", another.signer()), SadRefusal.KEY_DIFFERS);
          assertRefused(
              with(content, "publicKeySha256", another.binding().publicKeySha256()),
              SadRefusal.KEY_DIFFERS);
        }
      }
    }
    assertThat(world.citizenKeys().signatures()).isEqualTo(made);
  }

  @Test
  @DisplayName("SAD-15: factors of another mechanism than the key's do not activate it")
  void refusesFactorsOfAnotherMechanism() throws Exception {
    ActivationContent issued = world.issued(world.credential());

    assertRefused(
        with(issued, "mechanism", "PASSWORD_AND_CARD"), SadRefusal.AUTHENTICATION_NOT_ENOUGH);
  }

  @Test
  @DisplayName("SAD-08: used at one node, the data are used at every other, and after a restart")
  void refusesAtAnotherNodeWhatWasUsedAtOne() throws Exception {
    ActivationContent issued = world.issued(world.credential());
    assertThat(world.present(issued)).hasSize(1);

    try (SamWorld another = new SamWorld(database)) {
      assertThatThrownBy(() -> another.present(issued)).isInstanceOf(RefusedException.class);
      assertThat(another.recorded(issued)).last().isEqualTo("SAD_REJECTED ALREADY_USED");
      assertThat(another.citizenKeys().signatures()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Failure.class,
      names = {"WRONG_VALUE", "MISSING_VALUE"})
  @DisplayName("KEY-15: a value that does not verify leaves in no direction, and burns its data")
  void releasesNoValueThatDoesNotVerify(Failure failure) {
    ActivationContent issued = world.issued(world.credential());
    world.citizenKeys().failNext(failure);

    refused(issued, world.mac(issued));

    assertThat(world.recorded(issued))
        .containsExactly(
            "SIGNATURE_AUTHORISED ",
            "SIGNATURE_FAILED VALUE_DOES_NOT_VERIFY",
            "SAD_REJECTED VALUE_DOES_NOT_VERIFY");
    refused(issued, world.mac(issued));
    assertThat(world.recorded(issued)).last().isEqualTo("SAD_REJECTED ALREADY_USED");
  }

  private void assertRefused(ActivationContent content, SadRefusal expected) {
    assertRefused(content, world.mac(content), expected);
  }

  private void assertRefused(ActivationContent content, Bytes mac, SadRefusal expected) {
    int before = world.citizenKeys().signatures();
    refused(content, mac);
    assertThat(world.citizenKeys().signatures()).isEqualTo(before);
    assertThat(world.recorded(content)).last().isEqualTo("SAD_REJECTED " + expected.name());
  }

  private void refused(ActivationContent content, Bytes mac) {
    assertThatThrownBy(() -> world.present(content, mac))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal()).isEqualTo(Refusal.ACTIVATION_REFUSED));
  }

  private static ActivationContent changed(ActivationContent content, String field)
      throws ReflectiveOperationException {
    Object value = component(field).getAccessor().invoke(content);
    return with(
        content,
        field,
        switch (value) {
          case ActivationDataId _ -> new ActivationDataId(UUID.randomUUID());
          case SignatureRequestId _ -> new SignatureRequestId(UUID.randomUUID());
          case InteractionId _ -> new InteractionId(UUID.randomUUID());
          case SignerId _ -> new SignerId(UUID.randomUUID());
          case CredentialId _ -> new CredentialId(UUID.randomUUID());
          case ChallengeId _ -> new ChallengeId(UUID.randomUUID());
          case Bytes _ -> OTHER;
          case CallerName _ -> new CallerName("sede-b");
          case String _ -> "PASSWORD_AND_CARD";
          case Instant time -> time.plusNanos(1000);
          case List<?> _ ->
              List.of(new DtbsRepresentation(SignatureAlgorithm.ECDSA_P256_SHA256, OTHER));
          default -> throw new IllegalStateException("how to change " + field + "?");
        });
  }

  private static ActivationContent with(ActivationContent content, String field, Object value)
      throws ReflectiveOperationException {
    RecordComponent[] components = ActivationContent.class.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] =
          components[i].getName().equals(field)
              ? value
              : components[i].getAccessor().invoke(content);
    }
    Constructor<ActivationContent> constructor =
        ActivationContent.class.getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    return constructor.newInstance(values);
  }

  private static RecordComponent component(String field) {
    return Arrays.stream(ActivationContent.class.getRecordComponents())
        .filter(component -> component.getName().equals(field))
        .findFirst()
        .orElseThrow();
  }
}
