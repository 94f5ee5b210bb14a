/**
 * The door of the public: plain HTTP, for whoever wants to know the status of a certificate. In
 * come requests of strangers, bounded in size, number and time before anything is done with them;
 * out go answers that are signed elsewhere, so that whoever changes them on the way is noticed.
 * Nothing is decided here, and nobody is known by name. Trusted: nothing that comes in.
 */
package eus.bakq.server.web;
