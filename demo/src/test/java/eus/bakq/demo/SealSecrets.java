package eus.bakq.demo;

import eus.bakq.server.authentication.Argon2Parameters;
import eus.bakq.server.authentication.PasswordHashing;
import eus.bakq.server.config.ConfigurationFile;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.credential.Credential;
import eus.bakq.server.credential.Credentials;
import eus.bakq.server.credential.Seal;
import eus.bakq.server.hsm.Hsm;
import eus.bakq.server.signer.RowMacs;
import eus.bakq.server.vocabulary.Bytes;
import eus.bakq.server.vocabulary.CredentialPurpose;
import eus.bakq.server.vocabulary.Encoding;
import eus.bakq.server.vocabulary.Profile;
import eus.bakq.server.vocabulary.SecretBytes;
import eus.bakq.server.vocabulary.SignerId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * What stands between a citizen's password and key, computed by somebody who has the database, the
 * PINs and the password: what the server has in memory for moments, and nowhere else.
 */
record SealSecrets(SecretBytes hashed, SecretBytes activation, SecretBytes wrapped)
    implements AutoCloseable {

  static SealSecrets of(World world, Citizen citizen) throws Exception {
    SignerId signer = new SignerId(UUID.fromString(citizen.signerId()));
    ServerConfiguration configuration =
        ConfigurationFile.read(
            world.files().write("somebody", WorldFiles.Settings.usual()), Profile.DEMO);
    Credential credential = credential(world, configuration, signer);
    try (Connection connection = world.superuser();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select salt, parameters from password where signer_id = '%s'".formatted(signer));
        Thief custody = Thief.in(world.tokens(), "custody")) {
      row.next();
      byte[] salt = row.getBytes(1);
      SecretBytes hashed =
          hashed(configuration, Bytes.copyOf(salt), Argon2Parameters.parse(row.getString(2)));
      byte[] input =
          Encoding.of("bakq/activate/v1")
              .id(signer.value())
              .bytes(salt)
              .bytes(hashed.<byte[]>use(p -> p))
              .toByteArray();
      SecretBytes activation = SecretBytes.takeOver(custody.mac("activate", input));
      Bytes wrapped =
          new Seal(new SecureRandom())
              .open(credential.sealedKey().orElseThrow(), activation, credential.binding())
              .orElseThrow()
              .blob();
      return new SealSecrets(hashed, activation, SecretBytes.takeOver(wrapped.toByteArray()));
    }
  }

  private static Credential credential(
      World world, ServerConfiguration configuration, SignerId signer) {
    try (Hsm hsm = Hsm.open(configuration.hsm(), new SecureRandom())) {
      Credentials credentials = new Credentials(new RowMacs(hsm.infrastructureKeys()));
      return Jdbi.create(world::superuser)
          .withHandle(
              handle ->
                  credentials
                      .findUsable(handle, signer, CredentialPurpose.SIGNATURE)
                      .orElseThrow());
    }
  }

  private static SecretBytes hashed(
      ServerConfiguration configuration, Bytes salt, Argon2Parameters parameters) throws Exception {
    try (PasswordHashing.Turn turn =
            PasswordHashing.open(configuration.passwordHashing()).awaitTurn();
        SecretBytes typed =
            SecretBytes.takeOver(Citizen.PASSWORD.getBytes(StandardCharsets.UTF_8))) {
      return turn.hash(typed, salt, parameters);
    }
  }

  /** P of docs/sole-control.md. */
  byte[] passwordHash() {
    return hashed.use(byte[]::clone);
  }

  /** S of docs/sole-control.md. */
  byte[] activationSecret() {
    return activation.use(byte[]::clone);
  }

  /** The key as the token wrapped it. */
  byte[] wrappedKey() {
    return wrapped.use(byte[]::clone);
  }

  @Override
  public void close() {
    hashed.close();
    activation.close();
    wrapped.close();
  }
}
