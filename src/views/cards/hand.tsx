import { useId, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { bytes, classSize, count, duration, plural } from '../../draw/format.ts';
import { ACT, HAND_ACTS, type HandActId } from '../../engine/interventions.ts';
import { C } from '../../engine/telemetry/counters.ts';
import { B } from '../../engine/telemetry/ledger.ts';
import type { HandDetail, HandSlot } from '../../engine/types.ts';
import { H } from '../../worker/frame.ts';
import { useLane } from '../lane/context.ts';
import { useApp, usePerform } from '../page/context.ts';
import { makeCall, show } from '../page/session/hand.ts';
import { Card } from './card.tsx';
import { useHand } from './hand-detail.ts';
import { HandPicture } from './hand-picture.tsx';
import { handTable } from './hand-table.ts';
import { becameText, countedTexts, hex, madeText, servedText } from './hand-text.ts';

const RANGE = ACT.malloc.amount ?? { unit: 'B', min: 1, max: 1, default: 1 };
/** Sizes for a press: small classes, a page and more, what only mid pages or the heap have. */
const QUICK = [16, 64, 120, 256, 1000, 4096, 20_480, 65_536] as const;

/** Ten pointers: malloc, realloc and free are buttons, each press an edit of the recipe. */
export function HandCard() {
  const { knobs } = useLane();
  const run = usePerform();
  const lanes = useApp((state) => state.recipe.lanes.length);
  const [detail, seen] = useHand();
  const [wanted, setThread] = useState(1);
  const [size, setSize] = useState<number>(RANGE.default);
  const [everywhere, setEverywhere] = useState(true);
  const [marked, setMarked] = useState<number | undefined>(undefined);
  const boxes = useRef<HTMLOListElement>(null);
  const threadId = useId();
  if (detail === undefined)
    return (
      <Card className="hand-card" title={finding} table={handTable(() => undefined)}>
        <div className="hand-boxes" aria-busy="true" />
      </Card>
    );
  const { threads, slots } = detail;
  const thread = threads.includes(wanted) ? wanted : (threads[0] ?? 1);
  const press = (act: HandActId, slot: number): void => {
    const amount = act === 'free' ? 0 : size;
    run(makeCall, { act, subject: thread, slot, amount }, lanes > 1 && everywhere);
  };
  return (
    <Card className="hand-card" title={finding} table={handTable(seen)}>
      <div className="hand-tools">
        <div className="hand-field">
          <span id={threadId}>Thread</span>
          <fieldset className="segments" aria-labelledby={threadId}>
            {Array.from({ length: knobs.handThreads }, (_, i) => i + 1).map((chain) => (
              <button
                key={chain}
                type="button"
                aria-pressed={chain === thread}
                disabled={!threads.includes(chain)}
                onClick={() => setThread(chain)}
              >
                {chain}
                {!threads.includes(chain) && <span className="sr"> has ended</span>}
              </button>
            ))}
          </fieldset>
        </div>
        <SizeField size={size} onSize={setSize} />
        {lanes > 1 && (
          <label className="check">
            <input
              type="checkbox"
              checked={everywhere}
              onChange={(event) => setEverywhere(event.target.checked)}
            />
            in all {lanes} lanes
          </label>
        )}
      </div>
      <ol className="hand-boxes" ref={boxes} aria-label="Ten pointers">
        {slots.map((held, slot) => (
          <Box
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place
            key={slot}
            slot={slot}
            held={held}
            due={detail.due?.slot === slot}
            onPress={(act) => press(act, slot)}
            onShow={() => held.place && run(show, held.place)}
            onMark={setMarked}
          />
        ))}
      </ol>
      <Latest detail={detail} />
      <HandPicture
        detail={detail}
        marked={marked}
        onPick={(slot) => boxes.current?.querySelectorAll<HTMLElement>('li')[slot]?.focus()}
      />
    </Card>
  );
}

const finding: Parameters<typeof Card>[0]['title'] = ({ counters, bands, header }) => {
  const live = counters[C.liveBlocks];
  const asked = bytes(asBytes(bands[B.live]));
  return header[H.op] === 0
    ? `${plural(live, 'block')} of ${asked}, and your hand: malloc, realloc, free`
    : `${plural(live, 'live block')}, ${asked} asked for, after ${plural(header[H.op], 'call')} by hand`;
};

/** Bytes for malloc and realloc: typed, or one of some that tell allocators apart. */
function SizeField({ size, onSize }: { readonly size: number; onSize(size: number): void }) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const settle = (): void => {
    if (draft === undefined) return;
    const digits = draft.replace(/[,\s]/g, '');
    const value = Number(digits);
    const good = /^\d{1,12}$/.test(digits) && value >= RANGE.min && value <= RANGE.max;
    setProblem(
      good
        ? undefined
        : `A size goes from ${count(RANGE.min)} to ${count(RANGE.max)} B. Kept: ${count(size)} B.`,
    );
    if (good) onSize(value);
    setDraft(undefined);
  };
  return (
    <div className="hand-size">
      <label className="hand-field">
        Size
        <span className="number">
          <input
            inputMode="numeric"
            value={draft ?? String(size)}
            title={`${count(RANGE.min)} to ${count(RANGE.max)} B`}
            aria-invalid={problem !== undefined}
            onChange={(event) => setDraft(event.target.value)}
            onBlur={settle}
            onKeyDown={(event) => event.key === 'Enter' && settle()}
          />
          <small>B</small>
        </span>
      </label>
      <fieldset className="segments">
        <legend className="sr">Quick sizes</legend>
        {QUICK.map((quick) => (
          <button
            key={quick}
            type="button"
            aria-pressed={quick === size}
            onClick={() => {
              setProblem(undefined);
              setDraft(undefined);
              onSize(quick);
            }}
          >
            {classSize(quick)}
          </button>
        ))}
      </fieldset>
      <p className="field-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

/** One pointer and what it points to. Calls that cannot be made now say why when they are pressed. */
function Box({
  slot,
  held,
  due,
  onPress,
  onShow,
  onMark,
}: {
  readonly slot: number;
  readonly held: HandSlot;
  readonly due: boolean;
  onPress(act: HandActId): void;
  onShow(): void;
  onMark(slot: number | undefined): void;
}) {
  const empty = held.bytes === 0;
  const { place } = held;
  return (
    <li
      className="hand-box"
      data-empty={empty}
      tabIndex={-1}
      aria-label={`p${slot}`}
      data-due={due}
      onFocus={() => onMark(slot)}
      onBlur={() => onMark(undefined)}
      onPointerEnter={() => onMark(slot)}
      onPointerLeave={() => onMark(undefined)}
    >
      <div className="hand-what">
        <b>p{slot}</b>
        {empty ? <span>empty</span> : <span>{count(held.bytes)} B</span>}
      </div>
      <p className="hand-where">
        {place ? (
          <>
            <button
              type="button"
              className="link"
              onClick={onShow}
              title="Show it in the inspector"
            >
              <code>{hex(place.address)}</code>
              <span className="sr">, show p{slot} in the inspector</span>
            </button>
            <small>
              {count(place.usable)} usable
              {`, thread ${held.by}`}
            </small>
          </>
        ) : (
          <small>{empty ? '\u00a0' : 'with the C library'}</small>
        )}
      </p>
      <div className="hand-acts">
        {HAND_ACTS.map((act) => (
          <button
            key={act}
            type="button"
            aria-disabled={act === 'malloc' ? !empty : empty}
            title={ACT[act].help}
            onClick={() => onPress(act)}
          >
            {act}
            <span className="sr"> p{slot}</span>
          </button>
        ))}
      </div>
    </li>
  );
}

/** What the latest call came to, or which one comes next. */
function Latest({ detail: { latest, due } }: { readonly detail: HandDetail }) {
  const { model, timeBase } = useLane().knobs;
  if (due)
    return (
      <p className="hand-latest" data-testid="hand-latest">
        <b>Next</b> <code>{madeText(due)}</code>{' '}
        <span>Step on (→) and it is made; press another call and the run parts here.</span>
      </p>
    );
  if (latest === undefined)
    return (
      <p className="hand-latest" data-testid="hand-latest">
        <span>Nothing has been called yet. The run waits for your hand.</span>
      </p>
    );
  const served = servedText(latest, model);
  const chips = [
    ...(served === undefined ? [] : [served]),
    ...countedTexts(latest, model),
    ...(timeBase === 'costs' ? [duration(latest.ns)] : []),
  ];
  return (
    <p className="hand-latest" data-testid="hand-latest">
      <code>{madeText(latest)}</code> <span>{becameText(latest)}</span>
      {chips.map((chip) => (
        <small key={chip} className="hand-chip">
          {chip}
        </small>
      ))}
    </p>
  );
}
