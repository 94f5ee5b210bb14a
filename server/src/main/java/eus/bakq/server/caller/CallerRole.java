package eus.bakq.server.caller;

/** What a registered caller is: one role, one kind of door. */
public enum CallerRole {
  SEDE,
  REGISTRATION_OFFICER,
  AUDITOR
}
