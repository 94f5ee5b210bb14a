/*
 * The ledger and the states of one signature request, as docs/model.md says what of the server they stand for.
 *
 * One request of N documents. Two nodes take codes, sign and complete at once; citizens open it, give passwords and codes,
 * or say no; the sede withdraws it, fetches, acknowledges; time passes. A process may die after any step. The answer to a
 * COMMIT may be lost, whether it was made or not, and may be made after everybody has given up waiting for it. A lease may end
 * at any time, also that of a process that lives: nothing here relies on it for safety.
 *
 * A step of this model is one transaction, or what a process does between two. Each change of this file that a case of
 * ./model names (-DFAULT_...) must make it fail.
 */

#ifndef N
#define N 2 /* documents, of which each is one occurrence in the ledger */
#endif
#ifndef S
#define S 2 /* activation data: how often all factors may be right */
#endif
#ifndef I
#define I 3 /* interactions */
#endif
#ifndef TROUBLE
#define TROUBLE 0 /* how many deaths and lost answers; 0: any number */
#endif

#define NOBODY 0

mtype:request = { FROZEN, CHALLENGED, AUTHORISED, COMPLETING, COMPLETED, REJECTED, CANCELLED, EXPIRED, FAILED };
mtype:occurrence = { NOTHING, ISSUED, RESERVED, CONSUMED, INTERRUPTED };
mtype:interaction = { UNOPENED, OPEN, ASKED, SUCCEEDED, ENDED };

/* What is in PostgreSQL. Activation data are numbered from 1; at(s, o) is the ledger's row of an occurrence. */
#define at(s, o) (((s) - 1) * N + (o))
mtype:request request = FROZEN;
byte turn = NOBODY;                 /* signature_request.sad_id */
mtype:occurrence ledger[S * N] = NOTHING;
byte kept[N] = NOBODY;              /* request_document.value: made by which activation data */
byte file[N] = NOBODY;              /* request_document.signed: made by whose completing, 1 to 3 */
bool erased = false;
mtype:interaction state[I] = UNOPENED;
bool live[I] = false;               /* ChallengeState.LIVE */
byte tries[I] = 0;
byte issued = 0;
bool old[S] = false;                /* the hardest life of activation data is over */
byte limbo = NOBODY;                /* whose outcome is being committed, with the locks that it holds */

/* The record. */
bool intent[S * N] = false;         /* SIGNATURE_AUTHORISED */
bool created[S * N] = false;        /* SIGNATURE_CREATED */
bool burnt[S * N] = false;          /* SIGNATURE_INTERRUPTED, SIGNATURE_FAILED */

/* What the world has seen. */
byte used[S] = 0;                   /* how many calls had the HSM use the key for these activation data */
byte given[N] = NOBODY;             /* whose signature the sede has */
byte givenFile[N] = NOBODY;         /* and which completing put it into the document */

byte trouble = 0;

#if TROUBLE == 0
#define troubled true
#define TROUBLED skip
#else
#define troubled (trouble < TROUBLE)
#define TROUBLED trouble++
#endif

/* A transaction that needs the request's row waits while one in limbo holds it; in the end its own time is over. */
#define unlocked (limbo == NOBODY)
#define isOpen (request == FROZEN || request == CHALLENGED)
#define isFinal (request == COMPLETED || request == REJECTED || request == CANCELLED || request == EXPIRED || request == FAILED)

/* ActivationLedger.isOverWithoutValue: judged by the first occurrence. */
#define isOver(s) (ledger[at(s, 0)] == INTERRUPTED || (ledger[at(s, 0)] == ISSUED && old[(s) - 1]))

/* ActivationLedger.isLetGo: asked by the one call that had the activation data, at its end. */
#define isLetGo(s) (ledger[at(s, 0)] == INTERRUPTED || ledger[at(s, 0)] == ISSUED)

