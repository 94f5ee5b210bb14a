package eus.bakq.server.database;

import java.time.Duration;

/**
 * What one comparison of the clocks found.
 *
 * @param offset the database's against this node's
 * @param jump by how far the database's clock surely is not where this node's monotonic clock would
 *     have it; zero if it may be there
 * @param behindMark by how far the database's clock is behind the latest time that was given out;
 *     zero if it is not
 */
public record ClockLook(
    ClockStanding standing, ClockOffset offset, Duration jump, Duration behindMark) {}
