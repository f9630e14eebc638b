import { type PointerEvent, useEffect, useRef, useState } from 'react';
import { asBytes } from '../../base/units.ts';
import { type BlocksGeometry, drawBlocks, hitBlock, layoutBlocks } from '../../draw/blocks.ts';
import { bytes, capital, classSize, count, duration, plural } from '../../draw/format.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import type { Feature } from '../../engine/allocators/model.ts';
import { hasProgramFeature } from '../../engine/programs/index.ts';
import type { Act, Provenance } from '../../engine/provenance.ts';
import {
  BLOCK_STATES,
  type BlockState,
  type BlocksDetail,
  type SlabDetail,
  type SpanDetail,
} from '../../engine/types.ts';
import type { Lane } from '../../live/lane.ts';
import type { Selection } from '../../state/store.ts';
import { H } from '../../worker/frame.ts';
import { usePacedFrames } from '../lane/use-frame.ts';
import { colourVar, noun, stateNamed } from '../models.ts';
import { useFocused, usePerform } from '../page/context.ts';
import { select } from '../page/session/lanes.ts';
import { travel } from '../page/session/transport.ts';
import { useDrawing } from '../shell/use-drawing.ts';
import { BreakMemory } from './break-memory.tsx';

/** The selected span, its slabs, and every block of one slab. */
export function Inspector({ selection }: { readonly selection: Selection }) {
  const run = usePerform();
  const { lane, knobs } = useFocused();
  const { model } = knobs;
  const onSelect = (next: Selection | undefined): void => run(select, next);
  const [detail, setDetail] = useState<SpanDetail | undefined>(undefined);
  const [blocks, setBlocks] = useState<BlocksDetail | undefined>(undefined);
  const [gone, setGone] = useState(false);
  const asking = useRef<AbortController | undefined>(undefined);
  const { superslab, slab } = selection;
  const load = async (): Promise<void> => {
    asking.current?.abort();
    const abort = new AbortController();
    asking.current = abort;
    try {
      const found = await lane.inspectSpan(superslab, abort.signal);
      const index = slab ?? found?.slabs.find((s) => s.acquired)?.index;
      const inside =
        found && index !== undefined
          ? await lane.inspectBlocks(superslab, index, abort.signal)
          : undefined;
      setDetail(found);
      setBlocks(inside);
      setGone(found === undefined);
    } catch {
      // a newer question replaced this one
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the subject changes
  useEffect(() => {
    void load();
    return () => asking.current?.abort();
  }, [superslab, slab, lane]);
  usePacedFrames(lane, 500, () => void load());
  if (gone) {
    const rows = lane.hub.latest?.shape.rows ?? 0;
    return (
      <section className="inspector" aria-label="Inspector">
        <Head
          title={`${capital(noun(model))} ${count(superslab)}`}
          onClose={() => onSelect(undefined)}
        />
        <p>
          {superslab < rows
            ? 'Its memory has gone back to the OS.'
            : `There is no ${noun(model)} ${count(superslab)} at this operation: ${plural(rows, 'has', 'have')} been mapped so far.`}
        </p>
      </section>
    );
  }
  if (!detail) return <section className="inspector" aria-label="Inspector" aria-busy="true" />;
  const state = stateNamed(model, detail.state);
  const parts = hasFeature(model, 'parts');
  const owner =
    detail.owner < 0 ? 'nobody' : detail.owner === 0 ? 'main' : `life ${count(detail.owner)}`;
  return (
    <section className="inspector" aria-label="Inspector" data-testid="inspector">
      <Head
        title={`${capital(noun(model))} ${count(detail.index)}`}
        onClose={() => onSelect(undefined)}
      />
      <p className="inspector-state">
        <span
          className="swatch"
          style={{ background: colourVar(state.colour) }}
          aria-hidden="true"
        />
        {state.label}
        {detail.pinned && ', pinned'}
      </p>
      <dl className="facts">
        {hasFeature(model, 'owners') && (
          <>
            <dt>owner</dt>
            <dd>
              {owner}
              {detail.owner > 0 &&
                `, chain ${detail.ownerChain}, ${detail.ownerAlive ? 'living' : 'dead'}`}
            </dd>
          </>
        )}
        {detail.adoptedFrom >= 0 && (
          <>
            <dt>adopted from</dt>
            <dd>life {count(detail.adoptedFrom)}</dd>
          </>
        )}
        {hasFeature(model, 'classes') && (
          <>
            <dt>blocks of</dt>
            <dd>{classSize(detail.blockBytes)}</dd>
          </>
        )}
        <dt>truly live</dt>
        <dd>
          <b>{count(detail.live)}</b>
          {hasFeature(model, 'classes') && ` of ${count(detail.capacity)}`}
        </dd>
        {hasFeature(model, 'lyingCounter') && (
          <>
            <dt>counter says</dt>
            <dd className={detail.believed === detail.live ? '' : 'wrong'}>
              <b>{count(detail.believed)}</b>
              {detail.believed !== detail.live &&
                ` (${count(detail.believed - detail.live)} too many)`}
            </dd>
          </>
        )}
        {hasFeature(model, 'remoteQueues') && (
          <>
            <dt>in remote queues</dt>
            <dd>{count(detail.queued)}</dd>
          </>
        )}
        <dt>mapped</dt>
        <dd>
          {bytes(detail.bytes)} at operation {count(detail.bornOp)}, {duration(detail.bornNs)}
        </dd>
        {!parts && (
          <>
            <dt>OS pages resident</dt>
            <dd>{count(detail.slabs[0]?.residentPages ?? 0)}</dd>
          </>
        )}
        <dt>address</dt>
        <dd>
          <code>{detail.address}</code>
        </dd>
      </dl>
      <BreakMemory lane={lane} row={detail.index} pinned={detail.pinned} />
      {parts && (
        <>
          <h3>Slabs</h3>
          <div className="slab-grid">
            {detail.slabs.map((entry) => (
              <button
                key={entry.index}
                type="button"
                disabled={!entry.acquired}
                aria-pressed={blocks?.slab === entry.index}
                title={
                  entry.acquired
                    ? `slab ${entry.index}: ${slotText(entry.slot)}${count(entry.live)} live, ${count(entry.free)} free, ${count(entry.queued)} queued of ${count(entry.capacity)}; ${entry.residentPages} pages resident`
                    : `slab ${entry.index}: ${slotText(entry.slot)}not in use`
                }
                onClick={() => onSelect({ superslab, slab: entry.index })}
              >
                {entry.acquired && (
                  <i style={{ height: `${(100 * entry.live) / Math.max(1, entry.capacity)}%` }} />
                )}
                <span className="sr">slab {entry.index}</span>
              </button>
            ))}
          </div>
        </>
      )}
      {blocks && (
        <Blocks
          key={`${blocks.span}.${blocks.slab}`}
          lane={lane}
          blocks={blocks}
          within={parts ? `slab ${blocks.slab}` : `${noun(model)} ${count(blocks.span)}`}
          selected={selection.block}
          onBlock={(block) => onSelect({ superslab, slab: blocks.slab, block })}
        />
      )}
    </section>
  );
}

/** State and class of a slot of a shared pool. */
const slotText = (slot: SlabDetail['slot']): string => {
  if (slot === undefined) return '';
  const of = slot.state === 'unused' ? '' : ` slot for ${classSize(slot.blockBytes)}`;
  return `${slot.state.toUpperCase()}${of}; `;
};

function Head({ title, onClose }: { readonly title: string; onClose(): void }) {
  return (
    <div className="inspector-head">
      <h2>{title}</h2>
      <button
        type="button"
        className="icon-button"
        onClick={onClose}
        aria-label="Close the inspector"
      >
        ×
      </button>
    </div>
  );
}

const STATE_TEXT = {
  live: 'live',
  free: 'on the owner’s free list',
  queued: 'freed by another thread, waiting in the remote queue',
  uncarved: 'never handed out',
} as const;

/** States that blocks come to only where the model has it. */
const BLOCK_NEEDS: Readonly<Partial<Record<BlockState, Feature>>> = {
  queued: 'remoteQueues',
  uncarved: 'classes',
};

/** Height of the picture of blocks at most, px. */
const BLOCKS_PX = 260;

function Blocks({
  lane,
  blocks,
  within,
  selected,
  onBlock,
}: {
  readonly lane: Lane;
  readonly blocks: BlocksDetail;
  /** What the blocks lie in: “slab 3”. */
  readonly within: string;
  readonly selected: number | undefined;
  onBlock(block: number): void;
}) {
  const { model, workload } = useFocused().knobs;
  const byHand = hasProgramFeature(workload, 'hand');
  const has = (feature: Feature | undefined): boolean =>
    feature === undefined || hasFeature(model, feature);
  const geometry = useRef<BlocksGeometry | undefined>(undefined);
  const layout = (width: number): BlocksGeometry =>
    layoutBlocks(blocks.states.length, width, BLOCKS_PX);
  const canvas = useDrawing(
    (ctx, { width }, palette) => {
      geometry.current = layout(width);
      drawBlocks(ctx, blocks, geometry.current, palette, selected);
    },
    (width) => layout(width).height,
  );
  const pick = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const hit =
      geometry.current &&
      hitBlock(blocks, geometry.current, event.clientX - box.left, event.clientY - box.top);
    if (hit !== undefined) onBlock(hit);
  };
  const counts = BLOCK_STATES.map((_, state) =>
    blocks.states.reduce((sum, s) => sum + (s === state ? 1 : 0), 0),
  );
  const shown = selected !== undefined && selected < blocks.states.length ? selected : undefined;
  const room = asBytes(
    (blocks.bytes?.[shown ?? 0] ?? blocks.blockBytes) - (blocks.bytes ? blocks.overhead : 0),
  );
  return (
    <>
      <h3>Blocks of {within}</h3>
      <p className="block-counts">
        {BLOCK_STATES.map((state, i) => ({ state, n: counts[i] }))
          .filter(({ state, n }) => n > 0 || has(BLOCK_NEEDS[state]))
          .map(({ state, n }) => `${count(n)} ${state === 'uncarved' ? 'never carved' : state}`)
          .join(' · ')}
      </p>
      <canvas
        ref={canvas}
        className="blocks"
        tabIndex={0}
        role="application"
        aria-label={`Blocks of the ${within.split(' ')[0]}; arrow keys walk them`}
        onPointerDown={pick}
        onKeyDown={(event) => {
          const step = {
            ArrowLeft: -1,
            ArrowRight: 1,
            ArrowUp: -(geometry.current?.columns ?? 1),
            ArrowDown: geometry.current?.columns ?? 1,
          }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          onBlock(Math.max(0, Math.min(blocks.states.length - 1, (shown ?? -step) + step)));
        }}
      />
      {shown !== undefined && (
        <BlockStory
          key={shown}
          lane={lane}
          superslab={blocks.span}
          slab={blocks.slab}
          block={shown}
        />
      )}
      {shown !== undefined && (
        <p className="block-facts" role="status" data-testid="block">
          <b>Block {count(shown)}</b>: {STATE_TEXT[BLOCK_STATES[blocks.states[shown]]]}
          {BLOCK_STATES[blocks.states[shown]] === 'live' &&
            `, ${count(blocks.requested[shown])} B requested of ${bytes(room)}, ${blocks.slots[shown] === -2 ? 'a thread table' : byHand ? `p${blocks.slots[shown]}` : `slot ${count(blocks.slots[shown])} of the program`}`}
        </p>
      )}
    </>
  );
}

/** Who allocated and who freed a block: found by replaying, so only while the run stands. */
function BlockStory({
  lane,
  superslab,
  slab,
  block,
}: {
  readonly lane: Lane;
  readonly superslab: number;
  readonly slab: number;
  readonly block: number;
}) {
  const run = usePerform();
  const [found, setFound] = useState<Provenance | 'looking' | 'moving'>('looking');
  const asked = useRef({ op: -1, abort: new AbortController() });
  const ask = (op: number, playing: boolean): void => {
    if (playing) {
      asked.current.abort.abort();
      asked.current = { op: -1, abort: new AbortController() };
      setFound('moving');
      return;
    }
    if (op === asked.current.op) return;
    asked.current.abort.abort();
    const abort = new AbortController();
    asked.current = { op, abort };
    setFound('looking');
    lane
      .provenance(superslab, slab, block, abort.signal)
      .then((answer) => answer && setFound(answer))
      .catch(() => {
        // A newer question replaced this one; when nobody asks, the next frame may.
        if (asked.current.abort === abort) asked.current.op = -1;
      });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a block is one key of this component
  useEffect(() => {
    const { summary } = lane.hub;
    if (summary) ask(summary.op, summary.playing);
    return () => asked.current.abort.abort();
  }, [lane, superslab, slab]);
  usePacedFrames(lane, 250, ({ header }) => ask(header[H.op], header[H.playing] === 1));
  const who = (act: Act): string =>
    `${act.life <= 0 ? 'main' : `life ${count(act.life)}, chain ${act.chain}`} at operation ${count(act.op)}`;
  if (found === 'looking') return <p className="block-story">Replaying to see who used it…</p>;
  if (found === 'moving')
    return <p className="block-story">Pause to see who allocated and who freed it.</p>;
  return (
    <p className="block-story" data-testid="block-story">
      {found.allocated ? (
        <>Allocated by {who(found.allocated)}.</>
      ) : (
        'Allocated before the first operation, or never.'
      )}{' '}
      {found.freed && <>Freed by {who(found.freed)}. </>}
      {found.age !== undefined && `${plural(found.age, 'operation')} ago. `}
      {found.allocated && (
        <button
          type="button"
          className="link"
          onClick={() => run(travel, found.allocated?.op ?? 0)}
        >
          Go there
        </button>
      )}
    </p>
  );
}
