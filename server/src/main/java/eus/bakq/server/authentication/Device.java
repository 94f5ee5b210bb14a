package eus.bakq.server.authentication;

/**
 * From where a password comes, by what {@link DeviceCookies} find: by this its failures, and those
 * of its codes, are counted (docs/sole-control.md section 4, Locks).
 */
enum Device {
  /** With this program the signer has succeeded before. Never so where {@link LockRule#SINGLE}. */
  KNOWN,
  /** Any other. */
  UNKNOWN
}
