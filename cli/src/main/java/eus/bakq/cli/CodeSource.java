package eus.bakq.cli;

import com.google.protobuf.ByteString;

/** How the self-test reads the codes that are sent to the test citizen. */
interface CodeSource {
  /**
   * The next code for the request with this reference code.
   *
   * @throws FailedException if none comes
   */
  ByteString next(String referenceCode);
}
