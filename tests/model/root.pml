/*
 * Root commit and tail re-commit: what a mount does that found the store unclean.
 *
 * One process plays the store, its user and the worst power supply: every program and every erase may be cut, CUTS times in all.
 * Proved by exhaustion: an acknowledged record is never lost, and what one boot has shown every later boot shows.
 *
 * A block is reduced to what decides the outcome: its session, the state of its two commit markers, the log as that recovery judged
 * it (`value`), the last proven record appended since (`proven`) and the one being programmed when power died (`pending`).
 * Records are numbered, so "the log ends with record n" is one byte.
 *
 * Two traps, both met by earlier models: (a) the store may not know what is unstable. Unstable data that reads well looks exactly like
 * solid data, so every decision before C2 is taken from this boot's copies in RAM (`level`, `seen`, `tail`), never from the flash state.
 * (b) A boot reads each block once, and an unstable one anew: what read badly last time may read well now.
 *
 * Options: BLOCKS, CUTS, RECORDS; NEVER_STUCK asserts that a target block is always found.
 * Known-bad twins, each of which must fail:
 *   BAD_EARLY_ERASE    old tail and older roots erased before C2
 *   BAD_OLDEST_VICTIM  the target is the oldest block, committed-looking roots included
 *   BAD_STALE_BLANK    a target that looks blank is not erased by the boot that programs it
 *   BAD_SESSION_REUSE  the new session follows the source's, not the highest one read
 *   BAD_ERASE_FIRST    attempts that failed are erased before C2: cut, the erase hides their session from the next boot, which gives it
 *                      out again; when the attempt reads well once more, it is taken for the root
 *   BAD_VOID_TARGET    the target is void by the source, though the source may be a root that was cut and reads well today
 * ONE_MARKER, C1 alone, holds under these victim rules: what C2 buys is that fewer attempts look committed and keep their block.
 */
#ifndef BLOCKS
#define BLOCKS 5
#endif
#ifndef CUTS
#define CUTS 5
#endif
#ifndef RECORDS
#define RECORDS 2
#endif

#define BLANK 0
#define UNSTABLE 1
#define SOLID 2
#define NONE BLOCKS

/* Flash: what is really there. */
byte session[BLOCKS];  /* 0: nothing programmed since the last completed erase */
bit  isRoot[BLOCKS];   /* a recovery segment, or a plain one that its session opened */
byte c1[BLOCKS];
byte c2[BLOCKS];
byte value[BLOCKS];
byte proven[BLOCKS];
byte pending[BLOCKS];
bit  torn[BLOCKS];     /* an erase or the first program was cut here: even the label reads well or not */

/* The promise: what the owner has been told. */
byte truth = 0;        /* last record acknowledged or shown */
byte inFlight = 0;     /* the one record that may still be shown or not */
byte nextRecord = 1;
byte cuts = 0;

/* RAM of one boot. */
byte level[BLOCKS];    /* markers read: 0 no committed root, 1 C1 only, 2 both */
byte seen[BLOCKS];     /* session read; 0 = looks blank, or garbage */
byte tail[BLOCKS];     /* last record readable there */
bit  mine[BLOCKS];     /* opened by this session, after its C2 */
byte source, target, open, newSession, shown, oldest, i, j;
#ifdef BAD_STALE_BLANK
bit weak; /* the target only looked blank: what is programmed there does not hold */
#endif

/*
 * Cut here, or go on. Placed where an operation is under way: "not begun" is the state before, and "done but not told" needs no cut of
 * its own, for what is unstable may also read well on every boot to come.
 */
#define MAY_CUT if :: cuts < CUTS -> cuts++; goto powerOff :: true fi

/* A cut erase leaves anything: here, old content every part of which may read well or not, on each boot anew. */
inline eraseBlock(b) {
  if
  :: session[b] != 0 ->
     torn[b] = 1;
     c1[b] = (c1[b] != BLANK -> UNSTABLE : BLANK);
     c2[b] = (c2[b] != BLANK -> UNSTABLE : BLANK);
     MAY_CUT
  :: else
  fi;
  session[b] = 0; isRoot[b] = 0; c1[b] = BLANK; c2[b] = BLANK; value[b] = 0; proven[b] = 0; pending[b] = 0; torn[b] = 0
}

/* Label of a fresh block: cut here, it is a block with no root and no record. */
inline openBlock(b, root) {
  session[b] = newSession; isRoot[b] = root; torn[b] = 1; MAY_CUT; torn[b] = 0
}

