package eus.bakq.pkcs11;

import eus.bakq.fixtures.SoftHsm;
import java.nio.charset.StandardCharsets;

/** An empty token of the shared SoftHSM2 world, with the user's PIN {@code 1234-user}. */
record TestToken(Pkcs11Module module, long slot) {
  static TestToken named(String label) throws Pkcs11Exception {
    Pkcs11Module module = Pkcs11Module.open(SoftHsm.shared().module());
    long slot =
        module.tokens().stream()
            .filter(token -> !token.initialised())
            .findFirst()
            .orElseThrow()
            .slot();
    module.initialiseToken(slot, securityOfficerPin(), label);
    try (Pkcs11Session session = module.openReadWriteSession(slot)) {
      session.loginSecurityOfficer(securityOfficerPin());
      session.initialisePin(pin());
      session.logout();
    }
    return new TestToken(module, slot);
  }

  static byte[] pin() {
    return "1234-user".getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] securityOfficerPin() {
    return "1234-officer".getBytes(StandardCharsets.US_ASCII);
  }

  Pkcs11Session loggedIn() throws Pkcs11Exception {
    Pkcs11Session session = module.openReadWriteSession(slot);
    session.login(pin());
    return session;
  }
}
