package eus.bakq.hsmconfig;

import static eus.bakq.pkcs11.AttributeType.CKA_ID;
import static eus.bakq.pkcs11.AttributeType.CKA_LABEL;

import eus.bakq.hsmconfig.CustodyPartition.Place;
import eus.bakq.hsmconfig.SignedTranscript.WrappingKey;
import eus.bakq.pkcs11.ObjectHandle;
import eus.bakq.pkcs11.Pkcs11Exception;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What both officers do about epochs. What can be refused is refused before a token is touched; an
 * act that was cut off is done again, and goes on where it was.
 */
final class EpochActs {
  private final Clock clock;
  private final SecureRandom random;
  private final PrintWriter account;

  EpochActs(Clock clock, SecureRandom random, PrintWriter account) {
    this.clock = clock;
    this.random = random;
    this.account = account;
  }

  /** Who acts, on which transcript. */
  record Officers(Path transcript, Path officerA, Path officerB) {
    OfficerSecrets secrets() throws IOException, CeremonyRefusedException {
      return OfficerSecrets.read(officerA, officerB);
    }
  }

  /** Makes the wrapping key of a new epoch in one partition, and a transcript that explains it. */
  void begin(Officers officers, String id, Place place, Path out)
      throws CeremonyRefusedException, IOException, GeneralSecurityException, Pkcs11Exception {
    try (OfficerSecrets secrets = officers.secrets()) {
      SignedTranscript transcript = SignedTranscript.read(officers.transcript(), secrets);
      KeyPlan plan = plan(transcript, id);
      CeremonyFolder folder = CeremonyFolder.empty(out);
      try (CustodyPartition partition = CustodyPartition.open(place, transcript)) {
        partition.requireExplained(transcript);
        boolean explained = false;
        try {
          KeyRecord made = new KeyMaker(partition.session(), clock, random).make(plan);
          folder.writeTranscript(transcript.withBegun(made, clock.instant()), secrets);
          explained = true;
        } finally {
          if (!explained) {
            for (ObjectHandle left : partition.find(id)) {
              partition.session().destroy(left);
            }
          }
        }
      }
      say("The wrapping key of the epoch '%s' is made, read back and checked", id);
      say("Copy it into every other partition, then give every node the new transcript");
    }
  }

  /** Says in a new transcript that an epoch has ended. Touches no token. */
  void end(Officers officers, String id, Path statement, Path out)
      throws CeremonyRefusedException, IOException, GeneralSecurityException {
    try (OfficerSecrets secrets = officers.secrets()) {
      SignedTranscript transcript = SignedTranscript.read(officers.transcript(), secrets);
      if (transcript.epoch(id).ended()) {
        say("The epoch '%s' has ended already", id);
        return;
      }
      if (transcript.newest().id().equals(id)) {
        throw new CeremonyRefusedException(
            "keys are made in the epoch '" + id + "' now: begin another one first");
      }
      EpochNeeds.read(statement, transcript, clock.instant()).requireNone(id);
      CeremonyFolder.empty(out).writeTranscript(transcript.withEnded(id, clock.instant()), secrets);
      say("The epoch '%s' has ended by the new transcript", id);
      say("Give it to every node; then destroy the wrapping key in every partition");
    }
  }

  /** Destroys the wrapping key of an epoch that has ended, in every partition that is given. */
  void destroy(Officers officers, String id, List<Place> places)
      throws CeremonyRefusedException, IOException, Pkcs11Exception {
    try (OfficerSecrets secrets = officers.secrets()) {
      SignedTranscript transcript = SignedTranscript.read(officers.transcript(), secrets);
      WrappingKey key = transcript.epoch(id);
      if (!key.ended()) {
        throw new CeremonyRefusedException("by this transcript the epoch has not ended: " + id);
      }
      destroy(key, open(places, transcript));
    }
  }

  /** All of them, or none: nothing is destroyed before all answer and are in order. */
  private static List<CustodyPartition> open(List<Place> places, SignedTranscript transcript)
      throws CeremonyRefusedException, IOException, Pkcs11Exception {
    List<CustodyPartition> opened = new ArrayList<>();
    boolean all = false;
    try {
      for (Place place : places) {
        opened.add(CustodyPartition.open(place, transcript));
      }
      all = true;
      return opened;
    } finally {
      if (!all) {
        close(opened);
      }
    }
  }

  private void destroy(WrappingKey key, List<CustodyPartition> partitions)
      throws CeremonyRefusedException, Pkcs11Exception {
    try {
      List<Optional<ObjectHandle>> found = new ArrayList<>();
      for (CustodyPartition partition : partitions) {
        found.add(partition.find(key));
      }
      boolean anywhere = false;
      for (int i = 0; i < partitions.size(); i++) {
        anywhere |= found.get(i).isPresent();
        if (found.get(i).isPresent()) {
          partitions.get(i).session().destroy(found.get(i).get());
          if (!partitions.get(i).find(key.id()).isEmpty()) {
            throw new CeremonyRefusedException(
                "partition " + (i + 1) + " says that it has destroyed the key, and has it still");
          }
        }
        say(
            found.get(i).isPresent() ? "Partition %d: destroyed" : "Partition %d: gone already",
            i + 1);
      }
      say(
          anywhere
              ? "The wrapping key '%s' is gone: nothing that was wrapped under it opens any more"
              : "The wrapping key '%s' is gone already from each",
          key.id());
      say("Copies that the HSM's maker keeps elsewhere are not: destroy them too");
    } finally {
      close(partitions);
    }
  }

  private static void close(List<CustodyPartition> partitions) throws Pkcs11Exception {
    Pkcs11Exception first = null;
    for (CustodyPartition partition : partitions) {
      try {
        partition.close();
      } catch (Pkcs11Exception e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** A key as the newest one, under another name. */
  private static KeyPlan plan(SignedTranscript transcript, String id)
      throws CeremonyRefusedException {
    if (transcript.hasKey(id)) {
      throw new CeremonyRefusedException("the transcript has a key '" + id + "' already");
    }
    WrappingKey newest = transcript.newest();
    try {
      return new KeyPlan(
          id,
          KeyUse.WRAPPING,
          "wraps the citizens' keys of the epoch after " + newest.id(),
          newest.mechanism(),
          newest
              .attributes()
              .with(CKA_LABEL, id)
              .with(CKA_ID, id.getBytes(StandardCharsets.US_ASCII)),
          Optional.empty(),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new CeremonyRefusedException(e.getMessage());
    }
  }

  private void say(String format, Object... values) {
    account.printf(format + "%n", values);
    account.flush();
  }
}
