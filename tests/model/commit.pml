/*
 * The commit of an ordinary record, and what may be erased for it: one program, read back; compaction; re-commit at a mount.
 *
 * One key, its versions numbered. A version is one program; it is told when it was read back. Its older versions stay until the new one
 * is proven; a victim is erased when every copy out of it is. A mount reads each record once, judges the copy in RAM, programs that copy
 * into a block erased in this boot, and then commits its root: what it read counts from then on, but for the last program of the tail,
 * for which the copy stands. That the root itself is all or nothing is proved by root.pml; here it is one step.
 *
 * As there, unstable data reads well or not on each boot anew, and the store may not know it. FAILS programs do nothing and say they did.
 *
 * Known-bad twins, each of which must fail:
 *   BAD_TOLD_EARLY    the caller is told before the program
 *   BAD_NO_READBACK   what was programmed is not read back
 *   BAD_NO_RECOMMIT   the last program of a tail counts where it lies
 *   BAD_REREAD        the copy is read again after it was judged
 *   BAD_APPEND        a mount goes on in the block that was open
 *   BAD_VICTIM_FIRST  a victim is erased before the copy is proven
 *   BAD_TARGET        a mount takes a block that still counts
 *   BAD_ORIGINAL_WINS of a record and its copy the original is taken
 */
#ifndef BLOCKS
#define BLOCKS 4
#endif
#ifndef CUTS
#define CUTS 4
#endif
#ifndef RECORDS
#define RECORDS 3
#endif
#ifndef FAILS
#define FAILS 1
#endif
#define SLOTS 2
#define UNITS (BLOCKS * SLOTS)
#define NONE 255
#define GARBAGE 99

#define BLANK 0
#define UNSTABLE 1
#define SOLID 2
#define BAD 3

byte cell[UNITS];
byte version[UNITS];
bit  counts[UNITS];   /* in the newest root */
bit  tail[UNITS];     /* programmed since */
byte last = NONE;     /* the newest of those */

byte truth = 0, inFlight = 0, nextRecord = 1, cuts = 0, fails = 0;

byte open, at, newest, home, target, i, j;
bit seen[UNITS];

#define MAY_CUT if :: cuts < CUTS -> cuts++; goto powerOff :: true fi
#define FREE(b) (!counts[(b) * SLOTS] && !counts[(b) * SLOTS + 1] && !tail[(b) * SLOTS] && !tail[(b) * SLOTS + 1])

/* A cell that was torn and looks blank does not hold what is programmed over it. */
inline program(s, v) {
  version[s] = v;
  if
  :: cell[s] == UNSTABLE
  :: else ->
     cell[s] = UNSTABLE; MAY_CUT;
     if :: cell[s] = SOLID :: fails < FAILS -> fails++; cell[s] = BAD fi
  fi;
#ifndef BAD_NO_READBACK
  if :: cell[s] == BAD -> goto powerOff :: else fi
#endif
}

inline eraseBlock(b) {
  j = b * SLOTS;
  if
  :: cell[j] != BLANK || cell[j + 1] != BLANK ->
     cell[j] = (cell[j] != BLANK -> UNSTABLE : BLANK);
     cell[j + 1] = (cell[j + 1] != BLANK -> UNSTABLE : BLANK);
     MAY_CUT
  :: else
  fi;
  cell[j] = BLANK; version[j] = 0; counts[j] = 0; tail[j] = 0;
  cell[j + 1] = BLANK; version[j + 1] = 0; counts[j + 1] = 0; tail[j + 1] = 0;
  j = 0
}

inline readAll() {
  i = 0; newest = 0; home = NONE;
  do
  :: i < UNITS ->
     seen[i] = 0;
     if
     :: (counts[i] || tail[i]) && cell[i] == SOLID -> seen[i] = 1
     :: (counts[i] || tail[i]) && cell[i] == UNSTABLE -> if :: seen[i] = 1 :: true fi
     :: else
     fi;
     if :: seen[i] && version[i] > newest -> newest = version[i]; home = i :: else fi;
     i++
  :: else -> break
  od;
#ifndef BAD_ORIGINAL_WINS
  /* The copy, not its original, whose block may be half erased. */
  if :: last != NONE && seen[last] && version[last] == newest -> home = last :: else fi;
#endif
  i = 0
}