/*
 * The steps that signing.SignatureRequestState and sam.LedgerState allow, a state in each line: LedgerModelTest compares them
 * with the code. ISSUED is LedgerState.AUTHORISED; NOTHING is no row. No step of the model is another one; where a fault is put
 * into it this is not asked, because the fault is to be found by what comes of it.
 */
#define mayMove(from, to) ( \
  (from) == FROZEN && ((to) == CHALLENGED || (to) == REJECTED || (to) == EXPIRED || (to) == CANCELLED) || \
  (from) == CHALLENGED && ((to) == AUTHORISED || (to) == REJECTED || (to) == EXPIRED || (to) == CANCELLED) || \
  (from) == AUTHORISED && ((to) == COMPLETING || (to) == FROZEN) || \
  (from) == COMPLETING && ((to) == COMPLETED || (to) == FAILED))
#define mayStep(from, to) ( \
  (from) == NOTHING && (to) == ISSUED || \
  (from) == ISSUED && (to) == RESERVED || \
  (from) == RESERVED && ((to) == CONSUMED || (to) == INTERRUPTED))
#ifdef STEPS
#define requireMove(to) assert(mayMove(request, to))
#define requireStep(place, to) assert(mayStep(ledger[place], to))
#else
#define requireMove(to) skip
#define requireStep(place, to) skip
#endif

inline moveTo(to) {
  requireMove(to);
  request = to
}

inline stepTo(place, to) {
  requireStep(place, to);
  ledger[place] = to
}

byte o, i; /* loops within one step; nothing is kept in them */

inline abandonAll() {
  i = 0;
  do
  :: i < I ->
       if
       :: state[i] == OPEN || state[i] == ASKED -> state[i] = ENDED; live[i] = false
       :: else
       fi;
       i++
  :: else -> break
  od;
  i = 0
}

/* SettleRequests.beginAgain */
inline beginAgain() {
  moveTo(FROZEN);
  abandonAll()
}

/* What AUTHORISED is once it is certain that nothing comes of it. */
inline allOccurrences(s, what, same) {
  same = true;
  o = 0;
  do
  :: o < N -> same = same && ledger[at(s, o)] == what; o++
  :: else -> break
  od;
  o = 0
}

/* The outcome, as one transaction: ledger, values, record, request. */
inline keep(s) {
  assert(turn == s);                /* P9: the values are those of the authorisation that the request names */
  o = 0;
  do
  :: o < N ->
       stepTo(at(s, o), CONSUMED);
       kept[o] = s;
#ifndef FAULT_NOT_RECORDED
       created[at(s, o)] = true;
#endif
       assert(!burnt[at(s, o)]);    /* P3: what was burnt yields nothing */
       o++
  :: else -> break
  od;
  o = 0;
  moveTo(COMPLETING)
}

inline burnAll(s) {
  o = 0;
  do
  :: o < N ->
       if
       :: ledger[at(s, o)] == RESERVED -> stepTo(at(s, o), INTERRUPTED); burnt[at(s, o)] = true
       :: else
       fi;
       o++
  :: else -> break
  od;
  o = 0
}

/* AuthoriseSignature.beginAgain, of the call that has s; refused: the activation data exist in this call only. */
#ifdef FAULT_ANYBODYS_TURN
#define mayKeep(s) (request == AUTHORISED)
#define mayBeginAgain(s, refused) (request == AUTHORISED && (refused || isLetGo(turn)))
#else
#define mayKeep(s) (request == AUTHORISED && turn == (s))
#define mayBeginAgain(s, refused) (request == AUTHORISED && turn == (s) && (refused || isLetGo(turn)))
#endif

