package eus.bakq.benchmarks;

/**
 * Where the time of one signature went.
 *
 * @param preparing phase one, the original parsed and the result read back
 * @param key in the tokens
 * @param completing phase two: stamps and status, the results verified
 * @param size of the signed document, in bytes
 */
record Split(Took preparing, Took key, Took completing, int size) {
  Took whole() {
    return preparing.plus(key).plus(completing);
  }
}
