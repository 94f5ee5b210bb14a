/** The composition root: the only place where services are made and joined. */
package eus.bakq.server;
