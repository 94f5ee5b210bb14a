package eus.bakq.server.database;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * What is asked of a database before the server stands on it: that a commit is durable (a lost one
 * would let a signature activation be used twice) and that the runtime could not rewrite history.
 */
final class StartChecks {
  private StartChecks() {}

  /**
   * @throws UnusableDatabaseException naming every problem and what to do about it
   */
  static void require(Handle handle) {
    List<String> problems =
        new ArrayList<>(
            durabilityProblems(
                handle
                    .createQuery(
                        """
                        SELECT name, setting FROM pg_settings WHERE name IN
                        ('fsync', 'full_page_writes', 'synchronous_commit', 'synchronous_standby_names')
                        """)
                    .reduceRows(
                        new HashMap<String, String>(),
                        (settings, row) -> {
                          settings.put(
                              row.getColumn("name", String.class),
                              row.getColumn("setting", String.class));
                          return settings;
                        }),
                handle
                    .createQuery("SELECT count(*) FROM pg_stat_replication")
                    .mapTo(Long.class)
                    .one()));
    problems.addAll(roleProblems(handle));
    if (!problems.isEmpty()) {
      throw new UnusableDatabaseException(String.join(" ", problems));
    }
  }

  /**
   * @param settings of the server by name; one that is missing counts as wrong
   * @param standbys that are connected now
   */
  static List<String> durabilityProblems(Map<String, String> settings, long standbys) {
    List<String> problems = new ArrayList<>();
    for (String name : List.of("fsync", "full_page_writes")) {
      if (!"on".equals(settings.get(name))) {
        problems.add(
            name + " is off, so a crash may lose commits: set it to on in postgresql.conf.");
      }
    }
    String commit = settings.get("synchronous_commit");
    if (!List.of("on", "remote_apply", "remote_write").contains(String.valueOf(commit))) {
      problems.add(
          "synchronous_commit is "
              + commit
              + ", so a commit may be lost after it was answered: set it to on, for the role too.");
    }
    String synchronous = settings.get("synchronous_standby_names");
    if (standbys > 0 && (synchronous == null || synchronous.isBlank())) {
      problems.add(
          "There are standbys and synchronous_standby_names is empty, so a failover loses commits:"
              + " name the standbys.");
    }
    return problems;
  }

  private static List<String> roleProblems(Handle handle) {
    List<String> problems = new ArrayList<>();
    boolean mighty =
        handle
            .createQuery(
                """
                SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
                FROM pg_roles WHERE rolname = current_user
                """)
            .mapTo(Boolean.class)
            .one();
    boolean owner =
        handle
            .createQuery(
                """
                SELECT EXISTS (
                  SELECT 1 FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
                  WHERE n.nspname = 'bakq'
                    AND (pg_has_role(current_user, n.nspowner, 'MEMBER')
                      OR pg_has_role(current_user, c.relowner, 'MEMBER')))
                """)
            .mapTo(Boolean.class)
            .one();
    if (mighty || owner) {
      problems.add(
          "The runtime's role could change the record (it is a superuser, may make roles, or owns"
              + " tables): connect as bakq_runtime.");
    }
    return problems;
  }
}
