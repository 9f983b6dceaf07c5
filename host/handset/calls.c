/*
 * The table of calls: for each the function, its arguments, and what it leaves. No rule about data, only places.
 */
#include "calls.h"
#include "holdfast.h"

#define CALL(name, expression)                                             \
  static int32_t name(const uint32_t *argument, double wallMs) {           \
    (void)argument, (void)wallMs;                                          \
    return expression;                                                     \
  }
#define A(index) argument[index]

CALL(format_begin, hf_format_begin(A(0), A(1), A(2), A(3), A(4), wallMs))
CALL(format_step, hf_format_step())
CALL(mount, hf_mount(A(0), wallMs))
CALL(close, hf_close())
CALL(put_begin, hf_put_begin(A(0), A(1), A(2), A(3), A(4), A(5), A(6), wallMs))
CALL(put_write, hf_put_write(A(0)))
CALL(put_commit, hf_put_commit())
CALL(put_abandon, hf_put_abandon())
CALL(remove, hf_remove(A(0), A(1), A(2), wallMs))
CALL(batch_begin, hf_batch_begin(A(0), A(1)))
CALL(batch_commit, hf_batch_commit())
CALL(batch_abandon, hf_batch_abandon())
CALL(get, hf_get(A(0), A(1), A(2)))
CALL(read, hf_read(A(0), A(1)))
CALL(list_next, hf_list_next(A(0), A(1), A(2)))
CALL(glance_next, hf_glance_next(A(0), A(1), A(2)))
CALL(changes_next, hf_changes_next(A(0), A(1), A(2), A(3)))
CALL(history_next, hf_history_next(A(0), A(1), A(2), A(3), A(4)))
CALL(change, hf_change(A(0), A(1)))
CALL(verify_next, hf_verify_next(A(0), A(1)))
CALL(scrub_next, hf_scrub_next(A(0), A(1)))
CALL(tick, hf_tick(A(0)))
CALL(stat, hf_stat())
CALL(sync_begin, hf_sync_begin(A(0), A(1), A(2), A(3), wallMs))
CALL(sync_next, hf_sync_next(A(0)))
CALL(sync_receive, hf_sync_receive(A(0)))
CALL(sync, (int32_t)hf_sync())

const struct call_row call_table[CALL_COUNT] = {
    [CALL_FORMAT_BEGIN] = {format_begin, 5, LEAVES_NOTHING},
    [CALL_FORMAT_STEP] = {format_step, 0, LEAVES_NOTHING},
    [CALL_MOUNT] = {mount, 1, LEAVES_NOTHING},
    [CALL_CLOSE] = {close, 0, LEAVES_NOTHING},
    [CALL_PUT_BEGIN] = {put_begin, 7, LEAVES_NOTHING},
    [CALL_PUT_WRITE] = {put_write, 1, LEAVES_NOTHING},
    [CALL_PUT_COMMIT] = {put_commit, 0, LEAVES_RESULT},
    [CALL_PUT_ABANDON] = {put_abandon, 0, LEAVES_NOTHING},
    [CALL_REMOVE] = {remove, 3, LEAVES_RESULT},
    [CALL_BATCH_BEGIN] = {batch_begin, 2, LEAVES_NOTHING},
    [CALL_BATCH_COMMIT] = {batch_commit, 0, LEAVES_NOTHING},
    [CALL_BATCH_ABANDON] = {batch_abandon, 0, LEAVES_NOTHING},
    [CALL_GET] = {get, 3, LEAVES_RECORD},
    [CALL_READ] = {read, 2, LEAVES_BYTES},
    [CALL_LIST_NEXT] = {list_next, 3, LEAVES_ENTRY},
    [CALL_CHANGES_NEXT] = {changes_next, 4, LEAVES_ENTRY},
    [CALL_VERIFY_NEXT] = {verify_next, 2, LEAVES_VERDICT},
    [CALL_TICK] = {tick, 1, LEAVES_NOTHING},
    [CALL_STAT] = {stat, 0, LEAVES_STAT},
    [CALL_SYNC_BEGIN] = {sync_begin, 4, LEAVES_NOTHING},
    [CALL_SYNC_NEXT] = {sync_next, 1, LEAVES_BYTES},
    [CALL_SYNC_RECEIVE] = {sync_receive, 1, LEAVES_NOTHING},
    [CALL_SYNC] = {sync, 0, LEAVES_SYNC},
    [CALL_SCRUB_NEXT] = {scrub_next, 2, LEAVES_VERDICT},
    [CALL_HISTORY_NEXT] = {history_next, 5, LEAVES_ENTRY},
    [CALL_CHANGE] = {change, 2, LEAVES_ENTRY},
    [CALL_GLANCE_NEXT] = {glance_next, 3, LEAVES_ENTRY},
};
