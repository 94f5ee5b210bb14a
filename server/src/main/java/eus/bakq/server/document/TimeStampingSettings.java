package eus.bakq.server.document;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Whose time stamps go into signatures from level B-T on. Whoever can write this can have documents
 * sent nowhere (only hashes leave), but can choose who says when they were signed, and whom the
 * server asks: addresses of the inside of its network, too.
 *
 * @param address where RFC 3161 queries are sent; http or https
 * @param authorities a PEM file with 1 to 16 certificates of authorities: a unit's certificate must
 *     lead to one of them
 * @param statusAddresses up to 16 addresses under which the status of units and their issuers may
 *     be fetched, with all that is below them; http or https, and a path that ends with {@code /}.
 *     From level B-LT on something must be there
 * @param timeout for the whole answer of whoever is asked, 1 to 30 s; default 10 s
 */
public record TimeStampingSettings(
    URI address, Path authorities, List<URI> statusAddresses, Duration timeout) {
  /** How many addresses there may be. */
  public static final int MOST_STATUS_ADDRESSES = 16;

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(30);

  public TimeStampingSettings {
    Objects.requireNonNull(authorities);
    statusAddresses = List.copyOf(statusAddresses);
    if (!isPlain(address)) {
      throw new IllegalArgumentException(
          "address is http or https, with a host, and without user, query and fragment");
    }
    if (statusAddresses.size() > MOST_STATUS_ADDRESSES
        || !statusAddresses.stream().allMatch(TimeStampingSettings::isFolder)) {
      throw new IllegalArgumentException(
          "statusAddresses are at most "
              + MOST_STATUS_ADDRESSES
              + ", each http or https with a path that ends with /");
    }
    if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new IllegalArgumentException("timeout is 1 s to 30 s");
    }
  }

  /**
   * Whether the status of a certificate may be asked for at {@code asked}: it is below one of the
   * addresses, with the same scheme, host and port, and without a way back up.
   */
  boolean permits(URI asked) {
    return isPlain(asked)
        && asked.normalize().getRawPath().equals(asked.getRawPath())
        && !asked.getRawPath().toLowerCase(Locale.ROOT).contains("%2e")
        && statusAddresses.stream().anyMatch(folder -> isBelow(folder, asked));
  }

  private static boolean isBelow(URI folder, URI asked) {
    return folder.getScheme().equalsIgnoreCase(asked.getScheme())
        && folder.getHost().equalsIgnoreCase(asked.getHost())
        && folder.getPort() == asked.getPort()
        && asked.getRawPath().startsWith(folder.getRawPath());
  }

  private static boolean isFolder(URI address) {
    return isPlain(address)
        && address.getRawPath().endsWith("/")
        && address.normalize().equals(address);
  }

  private static boolean isPlain(URI address) {
    return ("http".equalsIgnoreCase(address.getScheme())
            || "https".equalsIgnoreCase(address.getScheme()))
        && address.getHost() != null
        && address.getRawUserInfo() == null
        && address.getRawQuery() == null
        && address.getRawFragment() == null;
  }
}
