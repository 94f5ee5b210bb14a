/**
 * DSS as a judge that is set up apart from the server: with other anchors, other sources, online,
 * and none of the server's classes. In come signed documents and the addresses in their
 * certificates; nothing but this machine is ever asked.
 */
package eus.bakq.demo.judge;