/* Puts the values into the documents, by whom it says: any number of processes may do so at once. */
inline complete(by) {
  if
  :: atomic { request == COMPLETING && kept[0] == turn && kept[N - 1] == turn -> skip }; /* CompleteDocuments.load */
     if
     :: atomic {
          unlocked -> /* CompleteDocuments.keep: whoever commits first wins */
          if
#ifdef FAULT_EACH_COMPLETES
          :: request == COMPLETING || request == COMPLETED ->
#else
          :: request == COMPLETING ->
#endif
               o = 0;
               do
               :: o < N -> file[o] = by; o++
               :: else -> break
               od;
               o = 0;
               moveTo(COMPLETED)
          :: else
          fi
        }
     :: atomic { troubled -> TROUBLED } /* dies, or somebody who is needed does not answer */
     fi
  :: atomic { else -> skip }
  fi
}

proctype Node(byte me) {
  byte s = NOBODY;
  bool same, refused;

idle:
  s = NOBODY; refused = false;
end_idle:
  do
  :: atomic { /* CodeStep.judge: any of the interactions, a wrong code */
       unlocked && state[0] == ASKED && tries[0] < 3 -> tries[0]++;
       if :: tries[0] == 3 -> state[0] = ENDED; live[0] = false :: else fi
     }
  :: atomic { /* a right one: CodeStep.judge, SignatureSubject.succeeded, ActivationIssuer.issue */
       unlocked && isOpen && issued < S &&
         (state[0] == ASKED && live[0] || state[1] == ASKED && live[1] || state[I - 1] == ASKED && live[I - 1]) ->
       if
       :: state[0] == ASKED && live[0] -> i = 0
       :: state[1] == ASKED && live[1] -> i = 1
       :: state[I - 1] == ASKED && live[I - 1] -> i = I - 1
       fi;
       assert(request == CHALLENGED);
       state[i] = SUCCEEDED; live[i] = false; i = 0;
       issued++;
       s = issued;
       turn = s;
       moveTo(AUTHORISED);
       o = 0;
       do
       :: o < N -> stepTo(at(s, o), ISSUED); o++
       :: else -> break
       od;
       o = 0
     }
     break
  od;

  if
  :: skip
  :: atomic { troubled -> TROUBLED; goto idle } /* dies, or the answer is lost: nobody has the activation data any more */
  fi;

  /* SignHashes.reserve, which looks first (ActivationVerifier) ... */
  if
  :: atomic { ledger[at(s, 0)] == ISSUED && !old[s - 1] -> skip }
  :: atomic { else -> refused = true; goto again }
  fi;
  /* ... and then writes; between the two a process may stand still for any time. */
  atomic {
    allOccurrences(s, ISSUED, same);
    if
    :: same ->
         o = 0;
         do
         :: o < N -> stepTo(at(s, o), RESERVED); intent[at(s, o)] = true; o++
         :: else -> break
         od;
         o = 0
    :: else -> refused = true; goto again
    fi
  };
  if
  :: skip
  :: atomic { troubled -> TROUBLED; goto idle }  /* dies */
  :: atomic { troubled -> TROUBLED; goto again } /* the answer is lost */
  fi;

  /* SignHashes.signAndVerify */
  atomic {
    assert(intent[at(s, 0)] && intent[at(s, N - 1)]); /* the intent is durable before the key is used */
    used[s - 1]++;
    assert(used[s - 1] == 1)                          /* P5: one call has the key for one authorisation */
  };
#ifdef FAULT_RELEASED_EARLY
  atomic { assert(given[0] == NOBODY || given[0] == s); given[0] = s; assert(created[at(s, 0)]) };
#endif
  if
  :: skip
  :: atomic { troubled -> TROUBLED; goto idle } /* dies */
  :: atomic { troubled -> TROUBLED; goto burn } /* the HSM does not answer, the seal does not open */
  fi;

  /* SignHashes.keepOrBurn */
  if
  :: atomic {
       unlocked ->
       allOccurrences(s, RESERVED, same);
#ifdef FAULT_NO_KEY
       same = true;
#endif
#ifdef FAULT_BY_PARTS
       same = ledger[at(s, N - 1)] == RESERVED;
#endif
       if
       :: same && mayKeep(s) -> keep(s)
       :: else -> goto burn
       fi
     };
     if
     :: goto told /* committed and answered, or answered when read back */
     :: atomic { troubled -> TROUBLED; goto idle }
     fi
  :: atomic { /* the answer is lost while it is not decided: CommitUnknownException */
       unlocked && troubled ->
       allOccurrences(s, RESERVED, same);
       if
       :: same && mayKeep(s) -> TROUBLED; limbo = s
       :: else -> goto burn
       fi
     };
#ifdef FAULT_LOST_IS_WON
     goto told
#else
     goto again
#endif
  :: atomic { unlocked && troubled -> TROUBLED; goto burn } /* not committed, which is known or read back */
  fi;

burn: /* SignHashes.burn: all, or whatever is left for EndInterrupted */
  if
  :: atomic {
       limbo != s ->
       allOccurrences(s, RESERVED, same);
       if
       :: same -> burnAll(s)
       :: else
       fi
     }
  :: atomic { troubled -> TROUBLED }
  fi;

again: /* AuthoriseSignature.beginAgain */
  if
  :: atomic {
       unlocked ->
       if
       :: mayBeginAgain(s, refused) -> beginAgain()
       :: else
       fi
     }
  :: atomic { troubled -> TROUBLED }
  fi;
  goto idle;

told:
  /* P6: nobody is told that it was signed before that is durable, with its record. */
  atomic {
    o = 0;
    do
    :: o < N -> assert(created[at(s, o)]); o++
    :: else -> break
    od;
    o = 0
  };
  complete(me);
  goto idle
}

