import { useState } from 'react';
import { hasFeature } from '../../engine/allocators/index.ts';
import { ACT, type ActId } from '../../engine/interventions.ts';
import type { ThreadDetail } from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import { usePacedFrames } from '../lane/use-frame.ts';
import { useFocused, usePerform } from '../page/context.ts';
import { strike } from '../page/session/edits.ts';

/** Blows to the selected span. */
export function BreakMemory({
  lane,
  row,
  pinned,
}: {
  readonly lane: Lane;
  readonly row: number;
  readonly pinned: boolean;
}) {
  const run = usePerform();
  const adopts = hasFeature(useFocused().knobs.model, 'adoption');
  const [threads, setThreads] = useState<readonly ThreadDetail[]>([]);
  const [chain, setChain] = useState(1);
  usePacedFrames(lane, 500, () => {
    lane
      .threads()
      .then(setThreads)
      .catch(() => undefined);
  });
  const living = threads.filter(({ running }) => running);
  const chosen = living.some((thread) => thread.chain === chain) ? chain : living[0]?.chain;
  const pin: ActId = pinned ? 'unpin' : 'pin';
  return (
    <fieldset className="break-memory">
      <legend>Break it</legend>
      {adopts && (
        <div>
          <button
            type="button"
            title={ACT.adopt.help}
            disabled={chosen === undefined}
            onClick={() => run(strike, { act: 'adopt', subject: row, amount: chosen ?? 1 })}
          >
            {ACT.adopt.label}
          </button>
          <label>
            by chain
            <select value={chosen ?? ''} onChange={(event) => setChain(Number(event.target.value))}>
              {living.map((thread) => (
                <option key={thread.chain} value={thread.chain}>
                  {thread.chain}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <div>
        {[pin, 'trim' as const].map((id, i) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: pinning and unpinning are one button
            key={i}
            type="button"
            title={ACT[id].help}
            onClick={() => run(strike, { act: id, subject: row, amount: 0 })}
          >
            {ACT[id].label}
          </button>
        ))}
        <button
          type="button"
          className="refused"
          title={ACT.compact.help}
          onClick={() => run(strike, { act: 'compact', subject: row, amount: 0 })}
        >
          {ACT.compact.label}
        </button>
      </div>
    </fieldset>
  );
}
