package eus.bakq.demo.search;

import eus.bakq.server.vocabulary.Bytes;
import java.util.Objects;

/**
 * One way to write down one secret.
 *
 * @param secret the name of the secret, which is not secret
 * @param way how it is written, for the reader of a failed test
 * @param bytes what is looked for; at least {@link FormSearch#SHORTEST}
 */
public record Form(String secret, String way, Bytes bytes) {
  public Form {
    Objects.requireNonNull(secret);
    Objects.requireNonNull(way);
    if (bytes.size() < FormSearch.SHORTEST) {
      throw new IllegalArgumentException(secret + " in " + way + " would be found by chance");
    }
  }
}