/* The citizens: whoever opens the address, any number of them. */
proctype Citizens() {
end_citizens:
  do
  :: atomic { /* OpenAuthorisation.open, then PasswordStep.record: right and allowed, or not */
       unlocked && isOpen && (state[0] == UNOPENED || state[1] == UNOPENED || state[I - 1] == UNOPENED) ->
       if
       :: state[0] == UNOPENED -> i = 0
       :: state[0] != UNOPENED && state[1] == UNOPENED -> i = 1
       :: state[0] != UNOPENED && state[1] != UNOPENED -> i = I - 1
       fi;
       state[i] = ASKED;
       if :: request == FROZEN -> moveTo(CHALLENGED) :: else fi;
       if
       :: live[0] = false; live[1] = false; live[I - 1] = false; live[i] = true /* OTP-06: supersedes the others */
       :: live[i] = false
       fi;
       i = 0
     }
  :: atomic { /* RejectSignatureRequest.reject */
       unlocked && isOpen && (state[0] == ASKED || state[1] == ASKED || state[I - 1] == ASKED) ->
       moveTo(REJECTED); abandonAll(); erased = true
     }
  od
}

/* The sede. */
proctype Sede() {
end_sede:
  do
  :: atomic { unlocked && isOpen -> moveTo(CANCELLED); abandonAll(); erased = true } /* CancelSignatureRequest.cancel */
  :: atomic { /* FetchSignedDocument.fetch: all documents; that it may stop between them changes nothing */
       request == COMPLETED && !erased && given[N - 1] != turn ->
       o = 0;
       do
       :: o < N ->
            assert(kept[o] != NOBODY && kept[o] == kept[0]);               /* P4: all of one authorisation, or none */
            assert(given[o] == NOBODY || given[o] == kept[o]);             /* P1: one value for an occurrence */
            assert(givenFile[o] == NOBODY || givenFile[o] == file[o]);     /*     and one document */
            assert(created[at(kept[o], o)]);                               /* P2: none without its record */
            assert(!burnt[at(kept[o], o)]);                                /* P3: none that was burnt */
            given[o] = kept[o];
            givenFile[o] = file[o];
            o++
       :: else -> break
       od;
       o = 0
     }
  :: atomic { /* again: the same bytes */
       request == COMPLETED && !erased && given[0] != NOBODY ->
       assert(given[0] == kept[0] && given[N - 1] == kept[N - 1]);
       assert(givenFile[0] == file[0] && givenFile[N - 1] == file[N - 1]);
       erased = true /* AcknowledgeSignedDocuments.acknowledge */
     }
  od
}

