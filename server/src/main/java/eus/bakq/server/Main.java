package eus.bakq.server;

import eus.bakq.server.config.ConfigurationFile;
import eus.bakq.server.config.InvalidConfigurationException;
import eus.bakq.server.config.ProfileExtension;
import eus.bakq.server.config.ServerConfiguration;
import eus.bakq.server.database.Migrations;
import eus.bakq.server.database.UnusableDatabaseException;
import eus.bakq.server.failure.RefusedException;
import eus.bakq.server.failure.UnavailableException;
import eus.bakq.server.hsm.HsmRefusedException;
import eus.bakq.server.vocabulary.Profile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program: {@code [--profile demo] [--check-config | --migrate] CONFIGURATION}. No profile
 * means production. With {@code --migrate} it brings the database to this release and ends: nothing
 * else needs the password of the database's owner. Ends with 0 after an orderly stop, also of a
 * start that was called off; 1 if the server refuses to start; 2 if it was called wrongly; 3 if it
 * stopped, but not in order or not in time: what is left is settled by another node or by the next
 * start.
 */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  private static final int DOES_NOT_START = 1;
  private static final int STOPPED_OUT_OF_ORDER = 3;
  private static final Duration LONGEST_CLOSE = Duration.ofMinutes(1);

  private enum Task {
    SERVE,
    CHECK,
    MIGRATE
  }

  private record Arguments(Profile profile, Task task, Path configuration) {}

  private Main() {}

  public static void main(String[] words) {
    Termination termination = Termination.onSignal();
    int exitCode = DOES_NOT_START;
    try {
      exitCode =
          run(List.of(words), ServiceLoader.load(ProfileExtension.class), System.err, termination);
    } finally {
      // Whatever is thrown: who waits for the end must not wait in vain.
      termination.ended(exitCode);
    }
    System.exit(exitCode);
  }

  /**
   * Runs until the server is stopped, if it starts.
   *
   * @param installed the extensions of the class path
   * @param console where the operator reads why the server does not start
   * @param termination says when to stop
   * @return what the program ends with
   */
  static int run(
      List<String> words,
      Iterable<ProfileExtension> installed,
      PrintStream console,
      Termination termination) {
    Optional<Arguments> parsed = parse(words);
    if (parsed.isEmpty()) {
      console.println(
          "usage: bakq-server [--profile demo] [--check-config | --migrate] CONFIGURATION");
      return 2;
    }
    Arguments arguments = parsed.get();
    try {
      ServerConfiguration configuration =
          ConfigurationFile.read(arguments.configuration(), arguments.profile());
      ProfileExtension extension = extension(arguments.profile(), installed);
      return switch (arguments.task()) {
        case SERVE -> serve(configuration, extension, console, termination);
        case CHECK -> {
          console.println("the configuration is sound");
          yield 0;
        }
        case MIGRATE -> {
          Migrations.run(configuration.database(), configuration.profile());
          console.println("the database has the schema of this release");
          yield 0;
        }
      };
    } catch (SigningServer.StartCalledOffException e) {
      console.println("The start was called off.");
      return 0;
    } catch (InvalidConfigurationException
        | HsmRefusedException
        | UnusableDatabaseException
        | RefusedToStartException e) {
      console.println("The server does not start: " + e.getMessage());
      return DOES_NOT_START;
    } catch (UnavailableException | RefusedException | IOException | IllegalStateException e) {
      console.println("The server does not start: " + e.getMessage());
      LOG.atError().setCause(e).log("the server does not start");
      return DOES_NOT_START;
    }
  }

  private static int serve(
      ServerConfiguration configuration,
      ProfileExtension extension,
      PrintStream console,
      Termination termination)
      throws IOException, RefusedException {
    termination.mayTake(longestStop(configuration));
    try (SigningServer server =
        SigningServer.start(configuration, extension, termination::isAskedFor)) {
      console.println("The server is ready.");
      termination.await();
      console.println("The server stops.");
      return server.stop() ? 0 : STOPPED_OUT_OF_ORDER;
    }
  }

  /** The drain bounds of the doors run together; then everything else has a minute. */
  private static Duration longestStop(ServerConfiguration configuration) {
    return configuration.listeners().stream()
        .map(listener -> listener.bounds().drain())
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO)
        .plus(configuration.publicListener().drain())
        .plus(LONGEST_CLOSE);
  }

  private static Optional<Arguments> parse(List<String> words) {
    Profile profile = Profile.PRODUCTION;
    Task task = Task.SERVE;
    Path configuration = null;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--profile") && i + 1 < words.size() && words.get(i + 1).equals("demo")) {
        profile = Profile.DEMO;
        i++;
      } else if (word.equals("--check-config") && task == Task.SERVE) {
        task = Task.CHECK;
      } else if (word.equals("--migrate") && task == Task.SERVE) {
        task = Task.MIGRATE;
      } else if (configuration == null && !word.startsWith("-")) {
        configuration = Path.of(word);
      } else {
        return Optional.empty();
      }
    }
    return configuration == null
        ? Optional.empty()
        : Optional.of(new Arguments(profile, task, configuration));
  }

  /** The one extension that is installed; one of another profile is never used. */
  private static ProfileExtension extension(Profile profile, Iterable<ProfileExtension> installed)
      throws RefusedToStartException {
    List<ProfileExtension> own = new ArrayList<>();
    for (ProfileExtension extension : installed) {
      if (extension.profile() != profile) {
        throw new RefusedToStartException(
            "the "
                + extension.profile()
                + " profile is installed, and this is a server of the "
                + profile
                + " profile. Remove its jar, or start the server of its profile.");
      }
      own.add(extension);
    }
    if (own.isEmpty()) {
      throw new RefusedToStartException(
          "there is nothing installed that carries SMS and e-mail for the "
              + profile
              + " profile.");
    }
    if (own.size() > 1) {
      throw new RefusedToStartException(
          "more than one part is installed that carries SMS and e-mail for the "
              + profile
              + " profile.");
    }
    return own.getFirst();
  }

  /** The installation does not fit the profile. */
  private static final class RefusedToStartException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedToStartException(String message) {
      super(message);
    }
  }
}
