package eus.bakq.hsmconfig;

import java.util.List;

/**
 * What the transcript says of a token.
 *
 * @param serial the number that the token gave itself
 */
record TokenRecord(TokenPlan plan, String serial, List<KeyRecord> keys) {
  TokenRecord {
    keys = List.copyOf(keys);
  }
}
