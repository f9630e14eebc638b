/** What a trace was found to have. Published in JSON: names stay. */
export interface TraceCounts {
  /** Calls that returned a block, a moving realloc included. */
  allocs: number;
  /** Blocks that went back by a known call, the old block of a moving realloc included. */
  frees: number;
  /** Of these: the freeing life is not the allocating one. */
  remote: number;
  /** Reallocs that kept their address. */
  inPlace: number;
  /** free(NULL). */
  nullFrees: number;
  /** Calls that returned NULL for a size above 0, or an error. */
  failed: number;
  /** Frees of addresses at which no block is live: it was allocated before the recording, or freed twice. */
  unknown: number;
  /** Frees put in because the address of a live block was handed out again. */
  implicit: number;
  /** Allocations whose address the recorder does not tell. */
  untracked: number;
  /** Live at the end, in requested bytes. */
  liveBlocks: number;
  liveBytes: number;
  /** Lives of threads. */
  lives: number;
  /** Of these: the trace says that they end. */
  livesEnded: number;
}

export const noCounts = (): TraceCounts => ({
  allocs: 0,
  frees: 0,
  remote: 0,
  inPlace: 0,
  nullFrees: 0,
  failed: 0,
  unknown: 0,
  implicit: 0,
  untracked: 0,
  liveBlocks: 0,
  liveBytes: 0,
  lives: 0,
  livesEnded: 0,
});

/** What cannot be taken literally, each told with the line and thread where it comes first. */
export const ODDITIES = [
  'unknown',
  'implicit',
  'untracked',
  'failed',
  'inPlace',
  'beyond',
  'backwards',
] as const;
export type Oddity = (typeof ODDITIES)[number];

/** How often something came, and where first. */
export interface Seen {
  count: number;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly tid: number;
}
