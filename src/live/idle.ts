import { H } from '../worker/frame.ts';
import { commits } from './commits.ts';
import type { Lane } from './lane.ts';
import { isLoading } from './loading.ts';
import type { Lockstep } from './lockstep.ts';
import { rafPending, rafWork } from './raf.ts';

export interface Probe {
  /** The first lane. */
  readonly lane: Lane;
  readonly lanes: readonly Lane[];
  readonly lockstep: Lockstep;
  /** Where each field of a frame's header is. */
  readonly H: typeof H;
  /** Time that drawing took. */
  readonly rafWork: typeof rafWork;
  /** React commits since the page was opened. */
  readonly commits: number;
  /** Frames drawn since the page was opened. */
  frames: number;
}

declare global {
  interface Window {
    whenIdle(): Promise<void>;
    slabscope: Probe;
  }
}

/** Whether a lane's newest frame is still on its way: its worker has told of another operation. */
const isBehind = ({ hub }: Lane): boolean =>
  !hub.latest || (hub.summary !== undefined && hub.latest.header[H.op] !== hub.summary.op);

/** Installs what tests and the console use: `whenIdle()` and the probe. */
export function installProbe(lockstep: Lockstep): Probe {
  const [lane] = lockstep.lanes;
  const probe: Probe = {
    lane,
    lanes: lockstep.lanes,
    lockstep,
    H,
    rafWork,
    frames: 0,
    get commits() {
      return commits.count;
    },
  };
  lane.hub.subscribe(() => {
    probe.frames++;
  });
  window.slabscope = probe;
  window.whenIdle = async () => {
    // Two still animation frames in a row: a command issued in one has shown its request by the next.
    for (let still = 0; still < 2; ) {
      await new Promise(requestAnimationFrame);
      still =
        lockstep.busy || rafPending() || isLoading() || lockstep.lanes.some(isBehind)
          ? 0
          : still + 1;
    }
  };
  return probe;
}
