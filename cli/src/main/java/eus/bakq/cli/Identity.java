package eus.bakq.cli;

/** As whom the self-test knocks at a door. */
enum Identity {
  /** The sede whose requests are attacked. */
  SEDE,
  /** Another registered sede. */
  OTHER_SEDE,
  AUDITOR,
  /** Without a client certificate, as citizens' programs are. */
  NOBODY
}
