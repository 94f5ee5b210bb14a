/**
 * The {@code bakq} command: every kind of caller from a terminal, over gRPC only.
 *
 * <p>In come arguments, a connection file ({@link eus.bakq.cli.ConnectionFile}) and what a person
 * types or a script sends line by line; secrets come from the keyboard, standard input or a file,
 * never from arguments. Out go calls, one clear sentence when a call is refused ({@link
 * eus.bakq.cli.Sentences}), and signed documents on disk. What servers send is shown with its
 * control characters removed, and names no path outside the folder that the user gave.
 *
 * <p>Exit codes: 0 done, 1 refused, 2 wrong arguments or values, 3 not available now. Those of the
 * self-test are its own ({@link eus.bakq.cli.SelfTestReport}): it attacks a server through its
 * doors, and is the only command that makes calls which must not succeed.
 */
package eus.bakq.cli;