inline readMarkers(b) {
  if
  :: c1[b] == SOLID -> level[b] = 1
  :: c1[b] == UNSTABLE -> if :: level[b] = 1 :: true fi
  :: else
  fi;
  if
#ifdef ONE_MARKER
  :: level[b] == 1 -> level[b] = 2
#else
  :: level[b] == 1 && c2[b] == SOLID -> level[b] = 2
  :: level[b] == 1 && c2[b] == UNSTABLE -> if :: level[b] = 2 :: true fi
#endif
  :: else
  fi
}

inline readBlock(b) {
  if
  :: session[b] != 0 ->
     seen[b] = session[b];
     tail[b] = (proven[b] > value[b] -> proven[b] : value[b]);
     if :: pending[b] != 0 -> tail[b] = pending[b] :: true fi;
     if :: isRoot[b] -> readMarkers(b) :: else fi
  :: session[b] == 0 || torn[b]
  fi
}

/* Newest root with both markers; a one-marker root only as the last resort. A tie falls to the adversary. */
#define BETTER(b) (level[b] > level[source] || (level[b] == level[source] && seen[b] > seen[source]))
#define EQUAL(b) (level[b] == level[source] && seen[b] == seen[source])
inline pickSource() {
  source = NONE; i = 0;
  do
  :: i < BLOCKS ->
     if
     :: level[i] > 0 && source == NONE -> source = i
     :: level[i] > 0 && source != NONE && BETTER(i) -> source = i
     :: level[i] > 0 && source != NONE && EQUAL(i) -> source = i
     :: level[i] == 0 || (source != NONE && !BETTER(i))
     fi;
     i++
  :: else -> break
  od
}

/* The log as this boot read it: the source root, and segments its session opened. */
inline judgeTail() {
  shown = tail[source]; oldest = seen[source]; newSession = 0; i = 0;
  do
  :: i < BLOCKS ->
     if :: seen[i] == seen[source] && !isRoot[i] && tail[i] > shown -> shown = tail[i] :: else fi;
     if :: level[i] == 2 && seen[i] < oldest -> oldest = seen[i] :: else fi;
     if :: seen[i] > newSession -> newSession = seen[i] :: else fi;
     i++
  :: else -> break
  od;
#ifdef BAD_SESSION_REUSE
  newSession = seen[source];
#endif
  newSession++
}

/* A block nothing depends on: blank, garbage, or older than every root that reads as committed. An attempt that failed is
 * newer than its source: it stays until a C2 of this boot has made it void, for a cut erase could hide its session from the next boot. */
#if defined(BAD_OLDEST_VICTIM)
#define MAY_TAKE(b) (b != source)
#define PREFERRED(b) (seen[b] < seen[target])
#elif defined(BAD_ERASE_FIRST)
#define MAY_TAKE(b) (seen[b] < oldest || (seen[b] > seen[source] && level[b] < 2))
#define PREFERRED(b) (seen[b] > seen[target])
#elif defined(BAD_VOID_TARGET)
#define MAY_TAKE(b) (seen[b] < seen[source])
#define PREFERRED(b) (seen[b] != seen[target] || session[b] != session[target])
#else
#define MAY_TAKE(b) (seen[b] < oldest)
#define PREFERRED(b) (seen[b] != seen[target] || session[b] != session[target])
#endif
inline pickTarget() {
  target = NONE; i = 0;
  do
  :: i < BLOCKS ->
     if
     :: MAY_TAKE(i) && target == NONE -> target = i
     :: MAY_TAKE(i) && target != NONE && PREFERRED(i) -> target = i
#if !defined(BAD_OLDEST_VICTIM) && !defined(BAD_ERASE_FIRST)
     :: MAY_TAKE(i) && target != NONE && PREFERRED(i)
#endif
     :: else
     fi;
     i++
  :: else -> break
  od
}

/* Erase one block that is void: this boot completed C2, and everything not of its session is older. */
inline reclaim() {
  i = 0;
  do
  :: i < BLOCKS && (mine[i] || session[i] == 0) -> i++
  :: else -> break
  od;
  if :: i < BLOCKS -> eraseBlock(i) :: else fi;
  i = 0
}

