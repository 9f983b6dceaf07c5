/*
 * A wipe: the keys are destroyed, whatever the battery does, and a store that was not wiped stays whole.
 *
 * KEYS slots hold a key each, and the store opens with any of them. First a mark that a wipe is pending is committed, as any record is;
 * then every slot is destroyed; then the mark is removed; then the owner is told. A mount settles the mark by its re-commit before it
 * does anything because of it, or without it: a program that was cut reads well or not on each boot anew (root.pml and commit.pml answer
 * for the re-commit; here it is one step). A mount that finds the mark does all of the wipe again: what reads as destroyed may be
 * unstable. After a wipe the part is set up anew, once, with new keys.
 *
 * A mark with two homes of its own, beside the log, was tried first and fails, with one marker or with two: of two marks that read well,
 * the one that must go may be the solid one.
 *
 * Known-bad twins, each of which must fail:
 *   BAD_NO_MARK       slots are destroyed without a mark
 *   BAD_MARK_TRUSTED  a mark that reads well is acted upon before it is settled
 *   BAD_MARK_LEFT     a mark that reads badly is not settled before the store is opened
 *   BAD_SKIP_GONE     a slot that reads as destroyed is not destroyed again
 *   BAD_CLEAR_FIRST   the mark is removed before the last slot is destroyed
 */
#ifndef KEYS
#define KEYS 4
#endif
#ifndef CUTS
#define CUTS 8
#endif

#define BLANK 0
#define UNSTABLE 1
#define SOLID 2

byte key[KEYS];         /* SOLID: there; BLANK: destroyed */
byte mark;

bit asked = 0;          /* a wipe may be under way */
bit told = 0;           /* the owner was told that it is done */
bit touched = 0;        /* a slot of this owner's store was begun to be destroyed */
bit anew = 0;           /* it was set up anew */
byte cuts = 0;

bit pending;            /* the mark was read */
bit gone[KEYS];
byte i, opened, destroyed;

#define MAY_CUT if :: cuts < CUTS -> cuts++; goto powerOff :: true fi

inline destroyAll() {
  i = 0;
  do
#ifdef BAD_SKIP_GONE
  :: i < KEYS && gone[i] -> i++
  :: i < KEYS && !gone[i] ->
#else
  :: i < KEYS ->
#endif
#ifdef BAD_CLEAR_FIRST
     if :: i == KEYS - 1 -> mark = UNSTABLE; MAY_CUT; mark = BLANK; MAY_CUT :: else fi;
#endif
     touched = 1;
     if :: key[i] != BLANK -> key[i] = UNSTABLE; MAY_CUT :: else fi;
     key[i] = BLANK; i++
  :: i == KEYS -> break
  od;
  i = 0
}

/* opened: slots that read as a key; destroyed: those that are gone. */
inline readKeys() {
  i = 0; opened = 0; destroyed = 0;
  do
  :: i < KEYS ->
     gone[i] = 0;
     if
     :: key[i] == BLANK -> gone[i] = 1; destroyed++
     :: key[i] == UNSTABLE -> if :: gone[i] = 1 :: true fi
     :: else
     fi;
     if :: !gone[i] -> opened++ :: else fi;
     i++
  :: else -> break
  od;
  i = 0
}

inline finishWipe() {
  destroyAll();
  mark = UNSTABLE; MAY_CUT; mark = BLANK;
  readKeys();
  assert(destroyed == KEYS);
  told = 1; asked = 0
}

active proctype store() {
  d_step { i = 0; do :: i < KEYS -> key[i] = SOLID; i++ :: else -> break od; i = 0 };

powerOff:
  atomic {
    pending = 0;
    if
    :: mark == SOLID -> pending = 1
    :: mark == UNSTABLE -> if :: pending = 1 :: true fi
    :: else
    fi;
    readKeys()
  };

  if
  :: atomic { pending ->
       assert(asked); /* nobody else's, and none of a wipe that is done */
#ifndef BAD_MARK_TRUSTED
       MAY_CUT; mark = SOLID;
#endif
       finishWipe()
     }
  :: atomic { !pending ->
#ifndef BAD_MARK_LEFT
       MAY_CUT; mark = BLANK;
#endif
       /* Whole, as if nobody had asked; or wiped, for good. */
       if
       :: opened == 0 -> assert(destroyed == KEYS && touched); told = 1
       :: else -> assert(opened == KEYS && !touched && !told)
       fi;
       asked = 0
     }
  fi;

  do
  :: atomic {
       !told -> asked = 1;
#ifndef BAD_NO_MARK
       mark = UNSTABLE; MAY_CUT; mark = SOLID;
#endif
       readKeys();
       finishWipe()
     }
  /* In one step: how keys are written is no matter here. */
  :: atomic {
       told && !anew -> told = 0; touched = 0; anew = 1; i = 0;
       do :: i < KEYS -> key[i] = SOLID; i++ :: else -> break od;
       i = 0
     }
  :: atomic { cuts < CUTS -> cuts++; goto powerOff }
  :: break
  od
}
