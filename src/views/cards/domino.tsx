import { useRef } from 'react';
import { compact, count, plural } from '../../draw/format.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { useLane } from '../lane/context.ts';
import { useFrames } from '../lane/use-frame.ts';
import { noun, nouns } from '../models.ts';
import { Card } from './card.tsx';
import { Causes } from './causes.tsx';

const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Heights of bars, as parts of the highest. Linear, as every bar and axis here: half as high is half as many. */
export function partsOf(values: readonly number[]): number[] {
  const most = Math.max(1, ...values);
  return values.map((value) => value / most);
}

/** How long the chains of adoptions before new spans are, in the whole run, and the longest of them. */
export function DominoCard() {
  const { lane, knobs, explained, onExplain } = useLane();
  const { model } = knobs;
  const bars = useRef<HTMLOListElement>(null);
  useFrames(lane, (frame) => {
    const values = LENGTHS.map((_, i) => frame.counters[C.chain1 + i]);
    const parts = partsOf(values);
    values.forEach((value, i) => {
      const line = bars.current?.children[i] as HTMLElement | undefined;
      if (!line) return;
      line.style.setProperty('--part', String(parts[i]));
      const text = line.querySelector('b');
      if (text && text.textContent !== compact(value)) text.textContent = compact(value);
    });
  });
  const longest = (): void => {
    const frame = lane.hub.latest;
    if (frame && frame.counters[C.chainMax] > 0)
      onExplain({ seq: frame.counters[C.chainMaxSeq], by: 'domino' });
  };
  return (
    <Card
      className="domino-card wide"
      title={({ counters }) =>
        counters[C.chainMax] > 0
          ? `${plural(counters[C.newStarved], noun(model), nouns(model))} fell to a chain of adoptions, the longest of ${count(counters[C.chainMax])}`
          : `No ${noun(model)} was made because of an adoption`
      }
      table={{
        head: [`Adoptions before the ${noun(model)}`, `New ${nouns(model)}`],
        rows: (frame) =>
          LENGTHS.map((length, i) => [
            length === 8 ? '8 or more' : String(length),
            count(frame.counters[C.chain1 + i]),
          ]),
      }}
      actions={
        <button type="button" className="ghost-button" onClick={longest}>
          Longest chain
        </button>
      }
    >
      <ol
        className="histogram"
        ref={bars}
        aria-label={`New ${nouns(model)} by length of their chain`}
      >
        {LENGTHS.map((length) => (
          <li key={length}>
            <b>0</b>
            <i aria-hidden="true" />
            <small>{length === 8 ? '8+' : length}</small>
          </li>
        ))}
      </ol>
      <p className="histogram-axis">adoptions in the chain before a new {noun(model)}</p>
      {explained?.by === 'domino' ? (
        <Causes seq={explained.seq} />
      ) : (
        <p className="empty">
          “Longest chain” shows what led to the {noun(model)} with most adoptions before it.
        </p>
      )}
    </Card>
  );
}
