/**
 * The connection pool, transactions, migrations, the clock and idempotent calls: what every
 * capability's SQL stands on, and no capability's SQL. In come settings and work to be done in a
 * transaction; out comes work that is durable when the call returns, or one of {@link
 * eus.bakq.server.failure.UnavailableException}, {@link eus.bakq.server.failure.RefusedException}
 * and {@link eus.bakq.server.database.CommitUnknownException}.
 *
 * <p>The database is trusted to keep what it committed, and nothing more: its administrator is an
 * attacker (docs/sole-control.md section 1). So it is asked at the start whether its commits are
 * durable, the runtime's role owns nothing, and whoever needs to know whether a row was altered
 * checks a MAC or the record's hashes.
 */
package eus.bakq.server.database;
