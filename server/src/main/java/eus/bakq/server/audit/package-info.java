/**
 * The record: what was done, refused and failed, in one append-only, hash-chained order. In come
 * {@link eus.bakq.server.audit.AuditEvent}s, in the transaction of what they tell; out come records
 * for auditors, and the answer whether the chain is whole. Never in it: names, numbers, addresses
 * and secrets of people.
 *
 * <p>The database's administrator is not trusted: who alters a record breaks the chain at that
 * record. Who rewrites the whole chain from some record on, or cuts its end off, is found by
 * comparing the head's hash with one that was noted outside the database.
 */
package eus.bakq.server.audit;
