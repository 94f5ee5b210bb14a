package eus.bakq.hsmconfig;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.pkcs11.Pkcs11Session;
import eus.bakq.pkcs11.TokenDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The act itself. Everything that can be refused is refused before the first token is touched; from
 * then on a failure leaves tokens behind that no transcript explains, and which no server accepts.
 */
final class KeyCeremony {
  private final Clock clock;
  private final SecureRandom random;
  private final PrintWriter account;
  private int step;

  KeyCeremony(Clock clock, SecureRandom random, PrintWriter account) {
    this.clock = clock;
    this.random = random;
    this.account = account;
  }

  /** The files and folder of one ceremony. */
  record Inputs(Path plan, Path module, Path officerA, Path officerB, Path out) {}

  /** Holds the ceremony; the order of its steps is the policy. */
  void run(Inputs inputs)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    CeremonyPlan plan = CeremonyPlan.read(inputs.plan());
    say("The plan is of the profile '%s'; its SHA-256 is %s", plan.profile(), plan.sha256());
    try (OfficerSecrets secrets = OfficerSecrets.read(inputs.officerA(), inputs.officerB())) {
      say("Both officers gave their secrets; neither alone opens anything");
      CeremonyFolder out = CeremonyFolder.empty(inputs.out());
      Pkcs11Module module = Pkcs11Module.open(inputs.module());
      requireNoSuchTokens(module, plan);
      say("The module is %s; it has none of these tokens yet", module.describe().description());
      List<TokenRecord> tokens = new ArrayList<>();
      for (TokenPlan token : plan.tokens()) {
        tokens.add(makeToken(module, token, secrets, out));
      }
      Transcript transcript =
          new Transcript(plan, inputs.module(), module.describe(), clock.instant(), tokens);
      writeTranscript(transcript.toBytes(), secrets, out);
    }
  }

  private TokenRecord makeToken(
      Pkcs11Module module, TokenPlan plan, OfficerSecrets secrets, CeremonyFolder out)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    byte[] userPin = UserLogin.randomPin(random);
    byte[] securityOfficerPin = secrets.securityOfficerPin(plan.label());
    try {
      Path pinFile = out.write(plan.role() + ".pin", userPin);
      long slot = emptySlot(module, securityOfficerPin.length);
      module.initialiseToken(slot, securityOfficerPin, plan.label());
      String serial = module.token(slot).serial();
      say("Token '%s' (%s) is initialised; its serial is %s", plan.label(), plan.role(), serial);
      try (Pkcs11Session session = module.openReadWriteSession(slot)) {
        session.loginSecurityOfficer(securityOfficerPin);
        session.initialisePin(userPin);
        session.logout();
        session.login(userPin);
        say("  its user's PIN was made at random and is in %s", pinFile.getFileName());
        List<KeyRecord> keys = makeKeys(session, plan);
        session.logout();
        return new TokenRecord(plan, serial, keys);
      }
    } finally {
      Arrays.fill(userPin, (byte) 0);
      Arrays.fill(securityOfficerPin, (byte) 0);
    }
  }

  private List<KeyRecord> makeKeys(Pkcs11Session session, TokenPlan plan)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    KeyMaker maker = new KeyMaker(session, clock, random);
    List<KeyRecord> keys = new ArrayList<>();
    for (KeyPlan key : plan.keys()) {
      keys.add(maker.make(key));
      say("  key '%s' is made, read back and checked: %s", key.id(), key.purpose());
    }
    return keys;
  }

  private void writeTranscript(byte[] body, OfficerSecrets secrets, CeremonyFolder out)
      throws IOException {
    String publicKey = out.writeTranscript(body, secrets);
    say("The transcript is written and signed by both officers together");
    say("Give the server this public key of the transcript: %s", publicKey);
  }

  private static void requireNoSuchTokens(Pkcs11Module module, CeremonyPlan plan)
      throws CeremonyRefusedException, Pkcs11Exception {
    for (TokenDescription present : module.tokens()) {
      for (TokenPlan token : plan.tokens()) {
        if (present.initialised() && present.label().equals(token.label())) {
          throw new CeremonyRefusedException(
              "there is a token '" + token.label() + "' already; a ceremony replaces nothing");
        }
      }
    }
  }

  private static long emptySlot(Pkcs11Module module, int pinSize)
      throws CeremonyRefusedException, Pkcs11Exception {
    TokenDescription empty =
        module.tokens().stream()
            .filter(token -> !token.initialised())
            .findFirst()
            .orElseThrow(
                () -> new CeremonyRefusedException("the module has no slot with an empty token"));
    if (empty.minimumPinSize() > pinSize || empty.maximumPinSize() < pinSize) {
      throw new CeremonyRefusedException("the token takes no PIN of " + pinSize + " bytes");
    }
    return empty.slot();
  }

  private void say(String format, Object... values) {
    if (format.startsWith(" ")) {
      account.printf("    " + format + "%n", values);
    } else {
      step++;
      account.printf("%2d. " + format + "%n", prepend(step, values));
    }
    account.flush();
  }

  private static Object[] prepend(Object first, Object... rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
