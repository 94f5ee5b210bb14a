package eus.bakq.server.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Gives the driver the password at each new connection, as characters that it wipes: no password is
 * ever a {@code String}, and a changed password is used without a restart. Public because the
 * driver makes it by name.
 */
public final class PasswordFileAuthentication implements AuthenticationPlugin {
  static final String FILE_PROPERTY = "bakq.passwordFile";

  private final Path file;

  /** The driver's call: {@code properties} are those of the connection. */
  public PasswordFileAuthentication(Properties properties) {
    this.file = Path.of(properties.getProperty(FILE_PROPERTY));
  }

  @Override
  public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
    if (type == AuthenticationRequestType.CLEARTEXT_PASSWORD
        || type == AuthenticationRequestType.MD5_PASSWORD) {
      throw new PSQLException(
          "the database asks for the password other than by SCRAM",
          PSQLState.INVALID_AUTHORIZATION_SPECIFICATION);
    }
    try {
      return PasswordFile.read(file);
    } catch (IOException e) {
      throw new PSQLException(
          "the database's password cannot be read",
          PSQLState.INVALID_AUTHORIZATION_SPECIFICATION,
          e);
    }
  }
}
