package eus.bakq.server.vocabulary;

/**
 * What kind of instance this is; stamped in database, tokens and authority at their making, and an
 * instance of one kind refuses the things of the other (docs/sole-control.md section 7).
 */
public enum Profile {
  /** The default: refuses everything of the demo. */
  PRODUCTION,
  /** For looking at: phone and mailbox are visible, certificates say TEST. */
  DEMO
}
