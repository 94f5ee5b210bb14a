package eus.bakq.server.hsm;

import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.CeremonyTranscript.TokenRecord;
import eus.bakq.server.hsm.HsmSettings.PartitionSettings;
import eus.bakq.server.hsm.HsmSettings.TokenSettings;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The three tokens, in each partition, opened and found in order. A partition that is not is left
 * alone while another one serves, and let in when it is. Safe for several threads.
 */
public final class Hsm implements AutoCloseable {
  private static final String CUSTODY = "custody";
  private static final String RECORD = "record";
  private static final String AUTHORITY = "authority";

  private final Partitions custody;
  private final Partitions record;
  private final AuthorityToken authority;
  private final PartitionWatch watch;
  private final CitizenKeys citizenKeys;
  private final InfrastructureKeys infrastructureKeys;
  private final HsmCounters counters;
  private final Epochs epochs;

  private Hsm(
      Partitions custody,
      Partitions record,
      AuthorityToken authority,
      PartitionWatch watch,
      CitizenKeys citizenKeys,
      InfrastructureKeys infrastructureKeys,
      HsmCounters counters,
      Epochs epochs) {
    this.custody = custody;
    this.record = record;
    this.authority = authority;
    this.watch = watch;
    this.citizenKeys = citizenKeys;
    this.infrastructureKeys = infrastructureKeys;
    this.counters = counters;
    this.epochs = epochs;
  }

  /**
   * Opens the tokens, checks every object in them against the signed transcript, tries what a thief
   * would try, and tests algorithms and random generators. Takes a second or two for each
   * partition.
   *
   * @throws HsmRefusedException naming the token, the key and the check that failed, if no
   *     partition has a token that passes; of the first partition's
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
    List<PartitionModule> modules =
        settings.partitions().stream()
            .map(partition -> new PartitionModule(partition.module()))
            .toList();
    return new Opening(settings, transcript, modules, random, nanoTime, new HsmCounters()).open();
  }

  /** Citizens' keys, in the custody tokens; of use until {@link #close}. */
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
    return Stream.concat(places(CUSTODY, custody), places(RECORD, record)).toList();
  }

  private static Stream<AnchorPlace> places(String role, Partitions tokens) {
    return tokens.all().stream().map(token -> new TokenAnchorPlace(role, token));
  }

  /** The epochs of citizens' wrapping keys, as both officers have signed them. */
  public Epochs epochs() {
    return epochs;
  }

  /** How often the tokens were used since {@link #open}. */
  public HsmCounters counters() {
    return counters;
  }

  /** Logs out of the tokens; the keys handed out are of no use any more. */
  @Override
  public void close() {
    try {
      watch.close();
    } finally {
      custody.close();
      record.close();
      authority.close();
    }
  }

  /** What all tokens are opened with. */
  private record Opening(
      HsmSettings settings,
      CeremonyTranscript transcript,
      List<PartitionModule> modules,
      SecureRandom random,
      LongSupplier nanoTime,
      HsmCounters counters) {
    Hsm open() {
      Partitions custody = Partitions.open(tokens(CUSTODY, PartitionSettings::custody));
      try {
        return open(custody);
      } catch (RuntimeException e) {
        custody.close();
        throw e;
      }
    }

    private Hsm open(Partitions custody) {
      Partitions record = Partitions.open(tokens(RECORD, PartitionSettings::record));
      try {
        TokenRecord recordRecord = transcript.token(RECORD);
        requireMacKeys(transcript.token(CUSTODY), recordRecord);
        InfrastructureKeys infrastructureKeys =
            new TokenInfrastructureKeys(custody, record, recordRecord, counters);
        AuthorityToken authority =
            AuthorityToken.open(
                authorities(),
                transcript.token(AUTHORITY),
                random,
                nanoTime,
                settings.sessionWait());
        return new Hsm(
            custody,
            record,
            authority,
            watch(custody, record),
            citizenKeys(custody),
            infrastructureKeys,
            counters,
            transcript.epochs());
      } catch (RuntimeException e) {
        record.close();
        throw e;
      }
    }

    private static PartitionWatch watch(Partitions custody, Partitions record) {
      List<List<Partition>> tokens = new ArrayList<>();
      for (int i = 0; i < custody.all().size(); i++) {
        tokens.add(List.of(custody.all().get(i), record.all().get(i)));
      }
      return PartitionWatch.start(tokens);
    }

    private CitizenKeys citizenKeys(Partitions custody) {
      TokenRecord token = transcript.token(CUSTODY);
      return new TokenCitizenKeys(custody, token, new KeyVerifier(token, random), counters);
    }

    private List<Partition> tokens(String role, Function<PartitionSettings, TokenSettings> which) {
      List<Partition> tokens = new ArrayList<>();
      for (int i = 0; i < modules.size(); i++) {
        int number = i + 1;
        TokenLogin login = login(role, i, which);
        tokens.add(
            new Partition(
                number, new Rest(role, number, nanoTime), rest -> admit(role, login, rest)));
      }
      return tokens;
    }

    private List<TokenLogin> authorities() {
      List<TokenLogin> logins = new ArrayList<>();
      for (int i = 0; i < modules.size(); i++) {
        logins.add(login(AUTHORITY, i, PartitionSettings::authority));
      }
      return logins;
    }

    private TokenLogin login(
        String role, int partition, Function<PartitionSettings, TokenSettings> which) {
      return new TokenLogin(
          modules.get(partition),
          which.apply(settings.partitions().get(partition)),
          transcript.token(role),
          random);
    }

    /** All that a token is asked before it serves for the first time. */
    private SessionPool admit(String role, TokenLogin login, Rest rest) {
      SessionPool pool = SessionPool.open(login, settings, counters, rest);
      boolean admitted = false;
      try {
        Partitions alone = new Partitions(List.of(Partition.of(pool, new Rest(role, 1, nanoTime))));
        if (role.equals(CUSTODY)) {
          new TokenProbe(pool, transcript.token(role)).run();
          new HsmSelfTest(citizenKeys(alone)).requireSignatures();
        }
        HsmSelfTest.requireRandom(
            role,
            size -> alone.<byte[], RuntimeException>use((session, keys) -> session.random(size)));
        admitted = true;
        return pool;
      } catch (TokenAwayException | UnavailableException e) {
        throw HsmRefusedException.unanswered(role, "", e);
      } finally {
        if (!admitted) {
          pool.close();
        }
      }
    }

    private static void requireMacKeys(TokenRecord custody, TokenRecord record) {
      for (MacKey key : MacKey.values()) {
        boolean ofPassword = key == MacKey.VERIFY || key == MacKey.ACTIVATE;
        (ofPassword ? custody : record).key(TokenInfrastructureKeys.id(key));
      }
    }
  }
}
