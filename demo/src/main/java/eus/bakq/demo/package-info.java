/**
 * The demo profile: a visible phone and mailbox, and authorising from a terminal. The production
 * distribution lacks this jar, and a production server refuses to start with it
 * (docs/sole-control.md section 7).
 */
package eus.bakq.demo;
