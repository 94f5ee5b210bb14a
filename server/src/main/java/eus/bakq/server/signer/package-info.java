/**
 * The people: who they are, how they are reached, by which document they were identified, and in
 * which state they are.
 *
 * <p>In come words that were checked ({@code vocabulary}); out go {@link
 * eus.bakq.server.signer.Signer}s. The database is not trusted: each row stands under a MAC of the
 * record token ({@link eus.bakq.server.signer.RowMacs}, which the packages below use for their rows
 * too) and is refused when altered. What the MAC cannot show is a row set back to an older form;
 * for that the version stands in the record.
 */
package eus.bakq.server.signer;
