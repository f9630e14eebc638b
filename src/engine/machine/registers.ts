/**
 * The machine's registers, shared by run, allocator and slow paths, so that nothing is passed through
 * five calls. Indices into `Machine.regs`.
 */
/** Index of the operation under way. */
export const REG_OP = 0;
/** Clock of the running thread at the start of the record under way, ns. */
export const REG_NOW = 1;
/** Nanoseconds that slow paths charged to the record under way; the loop adds them to the clock. */
export const REG_EXTRA = 2;
/** Above 0: stop right after this record. Bit 1 an event that is waited for, bit 2 the run is over. */
export const REG_STOP = 3;
/**
 * Time order. A shared resource may be touched only by the chain that is earliest: while its key (its
 * clock, or under the shared schedule its operations) is below REG_HORIZON, or equal with REG_TIE = 1.
 */
export const REG_HORIZON = 4;
export const REG_TIE = 5;
/** No record begins at or after this clock: a timer is due, or the run's time is up. */
export const REG_UNTIL = 6;
/** Operations that this turn may complete, and has completed. */
export const REG_BUDGET = 7;
export const REG_ENDED = 8;
/** Of REG_EXTRA, time spent waiting for a lock: the thread does not need a core for it. */
export const REG_WAITED = 9;
/** 1: order by operations (schedule `shared`); REG_CHAIN_OPS is the chain's count as REG_ENDED begins. */
export const REG_BY_OPS = 10;
export const REG_CHAIN_OPS = 11;
/** 1 until the first step of a turn: whose turn it is may do that one, whatever the order says of the next. */
export const REG_FRESH = 12;
export const REG_COUNT = 16;

export const STOP_EVENT = 1;
export const STOP_ENDED = 2;
