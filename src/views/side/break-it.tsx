import { useEffect, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { bytes, compact, count, duration } from '../../draw/format.ts';
import { hasFeature, type ModelId } from '../../engine/allocators/index.ts';
import { ACT, type ActId } from '../../engine/interventions.ts';
import type { ThreadDetail } from '../../engine/types.ts';
import { H } from '../../worker/frame.ts';
import { useFrameText, usePacedFrames } from '../lane/use-frame.ts';
import { nouns } from '../models.ts';
import { useApp, useFocused, usePerform, useStanding } from '../page/context.ts';
import { strike, turnKnob } from '../page/session/edits.ts';
import { toggleBreakIt } from '../page/session/panels.ts';
import { hasEnded } from '../page/session/session.ts';

/** What can be done to a thread. */
const threadActs = (model: ModelId): readonly ActId[] =>
  hasFeature(model, 'trim') ? ['stall', 'burst', 'kill', 'flush'] : ['stall', 'burst', 'kill'];
/** Shares of physical memory that a press gives to other programs. */
const PRESSURES = [0, 0.5, 0.9, 0.99] as const;

/** Blows to threads and to memory, each an edit of the recipe that undo takes back. */
export function BreakIt() {
  const run = usePerform();
  const { lane, knobs } = useFocused();
  /** With several lanes on screen, a blow to a thread may fall in all of them. */
  const lanes = useApp((state) => state.recipe.lanes.length);
  /** The run is over: nothing can be done to it any more. */
  const ended = useStanding(hasEnded);
  const [threads, setThreads] = useState<readonly ThreadDetail[]>([]);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const head = useRef<HTMLHeadingElement>(null);
  // Whoever opens it wants to be in it.
  useEffect(() => head.current?.focus(), []);
  const [everywhere, setEverywhere] = useState(true);
  const [much, setMuch] = useState({ stall: amountOf('stall'), burst: amountOf('burst') });
  usePacedFrames(lane, 300, () => {
    lane
      .threads()
      .then(setThreads)
      .catch(() => undefined);
  });
  const room = useFrameText<HTMLElement>(lane, (frame) => {
    const left = bytes(asBytes(frame.header[H.physLimitBytes]));
    return `${left} left for this program, ${bytes(asBytes(frame.header[H.residentBytes]))} resident`;
  });
  const act = (id: ActId, chain: number): void => {
    const amount = id === 'stall' || id === 'burst' ? much[id] : 0;
    run(strike, { act: id, subject: chain, amount }, lanes > 1 && everywhere);
  };
  return (
    <section className="break-it" aria-label="Break it" data-testid="break-it">
      <div className="inspector-head">
        <h2 ref={head} tabIndex={-1}>
          Break it
        </h2>
        <button
          type="button"
          className="icon-button"
          onClick={() => run(toggleBreakIt)}
          aria-label="Close Break it"
        >
          ×
        </button>
      </div>
      <p className="break-note">
        {ended
          ? 'The run is over. Go back in time, then strike.'
          : 'Each blow falls where the run stands, is kept in the link, and undo takes it back.'}
      </p>
      <div className="break-amounts">
        {(['stall', 'burst'] as const).map((id) => (
          <Amount
            key={id}
            id={id}
            value={much[id]}
            onProblem={setProblem}
            onChange={(value) => setMuch({ ...much, [id]: value })}
          />
        ))}
      </div>
      {/* Its room is kept: what lies below must not move under a pointer. */}
      <p className="field-problem" role="alert">
        {problem}
      </p>
      <div className="break-threads" role="region" aria-label="Threads" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Chain</th>
              <th scope="col">Ops</th>
              <th scope="col">Owns</th>
              <th scope="col">
                <span className="sr">Blows</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {threads.map((thread) => (
              <tr key={thread.chain} className={thread.running ? '' : 'over'}>
                <th
                  scope="row"
                  title={`life ${count(thread.life)}, clock ${duration(thread.clockNs)}`}
                >
                  {thread.chain}
                  <small>{stateOf(thread)}</small>
                </th>
                <td title={`${count(thread.ops)} operations`}>{compact(thread.ops)}</td>
                <td>
                  {count(thread.owned)}
                  <span className="sr"> {nouns(knobs.model)}</span>
                </td>
                <td className="break-acts">
                  {threadActs(knobs.model).map((id) => (
                    <button
                      key={id}
                      type="button"
                      aria-disabled={ended || !thread.running}
                      title={ACT[id].help}
                      onClick={() => !ended && thread.running && act(id, thread.chain)}
                    >
                      {ACT[id].label}
                      <span className="sr"> chain {thread.chain}</span>
                    </button>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lanes > 1 && (
        <label className="check">
          <input
            type="checkbox"
            checked={everywhere}
            onChange={(event) => setEverywhere(event.target.checked)}
          />
          the same blow in all {lanes} lanes
        </label>
      )}
      <h3>Memory pressure</h3>
      <fieldset className="segments wide">
        <legend className="sr">Share of physical memory that other programs take</legend>
        {PRESSURES.map((share) => (
          <button
            key={share}
            type="button"
            aria-pressed={knobs.memPressure === share}
            disabled={ended}
            onClick={() => run(turnKnob, 'memPressure', share, lanes > 1 && everywhere)}
          >
            {share === 0 ? 'none' : `${share * 100} %`}
          </button>
        ))}
      </fieldset>
      <p className="break-note">
        <span ref={room} />. Any share: the knob under Limits.
      </p>
      <p className="break-note">
        To {hasFeature(knobs.model, 'adoption') ? 'force an adoption, pin or trim' : 'pin or trim'},
        select one of the {nouns(knobs.model)} in the map.
      </p>
    </section>
  );
}

const amountOf = (id: ActId): number => ACT[id].amount?.default ?? 0;
const stateOf = ({ running, asleep }: ThreadDetail): string =>
  running ? (asleep ? 'asleep' : '') : 'ended';

function Amount({
  id,
  value,
  onProblem,
  onChange,
}: {
  readonly id: ActId;
  readonly value: number;
  /** Why an amount was refused; undefined: it was not. */
  onProblem(problem: string | undefined): void;
  onChange(value: number): void;
}) {
  const range = ACT[id].amount;
  const [draft, setDraft] = useState<string | undefined>(undefined);
  if (!range) return null;
  const settle = (): void => {
    if (draft === undefined) return;
    const digits = draft.replace(/[,\s]/g, '');
    const wanted = Number(digits);
    const bad = !/^\d+$/.test(digits) || !(wanted >= range.min && wanted <= range.max);
    onProblem(
      bad
        ? `${ACT[id].label} goes from ${count(range.min)} to ${count(range.max)} ${range.unit}. Kept: ${count(value)}.`
        : undefined,
    );
    if (!bad) onChange(wanted);
    setDraft(undefined);
  };
  return (
    <label>
      {ACT[id].label}
      <span className="field">
        <input
          inputMode="numeric"
          value={draft ?? String(value)}
          title={`${count(range.min)} to ${count(range.max)} ${range.unit}`}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={settle}
          onKeyDown={(event) => event.key === 'Enter' && settle()}
        />
        <small>{range.unit === 'operations' ? 'ops' : range.unit}</small>
      </span>
    </label>
  );
}