/* Any block of which nothing counts; the adversary chooses. */
inline pickFree(but) {
  target = NONE; i = 0;
  do
#ifdef BAD_TARGET
  :: i < BLOCKS && i != but -> if :: target = i :: true fi; i++
#else
  :: i < BLOCKS && i != but && FREE(i) -> if :: target = i :: target != NONE fi; i++
#endif
  :: i < BLOCKS && (i == but || !FREE(i)) -> i++
  :: i == BLOCKS -> break
  od;
  i = 0
}

active proctype store() {
powerOff:
  atomic {
    readAll();
#ifdef BAD_APPEND
    if
    :: last != NONE && last % SLOTS == 0 && !seen[last] -> open = last / SLOTS; at = 0; goto mounted
    :: else
    fi;
#endif
    pickFree(NONE);
    if :: target == NONE -> goto end :: else fi
  };
  atomic {
    eraseBlock(target);
    open = target; at = 0;
#ifndef BAD_NO_RECOMMIT
    if
    :: last != NONE && seen[last] ->
#ifdef BAD_REREAD
       if :: cell[last] == UNSTABLE -> program(open * SLOTS, GARBAGE) :: program(open * SLOTS, version[last]) fi;
#else
       program(open * SLOTS, version[last]);
#endif
       at = 1
    :: else
    fi;
#endif
    /* The root. */
    i = 0;
    do
    :: i < UNITS ->
#ifdef BAD_NO_RECOMMIT
       counts[i] = seen[i];
#else
       counts[i] = seen[i] && i != last && (version[i] != newest || i == home);
#endif
       tail[i] = 0; i++
    :: else -> break
    od;
    if
    :: at == 1 -> counts[open * SLOTS] = 1; if :: home == last -> home = open * SLOTS :: else fi
    :: else
    fi;
    last = NONE; i = 0
  };
#ifdef BAD_APPEND
mounted:
#endif
  atomic {
    i = 0;
    do :: i < UNITS -> seen[i] = 0; i++ :: else -> break od;
    i = 0;
    assert(newest == truth || newest == inFlight);
    truth = newest; inFlight = 0
  };

  do
  :: atomic {
       nextRecord <= RECORDS && at < SLOTS ->
       inFlight = nextRecord; nextRecord++;
#ifdef BAD_TOLD_EARLY
       truth = inFlight; inFlight = 0;
#endif
       last = open * SLOTS + at; tail[last] = 1;
       program(last, nextRecord - 1);
       newest = nextRecord - 1; home = last; at++;
       /* ● COMMIT POINT. */
       truth = newest; inFlight = 0
     }
  /* Another block; one that a mount could take is left. */
  :: atomic {
       at == SLOTS -> pickFree(NONE);
       if
       :: target != NONE ->
          i = target; pickFree(i);
          if :: target != NONE -> open = i; at = 0; eraseBlock(open) :: else fi
       :: else
       fi;
       i = 0
     }
  /* Compaction of any block but the open one: what lives there is copied first. */
  :: atomic {
       at < SLOTS ->
       if :: i = 0 :: i = 1 :: i = 2 :: i = BLOCKS - 1 fi;
       if
       :: i != open && !FREE(i) ->
          target = i;
          if
          :: home != NONE && home / SLOTS == target ->
#ifdef BAD_VICTIM_FIRST
             eraseBlock(target);
#endif
             last = open * SLOTS + at; tail[last] = 1;
             program(last, newest);
             home = last; at++
          :: else
          fi;
          eraseBlock(target)
       :: else
       fi;
       i = 0
     }
  :: atomic { cuts < CUTS -> cuts++; goto powerOff }
  :: break
  od;
end: skip
}
