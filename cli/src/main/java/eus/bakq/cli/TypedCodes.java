package eus.bakq.cli;

import com.google.protobuf.ByteString;

/** The codes as somebody types them who has the test citizen's phone. */
record TypedCodes(Terminal terminal) implements CodeSource {
  @Override
  public ByteString next(String referenceCode) {
    try (Secret code =
        terminal.askSecret("Code of the SMS with reference " + Text.printable(referenceCode))) {
      return ByteString.copyFrom(code.bytes().toByteArray());
    }
  }
}
