/*
 * A count of PIN attempts: pulling the battery gives nobody another try.
 *
 * The count is a record as any other: a new version is one program, read back; the old one stays until then; a mount settles what was in
 * flight by its re-commit before it shows it (root.pml and commit.pml answer for that; here it is one step). Before a PIN is tested
 * the count is raised, durably; after a right one it is set to 0; at LIMIT none is tested. FAILS programs do nothing and say they did.
 *
 * Promised: the count is never lower than the wrong PINs tested since the last right one, nor than what a boot has shown; so no more
 * than LIMIT wrong ones in a row are ever tested. And it is not raised out of nothing, or the owner would be locked out.
 *
 * Known-bad twins, each of which must fail:
 *   BAD_TEST_FIRST    the PIN is tested, then the count raised
 *   BAD_NO_READBACK   what was programmed is not read back
 *   BAD_UNSETTLED     a count that reads well is shown and built upon before it is settled
 *   BAD_ZERO          where the newest version cannot be read, the count starts at 0
 *   BAD_RESET_FIRST   the count is set to 0 before the PIN is tested
 */
#ifndef LIMIT
#define LIMIT 4
#endif
#ifndef CUTS
#define CUTS 6
#endif
#ifndef FAILS
#define FAILS 1
#endif

#define BLANK 0
#define UNSTABLE 1
#define SOLID 2
#define BAD 3

/* Flash: the newest proven version, and what was programmed after it. */
byte proven = 0;
byte flying = 0;
byte cell = BLANK;      /* of `flying` */

byte wrong = 0;         /* wrong PINs tested since the last right one */
byte spent = 0;         /* attempts begun since the count was last set to 0 */
byte shown = 0;         /* what a boot or a caller was told last */
byte cuts = 0, fails = 0;

byte count;             /* RAM */

#define MAY_CUT if :: cuts < CUTS -> cuts++; goto powerOff :: true fi

inline write(value) {
  flying = value;
  cell = UNSTABLE; MAY_CUT;
  if :: cell = SOLID :: fails < FAILS -> fails++; cell = BAD fi;
#ifndef BAD_NO_READBACK
  if :: cell == BAD -> goto powerOff :: else fi;
#endif
  /* Superseded: what was proven before may go. */
  if :: cell == SOLID -> proven = value; cell = BLANK; flying = 0 :: else fi;
  count = value
}

active proctype store() {
powerOff:
  atomic {
    count = proven;
    if
    :: cell == SOLID -> count = flying
#ifdef BAD_ZERO
    :: cell == UNSTABLE -> if :: count = flying :: count = 0 fi
#else
    :: cell == UNSTABLE -> if :: count = flying :: true fi
#endif
    :: else
    fi
  };
#ifndef BAD_UNSETTLED
  atomic { MAY_CUT; proven = count; cell = BLANK; flying = 0 };
#endif
  atomic {
    assert(count >= wrong);
    assert(count >= shown);
    assert(count <= spent);
    shown = count
  };

  do
  :: atomic {
       count < LIMIT ->
#ifdef BAD_TEST_FIRST
       wrong++; spent++; MAY_CUT; write(count + 1); shown = count
#else
#ifdef BAD_RESET_FIRST
       shown = 0; write(0); MAY_CUT; wrong++; spent++; write(count + 1); shown = count
#else
       spent++; write(count + 1); shown = count; MAY_CUT;
       wrong++
#endif
#endif
       ;
       assert(wrong <= LIMIT)
     }
  /* A right one. From its test on either count is true. */
  :: atomic {
       count < LIMIT ->
       spent++; write(count + 1); shown = count; MAY_CUT;
       wrong = 0; shown = 0;
       write(0); spent = 0
     }
  :: atomic { cuts < CUTS -> cuts++; goto powerOff }
  :: break
  od
}