/* No rule asks which block is which, nor how far apart sessions are: bring both to one form, so that equal runs meet. */
#define KEY(b) (session[b] * 64 + torn[b] * 32 + isRoot[b] * 16 + c1[b] * 4 + c2[b])
#define SWAP(field) j = field[i]; field[i] = field[i + 1]; field[i + 1] = j
inline sortBlocks() {
  i = 0;
  do
  :: i + 1 < BLOCKS && KEY(i) < KEY(i + 1) ->
     SWAP(session); SWAP(isRoot); SWAP(c1); SWAP(c2); SWAP(value); SWAP(proven); SWAP(pending); SWAP(torn);
     i = (i > 0 -> i - 1 : 0)
  :: i + 1 < BLOCKS && KEY(i) >= KEY(i + 1) -> i++
  :: else -> break
  od
}
inline rankSessions() {
  i = BLOCKS - 1; oldest = 0; newSession = 0;
  do
  :: true ->
     if
     :: session[i] > oldest -> oldest = session[i]; newSession++; session[i] = newSession
     :: session[i] != 0 && session[i] == oldest -> session[i] = newSession
     :: session[i] == 0
     fi;
     if :: i > 0 -> i-- :: else -> break fi
  od
}

inline forgetRam() {
  i = 0;
  do
  :: i < BLOCKS -> level[i] = 0; seen[i] = 0; tail[i] = 0; mine[i] = 0; i++
  :: else -> break
  od;
  i = 0; j = 0; oldest = 0
}

active proctype store() {
  /* The formatted store: one root, committed and read back; nothing in it. */
  d_step { session[0] = 1; isRoot[0] = 1; c1[0] = SOLID; c2[0] = SOLID };

powerOff:
  atomic { forgetRam(); sortBlocks(); rankSessions(); source = 0; target = 0; open = 0; newSession = 0; shown = 0; i = 0; j = 0; oldest = 0 };

  /* Mount: read everything once, then decide. */
  atomic {
    do :: i < BLOCKS -> readBlock(i); i++ :: else -> break od;
    pickSource();
    assert(source != NONE);
    judgeTail();
    pickTarget();
#ifdef NEVER_STUCK
    assert(target != NONE);
#endif
    /* No block to take: this mount refuses and has programmed nothing. */
    if :: target == NONE -> goto end :: else fi;
#ifdef BAD_EARLY_ERASE
    mine[target] = 1
#else
    forgetRam(); source = 0
#endif
  };

#ifdef BAD_EARLY_ERASE
  /* The old tail and the older roots, erased before anything has replaced them. */
  do :: atomic { reclaim() } :: break od;
#endif

  atomic {
#ifdef BAD_STALE_BLANK
    weak = torn[target];
    if :: weak :: !weak -> eraseBlock(target) fi;
#else
    eraseBlock(target);
#endif
    openBlock(target, 1);
    value[target] = shown;
    c1[target] = UNSTABLE; MAY_CUT; c1[target] = SOLID;
#ifndef ONE_MARKER
    c2[target] = UNSTABLE; MAY_CUT; c2[target] = SOLID;
#endif
#ifdef BAD_STALE_BLANK
    if :: weak -> torn[target] = 1; c1[target] = UNSTABLE; c2[target] = UNSTABLE; weak = 0 :: else fi;
#endif
    mine[target] = 1; open = target;
    /* Older blocks may still be read as roots, but behind this one; what they say about records is of no account. */
    i = 0;
    do
    :: i < BLOCKS -> if :: session[i] < newSession -> value[i] = 0; proven[i] = 0; pending[i] = 0 :: else fi; i++
    :: else -> break
    od;
    i = 0
  };

  do :: atomic { reclaim() } :: break od;

  /* Mount returns. */
  atomic {
    assert(shown == truth || shown == inFlight);
    truth = shown; inFlight = 0; shown = 0
  };

  do
  /* An acknowledged record: one program, read back. */
  :: atomic {
       nextRecord <= RECORDS ->
       inFlight = nextRecord; nextRecord++;
       pending[open] = inFlight; MAY_CUT;
       proven[open] = inFlight; pending[open] = 0; truth = inFlight; inFlight = 0
     }
  /* The log moves on to another block of this session. */
  :: atomic {
       open == target -> i = 0;
       do :: i < BLOCKS && mine[i] -> i++ :: else -> break od;
       if :: i < BLOCKS -> open = i; eraseBlock(open); openBlock(open, 0); mine[open] = 1 :: else fi;
       i = 0
     }
  :: atomic { reclaim() }
  :: atomic { cuts < CUTS -> cuts++; goto powerOff }
  :: break
  od;
end: skip
}
