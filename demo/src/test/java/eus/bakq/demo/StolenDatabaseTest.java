package eus.bakq.demo;

import static org.assertj.core.api.Assertions.assertThat;

import eus.bakq.fixtures.BadDocuments;
import eus.bakq.pkcs11.Constant;
import eus.bakq.pkcs11.Mechanism;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.relyingparty.v1.SignatureRequest;
import eus.bakq.server.authentication.Argon2Parameters;
import eus.bakq.server.authentication.PasswordHashing;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.hsm.WrappedKey;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.Signature;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Claim 1 of docs/sole-control.md: somebody has the whole database, the PINs of all three tokens
 * and the real tokens, at a time when the citizen has signed and is about to sign again, but not
 * the password. No stored key signs, and none can be read (KEY-06, KEY-07).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StolenDatabaseTest {
  private static final List<Constant> KEY_TYPES = List.of(Constant.CKK_EC, Constant.CKK_RSA);
  private static final List<String> CUSTODY_MACS = List.of("verify", "activate");
  private static final List<String> RECORD_MACS =
      List.of("otp", "ticket", "reference", "request-id", "documents", "rows", "sad", "device");
  private static final int LARGEST_BLOB = 8192;

  private DemoWorld world;
  private StolenDatabase database;
  private Thief custody;
  private Thief record;
  private ObjectHandle wrappingKey;
  private Credential credential;
  private List<StolenDatabase.Stored> stored;

  /** What {@code bakq.password} says of the citizen. */
  private record KeptPassword(Bytes salt, Argon2Parameters parameters, Bytes verifier) {}

  @BeforeAll
  void steal() throws Exception {
    world = DemoWorld.start(6, "");
    Citizen citizen = world.activeCitizen();
    Sede sede = world.sede(DemoWorld.SEDE_A);
    citizen.sign(sede.ask(BadDocuments.sound()));
    SignatureRequest open = sede.ask(BadDocuments.sound());
    citizen.challenged(open);
    citizen.nextCode();

    database = StolenDatabase.of(world);
    custody = Thief.in(world.tokens(), "custody");
    record = Thief.in(world.tokens(), "record");
    wrappingKey = custody.key("wrap-2026-1");
    stored = database.bytes();
    SignerId signer = new SignerId(UUID.fromString(citizen.signerId()));
    // With the row's MAC found right: it is the very row that the server would use.
    credential =
        Jdbi.create(world::superuser)
            .withHandle(
                handle ->
                    new Credentials(new RowMacs(world.outsider().hsm().infrastructureKeys()))
                        .findUsable(handle, signer, CredentialPurpose.SIGNATURE)
                        .orElseThrow());
  }

  @AfterAll
  void close() throws Exception {
    custody.close();
    record.close();
    database.close();
    world.close();
  }

  @Test
  @DisplayName("no value of any table opens under the wrapping key, however it is cut")
  void nothingStoredUnwraps() {
    assertThat(stored)
        .extracting(value -> value.table() + "." + value.column())
        .contains(
            "credential.sealed_key",
            "credential.seal_salt",
            "credential.seal_nonce",
            "password.verifier",
            "interaction_share.share",
            "prepared_document.state");

    List<String> opened = new ArrayList<>();
    int tried = 0;
    for (StolenDatabase.Stored value : stored) {
      for (byte[] blob : cuts(value.value().toByteArray())) {
        for (Constant type : KEY_TYPES) {
          tried++;
          if (custody.unwrap(wrappingKey, blob, type).isPresent()) {
            opened.add(value.toString());
          }
        }
      }
    }

    assertThat(opened).isEmpty();
    assertThat(tried).isGreaterThan(500);
  }

  /** The value, and what is left of it without a salt, nonce or tag before or behind. */
  private static List<byte[]> cuts(byte[] value) {
    List<byte[]> cuts = new ArrayList<>();
    for (int before : List.of(0, 4, 8, 12, 16, 28, 32, 44, 48)) {
      for (int behind : List.of(0, 12, 16, 28, 32)) {
        int size = value.length - before - behind;
        if (size >= 16 && size <= LARGEST_BLOB) {
          cuts.add(Arrays.copyOfRange(value, before, value.length - behind));
        }
      }
    }
    return cuts;
  }

  @Test
  @DisplayName(
      "SAD-09 theft, guessing offline: the seal opens with nothing that the tables hold or the"
          + " tokens compute of it")
  void theSealDoesNotOpenWithoutThePassword() throws Exception {
    Seal seal = new Seal(new SecureRandom());
    KeptPassword kept = keptPassword();
    List<byte[]> inputs = new ArrayList<>();
    for (StolenDatabase.Stored value : stored) {
      byte[] bytes = value.value().toByteArray();
      if (bytes.length <= LARGEST_BLOB) {
        inputs.add(bytes);
        inputs.add(activationInput(kept.salt(), bytes));
        inputs.add(verifierInput(kept.salt(), bytes));
      }
    }
    // What the server has without P, and what stands in for somebody who is not registered.
    inputs.add(activationInput(kept.salt(), new byte[0]));
    inputs.add(activationInput(kept.salt(), new byte[32]));
    inputs.add(new byte[0]);

    int tried = 0;
    int opened = 0;
    for (byte[] input : inputs) {
      List<byte[]> secrets = new ArrayList<>();
      secrets.add(Bytes.sha256(input));
      if (input.length == 32) {
        secrets.add(input);
      }
      for (String key : CUSTODY_MACS) {
        secrets.add(custody.mac(key, input));
      }
      for (String key : RECORD_MACS) {
        secrets.add(record.mac(key, input));
      }
      for (byte[] secret : secrets) {
        tried++;
        opened += opens(seal, secret) ? 1 : 0;
      }
    }

    assertThat(opened).isZero();
    assertThat(tried).isGreaterThan(1000);
  }

  @Test
  @DisplayName(
      "SAD-09 duplication, KEY-06: the tokens hold no key of a citizen, and tell the value of none")
  void theTokensHoldAndTellNothing() throws Exception {
    assertThat(custody.count(Constant.CKO_PRIVATE_KEY)).isZero();
    assertThat(custody.count(Constant.CKO_SECRET_KEY)).isEqualTo(1 + CUSTODY_MACS.size());
    assertThat(record.count(Constant.CKO_SECRET_KEY)).isEqualTo(RECORD_MACS.size());

    assertThat(custody.readable(Constant.CKO_SECRET_KEY)).isZero();
    assertThat(record.readable(Constant.CKO_SECRET_KEY)).isZero();
    assertThat(record.readable(Constant.CKO_PRIVATE_KEY)).isZero();
  }

  @Test
  @DisplayName("another password does not open it, the right one does: not mitigated, and said so")
  void thePasswordIsAllThatWasMissing() throws Exception {
    assertThat(unsealed(Citizen.WRONG_PASSWORD)).isEmpty();

    WrappedKey wrapped = unsealed(Citizen.PASSWORD).orElseThrow();
    ObjectHandle key =
        custody.unwrap(wrappingKey, wrapped.blob().toByteArray(), Constant.CKK_EC).orElseThrow();

    try {
      byte[] hash = Bytes.sha256("anything".getBytes(StandardCharsets.UTF_8));
      byte[] value = custody.session().sign(Mechanism.of(Constant.CKM_ECDSA), key, hash);
      Signature verifier = Signature.getInstance("NONEwithECDSAinP1363Format");
      verifier.initVerify(credential.certificate().getPublicKey());
      verifier.update(hash);
      assertThat(verifier.verify(value)).isTrue();
      // It signs for whoever has all of that; it is read by nobody.
      assertThat(custody.tellsItsValue(key)).isFalse();
    } finally {
      custody.session().destroy(key);
    }
  }

  private Optional<WrappedKey> unsealed(String password) throws Exception {
    KeptPassword kept = keptPassword();
    PasswordHashing hashing = PasswordHashing.open(world.configuration().passwordHashing());
    try (PasswordHashing.Turn turn = hashing.awaitTurn();
        SecretBytes typed = SecretBytes.takeOver(password.getBytes(StandardCharsets.UTF_8));
        SecretBytes hashed = turn.hash(typed, kept.salt(), kept.parameters())) {
      byte[] p = hashed.use(byte[]::clone);
      assertThat(
              Bytes.copyOf(custody.mac("verify", verifierInput(kept.salt(), p)))
                  .equals(kept.verifier()))
          .isEqualTo(password.equals(Citizen.PASSWORD));
      byte[] secret = custody.mac("activate", activationInput(kept.salt(), p));
      return open(new Seal(new SecureRandom()), secret);
    }
  }

  private boolean opens(Seal seal, byte[] secret) {
    return open(seal, secret).isPresent();
  }

  private Optional<WrappedKey> open(Seal seal, byte[] secret) {
    try (SecretBytes activationSecret = SecretBytes.copyOf(secret)) {
      return seal.open(
          credential.sealedKey().orElseThrow(), activationSecret, credential.binding());
    }
  }

  private byte[] activationInput(Bytes salt, byte[] p) {
    return input("bakq/activate/v1", salt, p);
  }

  private byte[] verifierInput(Bytes salt, byte[] p) {
    return input("bakq/verify/v1", salt, p);
  }

  private byte[] input(String domain, Bytes salt, byte[] p) {
    return Encoding.of(domain).id(credential.signer().value()).bytes(salt).bytes(p).toByteArray();
  }

  private KeptPassword keptPassword() throws Exception {
    try (Statement statement = database.connection().createStatement();
        ResultSet row =
            statement.executeQuery(
                "select salt, parameters, verifier from bakq.password where signer_id = '%s'"
                    .formatted(credential.signer()))) {
      assertThat(row.next()).isTrue();
      return new KeptPassword(
          Bytes.copyOf(row.getBytes(1)),
          Argon2Parameters.parse(row.getString(2)),
          Bytes.copyOf(row.getBytes(3)));
    }
  }
}
