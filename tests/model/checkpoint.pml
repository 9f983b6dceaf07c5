/*
 * The checkpoint switch: a mount may trust the checkpoint instead of walking the log, and must never miss a record by it.
 *
 * The log itself is kept whole here (root.pml answers for it): walking it always yields every acknowledged record. The checkpoint head lives in
 * one of HEADS blocks whose places are known without reading them. A close writes it into an erased head block: body, C1, C2. The first program
 * of a session, whatever it is for, is preceded by a completed erase of every head block in that boot. Reading is as in root.pml: unstable
 * parts read well or not on each boot anew, and a torn erase leaves everything unstable, or what looks blank.
 *
 * Known-bad twins, each of which must fail:
 *   BAD_PROGRAM_FIRST  the first record is programmed before the head is erased
 *   BAD_LOOKS_BLANK    a head that does not read as a checkpoint is taken for erased
 */
#ifndef HEADS
#define HEADS 2
#endif
#ifndef CUTS
#define CUTS 5
#endif
#ifndef RECORDS
#define RECORDS 4
#endif

#define BLANK 0
#define UNSTABLE 1
#define SOLID 2
#define NONE HEADS

byte c1[HEADS];
byte c2[HEADS];
byte covers[HEADS];     /* the last record the checkpoint knows of */
byte serial[HEADS];     /* the newest of two good heads counts */

byte acknowledged = 0;  /* last record the owner was told is kept */
byte cuts = 0;

bit reads[HEADS];       /* read as a checkpoint, by this boot, once */
bit clean[HEADS];       /* erased by this boot */
byte trusted, i, nextSerial;
bit begun;              /* this session has programmed something */

#define MAY_CUT if :: cuts < CUTS -> cuts++; goto powerOff :: true fi

inline eraseHead(b) {
  if
  :: c1[b] != BLANK || c2[b] != BLANK ->
     c1[b] = (c1[b] != BLANK -> UNSTABLE : BLANK);
     c2[b] = (c2[b] != BLANK -> UNSTABLE : BLANK);
     MAY_CUT
  :: else
  fi;
  c1[b] = BLANK; c2[b] = BLANK; covers[b] = 0; serial[b] = 0; clean[b] = 1
}

inline eraseHeads() {
  i = 0;
  do
#ifdef BAD_LOOKS_BLANK
  :: i < HEADS && !clean[i] && !reads[i] -> clean[i] = 1
  :: i < HEADS && !clean[i] && reads[i] -> eraseHead(i)
#else
  :: i < HEADS && !clean[i] -> eraseHead(i)
#endif
  :: i < HEADS && clean[i] -> i++
  :: else -> break
  od;
  i = 0
}

inline readHeads() {
  trusted = NONE; nextSerial = 0; i = 0;
  do
  :: i < HEADS ->
     clean[i] = 0; reads[i] = 0;
     if
     :: c1[i] != BLANK && c2[i] != BLANK -> reads[i] = 1
     :: c1[i] != SOLID || c2[i] != SOLID
     fi;
     if :: reads[i] && serial[i] > nextSerial -> nextSerial = serial[i]; trusted = i :: else fi;
     i++
  :: else -> break
  od;
  i = 0; nextSerial++
}

active proctype store() {
powerOff:
  atomic { begun = 0; readHeads() };

  /* Mount returns: it programs nothing. Trusting no head, it has walked the log. */
  if
  :: trusted != NONE -> assert(covers[trusted] == acknowledged)
  :: else
  fi;

  do
  /* A mount that found the store unclean writes a root: a program like any other. */
  :: atomic { !begun && trusted == NONE -> eraseHeads(); begun = 1 }
  :: atomic {
       acknowledged < RECORDS ->
#ifdef BAD_PROGRAM_FIRST
       acknowledged++; MAY_CUT;
#endif
       if :: !begun -> eraseHeads(); begun = 1 :: else fi;
#ifndef BAD_PROGRAM_FIRST
       acknowledged++;
#endif
       MAY_CUT
     }
  /* Close, then the next boot. Nothing programmed: the old checkpoint still tells the truth. */
  :: atomic {
       if
       :: begun ->
          if :: i = 0 :: i = HEADS - 1 fi;
          covers[i] = acknowledged; serial[i] = nextSerial; MAY_CUT;
          c1[i] = UNSTABLE; MAY_CUT; c1[i] = SOLID;
          c2[i] = UNSTABLE; MAY_CUT; c2[i] = SOLID;
          i = 0
       :: else
       fi;
       goto powerOff
     }
  :: atomic { cuts < CUTS -> cuts++; goto powerOff }
  :: break
  od
}
