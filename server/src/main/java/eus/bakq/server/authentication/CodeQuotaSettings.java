package eus.bakq.server.authentication;

/**
 * How many SMS go out beyond what the hour and the gap of one signer allow (OTP-13). Whoever can
 * write them can have more sent at our cost, within the bounds that are checked here, or keep
 * citizens from their codes.
 *
 * @param perSignerAndDay 1 to 10
 * @param perNumberAndDay to all signers who have the same number: 1 to 100
 * @param perHour to everybody: 100 to 1,000,000
 */
public record CodeQuotaSettings(int perSignerAndDay, int perNumberAndDay, int perHour) {
  public CodeQuotaSettings {
    requireBetween("perSignerAndDay", perSignerAndDay, 1, 10);
    requireBetween("perNumberAndDay", perNumberAndDay, 1, 100);
    requireBetween("perHour", perHour, 100, 1_000_000);
  }

  private static void requireBetween(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + " is " + least + " to " + most);
    }
  }
}
