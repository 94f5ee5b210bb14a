package eus.bakq.server.sam;

import eus.bakq.server.vocabulary.SignatureValue;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Where values go in the one transaction that also consumes the occurrences and records them: all
 * of it commits, or none. What it keeps is not to be released before {@link SignHashes#run} has
 * returned.
 */
@FunctionalInterface
public interface ValueStore {
  void keep(Handle handle, List<SignatureValue> values);
}
