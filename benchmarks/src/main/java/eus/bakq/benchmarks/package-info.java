/**
 * How long signing takes, and where the time goes: programs that measure, and print what they
 * measured. They sign as the server does, with the server's own parts, keys in real tokens and
 * stamps of another process; of the server they leave out database and network.
 */
package eus.bakq.benchmarks;
