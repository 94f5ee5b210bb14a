package eus.bakq.server.failure;

import java.util.Objects;

/**
 * What is wrong with one field of a request, and what it must be.
 *
 * @param field the path of the field in the request message, such as {@code documents[2].label}
 * @param description says what is accepted; never repeats the value
 */
public record FieldViolation(String field, String description) {
  public FieldViolation {
    Objects.requireNonNull(field);
    Objects.requireNonNull(description);
  }
}
