package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.ReturnCode;
import eus.bakq.pkcs11.TokenDescription;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Opens a token: finds it, logs in and checks its keys. The PIN is read from its file each time, so
 * that it is not in memory between. After one refusal of the PIN it is never tried again: tokens
 * lock.
 */
final class TokenLogin {
  private static final int MAXIMUM_PIN_SIZE = 255;
  private static final Set<ReturnCode> OF_PIN =
      Set.of(
          ReturnCode.CKR_PIN_INCORRECT,
          ReturnCode.CKR_PIN_INVALID,
          ReturnCode.CKR_PIN_LEN_RANGE,
          ReturnCode.CKR_PIN_EXPIRED,
          ReturnCode.CKR_PIN_LOCKED,
          ReturnCode.CKR_USER_PIN_NOT_INITIALIZED);
  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final PartitionModule module;
  private final TokenSettings settings;
  private final TokenRecord token;
  private final KeyVerifier verifier;
  private volatile boolean pinRefused;

  TokenLogin(
      PartitionModule module, TokenSettings settings, TokenRecord token, SecureRandom random) {
    this.module = module;
    this.settings = settings;
    this.token = token;
    this.verifier = new KeyVerifier(token, random);
  }

  /**
   * One login.
   *
   * @param session keeps the login: when a token's last session closes, the user is logged out
   */
  record Opened(Pkcs11Module module, long slot, Pkcs11Session session, TokenKeys keys) {}

  /** The role of the token, for messages. */
  String role() {
    return token.role();
  }

  /**
   * Opens the token.
   *
   * @param unrecorded is told how often the keys of passwords were used for it
   * @throws HsmRefusedException if it is not the one of the transcript, or refuses the PIN
   * @throws Pkcs11Exception if it does not answer
   */
  Opened open(UnrecordedKeyUses unrecorded) throws Pkcs11Exception {
    if (pinRefused) {
      throw refused("PIN is accepted", null);
    }
    Pkcs11Module opened = module.get();
    long slot = slot(opened);
    Pkcs11Session session = opened.openSession(slot);
    boolean verified = false;
    try {
      logIn(session);
      TokenKeys keys = verifier.verify(session, unrecorded);
      verified = true;
      return new Opened(opened, slot, session, keys);
    } finally {
      if (!verified) {
        session.close();
      }
    }
  }

  /** The file of the module. */
  Path library() {
    return module.library();
  }

  /** The PIN; the array is the caller's, who wipes it. */
  byte[] readPin() {
    Path file = settings.pinFile();
    byte[] read = {};
    try {
      if (Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains)) {
        throw refused("PIN file is closed to others than its owner", null);
      }
      if (Files.size(file) > MAXIMUM_PIN_SIZE) {
        throw refused("PIN file holds a PIN", null);
      }
      read = Files.readAllBytes(file);
      int size = read.length;
      while (size > 0 && (read[size - 1] == '\n' || read[size - 1] == '\r')) {
        size--;
      }
      return Arrays.copyOf(read, size);
    } catch (IOException e) {
      throw refused("PIN file can be read", e);
    } finally {
      Arrays.fill(read, (byte) 0);
    }
  }

  /**
   * The token with our label and serial. Copies of a token may share the label; the serial is each
   * one's own, where the maker of the HSM does not copy that too.
   */
  private long slot(Pkcs11Module opened) throws Pkcs11Exception {
    List<TokenDescription> labelled =
        opened.tokens().stream()
            .filter(present -> present.initialised() && present.label().equals(settings.label()))
            .toList();
    if (labelled.isEmpty()) {
      throw new Pkcs11Exception("C_GetTokenInfo", ReturnCode.CKR_TOKEN_NOT_PRESENT);
    }
    String serial = settings.serial().orElse(token.serial());
    List<TokenDescription> ours =
        labelled.stream().filter(present -> present.serial().equals(serial)).toList();
    if (ours.isEmpty() || !settings.label().equals(token.label())) {
      throw refused("label and serial are those of the transcript", null);
    }
    if (ours.size() > 1) {
      throw refused("label and serial are of one token only", null);
    }
    return ours.getFirst().slot();
  }

  private void logIn(Pkcs11Session session) throws Pkcs11Exception {
    byte[] pin = readPin();
    try {
      session.login(pin);
    } catch (Pkcs11Exception e) {
      // Login is of the whole process: another pool of it may have logged in already.
      if (!e.is(ReturnCode.CKR_USER_ALREADY_LOGGED_IN)) {
        throw judged(e);
      }
    } finally {
      Arrays.fill(pin, (byte) 0);
    }
  }

  private Pkcs11Exception judged(Pkcs11Exception failure) {
    if (failure.code().filter(OF_PIN::contains).isPresent()) {
      pinRefused = true;
      throw refused("PIN is accepted", failure);
    }
    return failure;
  }

  private HsmRefusedException refused(String check, Throwable cause) {
    return new HsmRefusedException(token.role(), "", check, cause);
  }
}
