import { asBytes, asNs, asOp } from '../../base/units.ts';
import { hasFeature } from '../allocators/index.ts';
import { MAIN } from '../machine/threads.ts';
import {
  type HandCall,
  type HandPart,
  OP,
  OP_KIND_MASK,
  OP_SLOT,
  sizeOfOp,
} from '../programs/program.ts';
import { COUNTERS, GAUGES } from '../telemetry/counters.ts';
import type { HandDetail, HandDone, HandPlace, HandSlot, HandStretch } from '../types.ts';
import type { Run } from './run.ts';

/** Blocks of a span's parts are numbered from multiples of this (Outcome.block). */
const PART = 65_536;
/** Stretches that are looked at: a mebibyte of a heap, where they are 64 KiB. */
const MOST_STRETCHES = 16;

/** How things stood before the call that is due. */
interface Before {
  readonly call: HandCall;
  readonly counters: Float64Array;
  readonly slot: HandSlot;
  readonly ns: number;
}

export interface SavedHand {
  readonly latest: HandDone | undefined;
  readonly before: Before | undefined;
  readonly endedNs: number;
}

/**
 * What comes of the calls that a user makes by hand: where blocks are, and what the latest call changed. It
 * only looks; the one thing of it that a run goes by is when the latest call ended, which is when the next
 * one begins.
 */
export class HandLog {
  /** Virtual time at which the latest call ended. */
  endedNs = 0;
  private latest: HandDone | undefined;
  private before: Before | undefined;

  constructor(
    private readonly run: Run,
    readonly hand: HandPart,
  ) {}

  /** True while no call is due. */
  get idle(): boolean {
    return this.hand.due === undefined;
  }

  /** The run has been built: the first call begins when all threads are there. */
  began(): void {
    this.endedNs = this.run.threads.latestClock();
  }

  /** Looks at how things stand before the call that is now due, if any, once. */
  begin(): void {
    const { hand, run, before } = this;
    const { due } = hand;
    if (due === undefined) this.before = undefined;
    else if (before === undefined || !same(before.call, due)) {
      const counters = run.readCounters().slice();
      const slot = this.slotOf(due.slot);
      this.before = { call: due, counters, slot, ns: run.threads.clock[due.chain] };
    }
  }

  /** A chain has carried out the call whose record stands at word `at`, as the latest operation. */
  done(chain: number, ops: Int32Array, at: number): void {
    const { run, before } = this;
    const { threads } = run;
    this.endedNs = threads.clock[chain];
    this.before = undefined;
    if (before === undefined) return;
    const kind = ops[at] & OP_KIND_MASK;
    const act = kind === OP.free ? 'free' : kind === OP.realloc ? 'realloc' : 'malloc';
    const slot = ops[at + OP_SLOT];
    const counters = run.readCounters();
    const counted = COUNTERS.flatMap((counter, i) =>
      counters[i] === before.counters[i] || GAUGES.has(counter)
        ? []
        : [{ counter, by: counters[i] - before.counters[i] }],
    );
    const bytes = act === 'free' ? 0 : sizeOfOp(ops, at);
    this.latest = {
      op: asOp(run.operations),
      act,
      chain,
      slot,
      bytes,
      before: before.slot,
      // The program hears of it later.
      after: { bytes, by: bytes > 0 ? chain : 0, place: this.placeOf(slot, bytes) },
      path: run.allocator.served(chain, bytes > 0 ? slot : -1).path,
      ns: asNs(this.endedNs - before.ns),
      counted,
    };
  }

  private slotOf(slot: number): HandSlot {
    const { bytes, by } = this.hand;
    return { bytes: bytes[slot], by: by[slot], place: this.placeOf(slot, bytes[slot]) };
  }

  /** Where the block of a slot is. */
  private placeOf(slot: number, requested: number): HandPlace | undefined {
    const { run } = this;
    if (requested === 0) return undefined;
    const { row, block: number } = run.allocator.served(MAIN, slot);
    if (row < 0) return undefined;
    const slab = Math.floor(number / PART);
    const span = run.inspectSpan(row);
    const detail = run.inspectBlocks(row, slab);
    const block = detail?.slots.indexOf(slot) ?? -1;
    if (span === undefined || detail === undefined || block < 0) return undefined;
    const bytes = detail.bytes?.[block] ?? detail.blockBytes;
    const inSlab = detail.headerBytes + block * detail.blockBytes;
    const from = detail.offsets?.[block] ?? (slab * span.bytes) / span.slabs.length + inSlab;
    const address = Number(span.address) + from + detail.lead;
    return { row, slab, block, address, usable: bytes - detail.overhead, bytes };
  }

  read(): HandDetail {
    const slots = Array.from(this.hand.bytes, (_, slot) => this.slotOf(slot));
    return {
      op: this.run.op,
      slots,
      threads: this.threads(),
      due: this.due(),
      latest: this.latest,
      ...(hasFeature(this.run.model, 'classes') ? this.slabsInUse() : this.wholeHeap()),
    };
  }

  private threads(): number[] {
    const { running, chains } = this.run.threads;
    return Array.from({ length: chains }, (_, chain) => chain).filter(
      (chain) => chain !== MAIN && running[chain] !== 0,
    );
  }
  private due(): HandCall | undefined {
    const { due } = this.hand;
    if (due === undefined) return undefined;
    const { act, chain, slot, bytes } = due;
    return { act, chain, slot, bytes };
  }

  /** The slabs or pages with a block that is not free, and those that the latest call was about. */
  private slabsInUse(): Pick<HandDetail, 'stretches' | 'more'> {
    const { run, latest } = this;
    const asked = [latest?.before.place, latest?.after.place];
    const found: HandStretch[] = [];
    let more = 0;
    for (let row = 0; row < run.rows; row++)
      for (const { index, acquired, live, queued } of run.inspectSpan(row)?.slabs ?? []) {
        const wanted =
          live + queued > 0 || asked.some((place) => place?.row === row && place.slab === index);
        if (!acquired || !wanted) continue;
        if (found.length === MOST_STRETCHES) more++;
        else found.push(...this.stretch(row, index));
      }
    return { stretches: found, more };
  }

  private wholeHeap(): Pick<HandDetail, 'stretches' | 'more'> {
    const rows = Array.from({ length: this.run.rows }, (_, row) => row);
    const mapped = rows.filter((row) => this.run.inspectSpan(row) !== undefined);
    const stretches = mapped.slice(0, MOST_STRETCHES).flatMap((row) => this.stretch(row, 0));
    return { stretches, more: Math.max(0, mapped.length - MOST_STRETCHES) };
  }

  private stretch(row: number, slab: number): HandStretch[] {
    const span = this.run.inspectSpan(row);
    const blocks = this.run.inspectBlocks(row, slab);
    if (span === undefined || blocks === undefined) return [];
    const bytes = asBytes(span.bytes / span.slabs.length);
    const part = span.slabs[slab];
    const { threads } = this.run;
    return [
      {
        address: Number(span.address) + slab * bytes,
        bytes,
        owner: part.owner,
        ownerChain: part.owner >= 0 ? threads.chainOf(part.owner) : -1,
        blocks,
      },
    ];
  }

  snapshot(): SavedHand {
    return { latest: this.latest, before: this.before, endedNs: this.endedNs };
  }
  restore(saved: SavedHand): void {
    this.latest = saved.latest;
    this.before = saved.before;
    this.endedNs = saved.endedNs;
  }
}

const same = (a: HandCall, b: HandCall): boolean =>
  a.act === b.act && a.chain === b.chain && a.slot === b.slot && a.bytes === b.bytes;
