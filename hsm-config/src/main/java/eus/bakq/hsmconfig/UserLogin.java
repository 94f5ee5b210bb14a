package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.TokenDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** How a token is found and its user logged in: with a PIN that is in a file, and is tried once. */
final class UserLogin {
  private static final int MOST_PIN_BYTES = 255;

  private UserLogin() {}

  /**
   * Loads the library.
   *
   * @param parameters what it is told when it starts; empty for nothing
   * @throws CeremonyRefusedException if there is none such
   */
  static Pkcs11Module open(Path library, String parameters)
      throws CeremonyRefusedException, Pkcs11Exception {
    try {
      return Pkcs11Module.open(library, parameters);
    } catch (IllegalArgumentException e) {
      throw new CeremonyRefusedException("the module cannot be loaded: " + e.getMessage());
    }
  }

  /**
   * The slot of the token of that label, and of that serial number if one is given.
   *
   * @throws CeremonyRefusedException if there is not exactly one
   */
  static long slot(Pkcs11Module module, String label, Optional<String> serial)
      throws Pkcs11Exception, CeremonyRefusedException {
    List<TokenDescription> found =
        module.tokens().stream()
            .filter(token -> token.label().equals(label))
            .filter(token -> serial.isEmpty() || token.serial().equals(serial.get()))
            .toList();
    if (found.size() != 1) {
      throw new CeremonyRefusedException("there is one token of that label: " + found.size());
    }
    return found.getFirst().slot();
  }

  /** Logs the token's user in. */
  static void logIn(Pkcs11Session session, Path pinFile)
      throws IOException, Pkcs11Exception, CeremonyRefusedException {
    byte[] read = InputFile.read(pinFile, MOST_PIN_BYTES, "a PIN has at most 255 bytes");
    int size = read.length;
    while (size > 0 && (read[size - 1] == '\n' || read[size - 1] == '\r')) {
      size--;
    }
    byte[] pin = Arrays.copyOf(read, size);
    try {
      session.login(pin);
    } finally {
      Arrays.fill(read, (byte) 0);
      Arrays.fill(pin, (byte) 0);
    }
  }

  /** 128 random bits as 32 hexadecimal digits, which every token takes for a PIN. */
  static byte[] randomPin(SecureRandom random) {
    byte[] bits = new byte[16];
    random.nextBytes(bits);
    try {
      return HexFormat.of().formatHex(bits).getBytes(StandardCharsets.US_ASCII);
    } finally {
      Arrays.fill(bits, (byte) 0);
    }
  }
}
