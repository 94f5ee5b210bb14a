package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.CallerName;
import eus.bakq.server.vocabulary.DtbsRepresentation;
import eus.bakq.server.vocabulary.InteractionId;
import eus.bakq.server.vocabulary.SignatureRequestId;
import java.util.List;
import java.util.Objects;

/**
 * For what activation data are presented: must be what they were issued for, in every part.
 *
 * @param hashes what is to be signed, in order
 * @param subjectSerialNumber whom the certificate must name: {@code IDCES-12345678Z}, from the
 *     account
 */
public record SigningContext(
    SignatureRequestId request,
    CallerName client,
    InteractionId interaction,
    List<DtbsRepresentation> hashes,
    String subjectSerialNumber) {
  public SigningContext {
    Objects.requireNonNull(request);
    Objects.requireNonNull(client);
    Objects.requireNonNull(interaction);
    Objects.requireNonNull(subjectSerialNumber);
    hashes = List.copyOf(hashes);
  }
}
