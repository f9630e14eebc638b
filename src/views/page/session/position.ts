import type { Session } from './session.ts';

/** Whether some lane plays, or is about to. */
export const isPlaying = ({ lockstep }: Session): boolean => lockstep.plays;

/** Where the run stands, or is going as to a moment: the one source of it, whoever asks. */
export const now = ({ lockstep }: Session): number => lockstep.op;

/** The operation to ask for to stand here again. */
export const reach = ({ lockstep }: Session): number => lockstep.reach;