/* Housekeeping of any node, and time. */
proctype Housekeeping() {
end_housekeeping:
  do
#ifndef FAULT_NOBODY_BURNS
  :: atomic { /* EndInterrupted.run: some of what was reserved, at most 500 occurrences at once; the lease is over */
       limbo == NOBODY && issued > 0 &&
         (ledger[at(1, 0)] == RESERVED || ledger[at(1, N - 1)] == RESERVED ||
           ledger[at(S, 0)] == RESERVED || ledger[at(S, N - 1)] == RESERVED) ->
       if
       :: ledger[at(1, 0)] == RESERVED -> stepTo(at(1, 0), INTERRUPTED); burnt[at(1, 0)] = true
       :: ledger[at(1, N - 1)] == RESERVED -> stepTo(at(1, N - 1), INTERRUPTED); burnt[at(1, N - 1)] = true
       :: ledger[at(S, 0)] == RESERVED -> stepTo(at(S, 0), INTERRUPTED); burnt[at(S, 0)] = true
       :: ledger[at(S, N - 1)] == RESERVED -> stepTo(at(S, N - 1), INTERRUPTED); burnt[at(S, N - 1)] = true
       fi
     }
#endif
  :: atomic { /* time: the activation data of the request cannot be reserved any more */
       turn != NOBODY && !old[turn - 1] && ledger[at(turn, 0)] == ISSUED -> old[turn - 1] = true
     }
  :: atomic { /* SettleRequests.settleAuthorised */
       unlocked && request == AUTHORISED && isOver(turn) -> beginAgain()
     }
  :: atomic { /* SettleRequests.expire, when its time is over */
       unlocked && isOpen -> moveTo(EXPIRED); abandonAll(); erased = true
     }
  od
}

/* SettleRequests.complete, of any node. */
proctype Completing() {
end_completing:
  do
  :: request == COMPLETING -> complete(3)
  :: atomic { unlocked && request == COMPLETING && kept[0] == turn -> moveTo(FAILED); erased = true } /* FailSignatureRequest */
  od
}

/* PostgreSQL, when it decides what nobody waits for any more. */
proctype Postgres() {
end_postgres:
  do
  :: atomic { limbo != NOBODY -> keep(limbo); limbo = NOBODY }
  :: atomic { limbo != NOBODY -> limbo = NOBODY }
  od
}

/* What holds in every state. */
#define whole(s) (created[at(s, 0)] == created[at(s, N - 1)])
#define notBoth(s, d) (!(created[at(s, d)] && burnt[at(s, d)]))
#define ended (request == REJECTED || request == CANCELLED || request == EXPIRED)

/* P3, P4, P8: recorded as created or as burnt, never both; all or none; nothing is created for one that ended otherwise. */
#define invariant (whole(1) && whole(S) && notBoth(1, 0) && notBoth(1, N - 1) && notBoth(S, 0) && notBoth(S, N - 1) \
  && !(created[at(1, 0)] && created[at(S, 0)] && S > 1) \
  && (!ended || (!created[at(1, 0)] && !created[at(S, 0)])) \
  && (!(ended || request == FAILED) || (given[0] == NOBODY && given[N - 1] == NOBODY)))

proctype Watcher() {
  do
  :: atomic { !(invariant) -> assert(false) }
  :: timeout -> assert(isFinal && unlocked); break /* P7: there is no dead end */
  od
}

init {
  atomic {
    run Node(1);
    run Node(2);
    run Citizens();
    run Sede();
    run Housekeeping();
    run Completing();
    run Postgres();
#ifndef LIVENESS
    run Watcher()
#endif
  }
}

#ifdef LIVENESS
/* P7: if whatever can go on does, the request comes to an end, whatever dies. */
ltl ends { <> isFinal }
#endif
