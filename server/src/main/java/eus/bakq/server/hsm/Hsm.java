package eus.bakq.server.hsm;

import eus.bakq.pkcs11.Pkcs11Exception;
import eus.bakq.pkcs11.Pkcs11Module;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The three tokens, opened and found in order. Safe for several threads. */
public final class Hsm implements AutoCloseable {
  private final SessionPool custody;
  private final SessionPool record;
  private final AuthorityToken authority;
  private final CitizenKeys citizenKeys;
  private final InfrastructureKeys infrastructureKeys;
  private final HsmCounters counters;

  private Hsm(
      SessionPool custody,
      SessionPool record,
      AuthorityToken authority,
      CitizenKeys citizenKeys,
      InfrastructureKeys infrastructureKeys,
      HsmCounters counters) {
    this.custody = custody;
    this.record = record;
    this.authority = authority;
    this.citizenKeys = citizenKeys;
    this.infrastructureKeys = infrastructureKeys;
    this.counters = counters;
  }

  /**
   * Opens the tokens, checks every object in them against the signed transcript, tries what a thief
   * would try, and tests algorithms and random generators. Takes a second or two.
   *
   * @throws HsmRefusedException naming the token, the key and the check that failed
   */
  public static Hsm open(HsmSettings settings, SecureRandom random) {
    return open(settings, random, System::nanoTime);
  }

  static Hsm open(HsmSettings settings, SecureRandom random, LongSupplier nanoTime) {
    CeremonyTranscript transcript =
        CeremonyTranscript.read(settings.transcript(), settings.transcriptPublicKey());
    if (!transcript.profile().equals(settings.profile().name().toLowerCase(Locale.ROOT))) {
      throw new HsmRefusedException("transcript", "", "is of the profile of the server");
    }
    Opening opening =
        new Opening(settings, transcript, module(settings), random, nanoTime, new HsmCounters());
    SessionPool custody = opening.pool("custody", settings.custody());
    try {
      return opening.open(custody);
    } catch (RuntimeException e) {
      custody.close();
      throw e;
    }
  }

  /** Citizens' keys, in the custody token; of use until {@link #close}. */
  public CitizenKeys citizenKeys() {
    return citizenKeys;
  }

  /** The server's own keys in custody and record, and record's random generator; as above. */
  public InfrastructureKeys infrastructureKeys() {
    return infrastructureKeys;
  }

  /** The authority's key, of use until {@link #close}. */
  public AuthorityKey authorityKey() {
    return authority.key();
  }

  /** Where the tokens keep the anchor of the record's head; of use until {@link #close}. */
  public List<AnchorPlace> anchorPlaces() {
    return List.of(
        new TokenAnchorPlace("custody", custody), new TokenAnchorPlace("record", record));
  }

  /** How often the tokens were used since {@link #open}. */
  public HsmCounters counters() {
    return counters;
  }

  /** Logs out of the tokens; the keys handed out are of no use any more. */
  @Override
  public void close() {
    custody.close();
    record.close();
    authority.close();
  }

  private static Pkcs11Module module(HsmSettings settings) {
    try {
      return Pkcs11Module.open(settings.module());
    } catch (Pkcs11Exception | IllegalArgumentException e) {
      throw new HsmRefusedException("module", "", "can be loaded", e);
    }
  }

  /** What all three tokens are opened with. */
  private record Opening(
      HsmSettings settings,
      CeremonyTranscript transcript,
      Pkcs11Module module,
      SecureRandom random,
      LongSupplier nanoTime,
      HsmCounters counters) {
    Hsm open(SessionPool custody) {
      TokenRecord custodyRecord = transcript.token("custody");
      new TokenProbe(custody, custodyRecord).run();
      CitizenKeys citizenKeys =
          new TokenCitizenKeys(
              custody, custodyRecord, new KeyVerifier(custodyRecord, random), counters);
      new HsmSelfTest(citizenKeys).requireSignatures();
      requireRandom("custody", custody);
      SessionPool record = pool("record", settings.record());
      try {
        TokenRecord recordRecord = transcript.token("record");
        requireMacKeys(custodyRecord, recordRecord);
        InfrastructureKeys infrastructureKeys =
            new TokenInfrastructureKeys(custody, record, recordRecord, counters);
        requireRandom("record", record);
        AuthorityToken authority =
            AuthorityToken.open(
                settings.module(),
                login("authority", settings.authority()),
                transcript.token("authority"),
                random,
                nanoTime,
                settings.sessionWait());
        return new Hsm(custody, record, authority, citizenKeys, infrastructureKeys, counters);
      } catch (RuntimeException e) {
        record.close();
        throw e;
      }
    }

    SessionPool pool(String role, TokenSettings token) {
      return SessionPool.open(module, login(role, token), settings, counters, nanoTime);
    }

    private TokenLogin login(String role, TokenSettings token) {
      return new TokenLogin(module, token, transcript.token(role), random);
    }

    private static void requireMacKeys(TokenRecord custody, TokenRecord record) {
      for (MacKey key : MacKey.values()) {
        boolean ofPassword = key == MacKey.VERIFY || key == MacKey.ACTIVATE;
        (ofPassword ? custody : record).key(TokenInfrastructureKeys.id(key));
      }
    }

    private static void requireRandom(String role, SessionPool pool) {
      HsmSelfTest.requireRandom(
          role,
          size -> pool.<byte[], RuntimeException>use((session, keys) -> session.random(size)));
    }
  }
}
