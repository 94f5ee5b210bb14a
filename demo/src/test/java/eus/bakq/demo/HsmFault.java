package eus.bakq.demo;

import eus.bakq.fixtures.FaultyPkcs11;
import eus.bakq.fixtures.FaultyPkcs11.Fault;
import eus.bakq.pkcs11.ReturnCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What goes wrong in the HSM's module.
 *
 * @param token by its role
 * @param times at how many calls in a row
 */
record HsmFault(String token, String function, Fault fault, ReturnCode code, long times) {
  /** {@code -Dbakq.seed=N} repeats a choice; each case says its seed, and so what fails does. */
  private static final long SEED = Long.getLong("bakq.seed", new Random().nextLong());

  private static final boolean ALL = System.getProperty("bakq.hsmFaults", "").equals("all");

  private static final List<ReturnCode> CODES =
      List.of(
          ReturnCode.CKR_DEVICE_ERROR,
          ReturnCode.CKR_SESSION_HANDLE_INVALID,
          ReturnCode.CKR_DEVICE_REMOVED,
          ReturnCode.CKR_GENERAL_ERROR,
          ReturnCode.CKR_HOST_MEMORY,
          ReturnCode.CKR_FUNCTION_FAILED);

  /** The token does not answer until somebody takes the order back. */
  static HsmFault silence(String token) {
    return new HsmFault(
        token, "C_Sign", Fault.FAIL_BEFORE, ReturnCode.CKR_DEVICE_ERROR, FaultyPkcs11.FOR_EVER);
  }

  /** Of each function one that passes by and one that lasts; or all, if that was asked for. */
  static List<HsmFault> chosen(String token, List<String> functions) {
    Random random = new Random(SEED);
    List<HsmFault> chosen = new ArrayList<>();
    for (String function : functions) {
      for (long times : List.of(1L, FaultyPkcs11.FOR_EVER)) {
        List<HsmFault> of = new ArrayList<>();
        for (Fault fault : List.of(Fault.FAIL_BEFORE, Fault.FAIL_AFTER)) {
          CODES.forEach(code -> of.add(new HsmFault(token, function, fault, code, times)));
        }
        if (ALL) {
          chosen.addAll(of);
        } else {
          chosen.add(of.get(random.nextInt(of.size())));
        }
      }
    }
    return chosen;
  }

  @Override
  public String toString() {
    return "%s of %s, %s %s, %s (-Dbakq.seed=%d)"
        .formatted(function, token, fault, code, times == 1 ? "once" : "for ever", SEED);
  }
}
