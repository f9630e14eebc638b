import { useRef } from 'react';
import { drawBlocks, layoutBlocks } from '../../draw/blocks.ts';
import { classSize, count, plural } from '../../draw/format.ts';
import {
  drawStrip,
  hitStrip,
  layoutStrip,
  type Strip,
  type StripGeometry,
  stripOf,
} from '../../draw/heap-strip.ts';
import { hasFeature } from '../../engine/allocators/index.ts';
import { BLOCK_STATES, type HandDetail, type HandStretch } from '../../engine/types.ts';
import { useLane } from '../lane/context.ts';
import { noun } from '../models.ts';
import { useDrawing } from '../shell/use-drawing.ts';
import { hex } from './hand-text.ts';

interface Props {
  readonly detail: HandDetail;
  /** Slot whose block stands out. */
  readonly marked: number | undefined;
  /** A block of a slot was pointed at. */
  onPick(slot: number): void;
}

/** The memory that the ten pointers point into. */
export function HandPicture({ detail, marked, onPick }: Props) {
  const { knobs } = useLane();
  const { stretches, more } = detail;
  if (stretches.length === 0)
    return <p className="hand-none">This allocator holds no block of yours.</p>;
  if (!hasFeature(knobs.model, 'classes'))
    return (
      <>
        <Heap detail={detail} strip={stripOf(stretches)} marked={marked} onPick={onPick} />
        {more > 0 && <p className="hand-none">{plural(more, 'more stretch', 'more stretches')}.</p>}
      </>
    );
  return (
    <>
      <p className="hand-key hand-slabs-key" aria-hidden="true">
        <i data-part="block" /> live <i data-part="hollow" /> free
        {hasFeature(knobs.model, 'remoteQueues') && (
          <>
            {' '}
            <i data-part="queued" /> freed by another thread, in its queue
          </>
        )}{' '}
        <i data-part="never" /> never handed out
      </p>
      <div className="hand-slabs">
        {stretches.map((stretch) => (
          <Slab
            key={`${stretch.blocks.span}.${stretch.blocks.slab}`}
            stretch={stretch}
            marked={marked}
          />
        ))}
        {more > 0 && <p>{plural(more, 'more slab')}.</p>}
      </div>
    </>
  );
}

function Heap({ detail, strip, marked, onPick }: Props & { readonly strip: Strip }) {
  const { latest } = detail;
  const geometry = useRef<StripGeometry | undefined>(undefined);
  const was = latest?.before.place;
  const moved = was !== undefined && was.address !== latest?.after.place?.address;
  const canvas = useDrawing(
    (ctx, { width }, palette) => {
      geometry.current = layoutStrip(strip, width);
      drawStrip(ctx, strip, geometry.current, palette, {
        slot: marked ?? latest?.slot,
        was: moved ? was : undefined,
      });
    },
    (width) => layoutStrip(strip, width).height,
  );
  const holes = strip.chunks.filter(({ free }) => free).length;
  return (
    <>
      <h3>
        The heap from {hex(strip.address)}, in address order
        <span className="hand-key" aria-hidden="true">
          <i data-part="live" /> live <i data-part="rounding" /> rounded up <i data-part="tags" />{' '}
          tags <i data-part="free" /> free
        </span>
      </h3>
      <canvas
        ref={canvas}
        className="hand-heap"
        role="img"
        aria-label={`The heap: ${plural(strip.chunks.length - holes, 'live chunk')}, ${plural(holes, 'hole')}, ${count(strip.mapped - strip.used)} bytes of top`}
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const chunk =
            geometry.current &&
            hitStrip(strip, geometry.current, event.clientX - box.left, event.clientY - box.top);
          if (chunk !== undefined && chunk.slot >= 0) onPick(chunk.slot);
        }}
      />
    </>
  );
}

/** Blocks shown of a slab beyond the last one that was handed out. */
const ROOM = 12;
const MOST_PX = 96;

/** A slab or page: as many of its blocks as there is something to see. */
function Slab({
  stretch,
  marked,
}: {
  readonly stretch: HandStretch;
  readonly marked: number | undefined;
}) {
  const { model } = useLane().knobs;
  const { blocks, owner, ownerChain, address } = stretch;
  const all = blocks.states.length;
  const inUse = (['live', 'queued'] as const).map((state) => BLOCK_STATES.indexOf(state));
  const last = blocks.states.findLastIndex((state) => inUse.includes(state));
  const shown = Math.min(all, last + 1 + ROOM);
  const cut = { ...blocks, states: blocks.states.subarray(0, shown) };
  const at = marked === undefined ? -1 : blocks.slots.indexOf(marked);
  const canvas = useDrawing(
    (ctx, { width }, palette) => {
      const geometry = layoutBlocks(shown, width, MOST_PX);
      drawBlocks(ctx, cut, geometry, palette, at < 0 ? undefined : at);
      if (geometry.cell < 18) return;
      ctx.font = '600 10px "Inter Variable", Inter, sans-serif';
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillStyle = palette.sunken;
      for (let block = 0; block < shown; block++) {
        if (blocks.slots[block] < 0) continue;
        const x = (block % geometry.columns) * geometry.cell + geometry.cell / 2 - 0.5;
        const y = Math.floor(block / geometry.columns) * geometry.cell + geometry.cell / 2;
        ctx.fillText(`p${blocks.slots[block]}`, x, y);
      }
    },
    (width) => layoutBlocks(shown, width, MOST_PX).height,
  );
  const held = blocks.states.reduce((sum, state) => sum + (inUse.includes(state) ? 1 : 0), 0);
  const part = hasFeature(model, 'parts') ? `, slab ${blocks.slab}` : '';
  const whose = owner < 0 ? 'of nobody' : ownerChain === 0 ? 'of main' : `of thread ${ownerChain}`;
  const title = `${noun(model)} ${count(blocks.span)}${part}: blocks of ${classSize(blocks.blockBytes)}, ${whose}`;
  return (
    <div>
      <h3>{title}</h3>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${title}: ${count(held)} of ${count(all)} in use or queued`}
      />
      <p>
        {hex(address)}
        {all > shown && ` · ${plural(all - shown, 'more block')}`}
      </p>
    </div>
  );
}
