package eus.bakq.server.database;

import com.zaxxer.hikari.HikariDataSource;
import eus.bakq.server.vocabulary.Profile;
import java.nio.file.Files;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Brings the tables to the form that this release needs. */
public final class Migrations {
  static final String SCHEMA = "bakq";

  private Migrations() {}

  /**
   * Runs the migrations that have not run yet, as the owner, and on the first run stamps the
   * database as one of {@code profile}. What the runtime's role may do is written in the
   * migrations. Several nodes may call this at once: one works, the others wait.
   *
   * @throws UnusableDatabaseException if the database is of the other profile (it is then left as
   *     it was), cannot be reached, or was migrated by another hand
   */
  public static void run(DatabaseSettings settings, Profile profile) {
    if (!Files.exists(settings.ownerPasswordFile())) {
      throw new UnusableDatabaseException(
          "The migrations need the password of the database's owner, and its file is not here: run"
              + " them where it is, with --migrate.");
    }
    try (HikariDataSource pool = Pools.openForOwner(settings)) {
      Jdbi jdbi = Jdbi.create(pool);
      Optional<Profile> stamped = jdbi.withHandle(Migrations::stampedProfile);
      if (stamped.isPresent()) {
        requireSame(stamped.get(), profile);
      }
      flyway(pool).migrate();
      jdbi.useHandle(
          handle ->
              handle
                  .createUpdate(
                      """
                      INSERT INTO bakq.instance (id, profile, created_at)
                      VALUES (1, :profile, clock_timestamp()) ON CONFLICT DO NOTHING
                      """)
                  .bind("profile", profile.name())
                  .execute());
      jdbi.useHandle(handle -> requireProfile(handle, profile));
    } catch (FlywayException | JdbiException e) {
      throw new UnusableDatabaseException(
          "The migrations failed; the database is as it was before the one that failed.", e);
    }
  }

  /**
   * As {@link #run}, if there is anything to do; if there is not, the owner's password is not read,
   * and need not be there. Whether there is, the runtime's role reads.
   */
  public static void runIfNeeded(DatabaseSettings settings, Profile profile) {
    if (!isCurrent(settings)) {
      run(settings, profile);
    }
  }

  private static boolean isCurrent(DatabaseSettings settings) {
    try (HikariDataSource pool = Pools.openOneForRuntime(settings)) {
      return Jdbi.create(pool).withHandle(Migrations::mayReadHistory) && isCurrent(flyway(pool));
    } catch (FlywayValidateException e) {
      throw new UnusableDatabaseException(
          "The database was migrated by another hand: its schema is not the one of this release.",
          e);
    } catch (FlywayException | JdbiException e) {
      throw new UnusableDatabaseException("The database does not say which schema it has.", e);
    }
  }

  /**
   * Whether nothing is to be migrated, and what was is what this release has.
   *
   * @throws FlywayException if it was migrated by another hand
   */
  private static boolean isCurrent(Flyway flyway) {
    boolean current = flyway.info().pending().length == 0;
    if (current) {
      flyway.validate();
    }
    return current;
  }

  /** False before the first migration, and before the one that gave the runtime this right. */
  private static boolean mayReadHistory(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT coalesce(bool_and(has_schema_privilege(n.oid, 'USAGE')
              AND has_table_privilege(c.oid, 'SELECT')), false)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = :schema AND c.relname = 'flyway_schema_history'
            """)
        .bind("schema", SCHEMA)
        .mapTo(Boolean.class)
        .one();
  }

  private static Flyway flyway(HikariDataSource pool) {
    return Flyway.configure()
        .dataSource(pool)
        .defaultSchema(SCHEMA)
        .schemas(SCHEMA)
        .locations("classpath:db/migration")
        .sqlMigrationPrefix("V")
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .load();
  }

  /**
   * @throws UnusableDatabaseException unless the database was stamped as one of {@code profile}
   */
  static void requireProfile(Handle handle, Profile profile) {
    requireSame(
        stampedProfile(handle)
            .orElseThrow(
                () ->
                    new UnusableDatabaseException(
                        "The database has no tables of this server yet: run the migrations first.")),
        profile);
  }

  private static Optional<Profile> stampedProfile(Handle handle) {
    boolean exists =
        handle
            .createQuery("SELECT to_regclass('bakq.instance') IS NOT NULL")
            .mapTo(Boolean.class)
            .one();
    if (!exists) {
      return Optional.empty();
    }
    return handle
        .createQuery("SELECT profile FROM bakq.instance")
        .mapTo(String.class)
        .findOne()
        .map(Profile::valueOf);
  }

  private static void requireSame(Profile stamped, Profile wanted) {
    if (stamped != wanted) {
      throw new UnusableDatabaseException(
          "This database was made for the profile "
              + stamped
              + " and this server runs with "
              + wanted
              + ": give it a database of its own.");
    }
  }
}
