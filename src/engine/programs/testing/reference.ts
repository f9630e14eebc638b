import { assert } from '../../../base/assert.ts';
import {
  OP,
  OP_ARG,
  OP_END,
  OP_HEAD,
  OP_KIND_MASK,
  OP_SLOT,
  OP_WORDS,
  type OpKind,
  type Program,
  setUp,
  sizeOfOp,
} from '../program.ts';

const NAMES = new Map<number, string>(Object.entries(OP).map(([name, kind]) => [kind, name]));
const EMPTY = -1;

/** Kinds that have no size, and kinds that have an argument; the words of others may hold anything. */
const SIZELESS = new Set<number>([
  OP.free,
  OP.start,
  OP.succeed,
  OP.exit,
  OP.join,
  OP.mark,
  OP.none,
]);
const ARGUED = new Set<number>([OP.memalign, OP.touch, OP.start, OP.join, OP.mark]);

/** A record as a test reads it: its kind, slot, size, argument, and "." at the end of an operation. */
export function opText(ops: Int32Array, at: number): string {
  const code = ops[at] & OP_KIND_MASK;
  const kind = NAMES.get(code);
  const size = SIZELESS.has(code) ? 0 : sizeOfOp(ops, at);
  const arg = ARGUED.has(code) ? ops[at + OP_ARG] : 0;
  const end = (ops[at] & OP_END) === 0 ? '' : '.';
  return `${kind} ${ops[at + OP_SLOT]} ${size} ${arg}${end}`;
}

/** Records as one line each. */
export const opTexts = (ops: Int32Array, at: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => opText(ops, at + i * OP_WORDS));

/**
 * Carries out programs with no allocator at all, and insists on what every program owes: a slot that is
 * allocated into is empty, a slot that is freed or written is live, slots and chains stay in their bounds, a
 * chain that waits goes on waiting until there is news, and only living chains act.
 */
export class ReferenceRun {
  /** Chain that allocated each slot's block, or EMPTY; its size and the life of the chain. */
  readonly owner: number[] = [];
  readonly size: number[] = [];
  readonly ownerLife: number[] = [];
  readonly running: boolean[];
  /** Lives that each chain has begun, operations that it has done. */
  readonly lives: number[];
  readonly ops: number[];
  readonly waits: boolean[];
  /** Microseconds that each chain has slept. */
  readonly slept: number[];
  /** Chain and slot of frees, in order, when asked for. */
  onFree: ((chain: number, slot: number) => void) | undefined;
  onMalloc: ((chain: number, slot: number, size: number) => void) | undefined;
  onMark: ((chain: number, mark: number) => void) | undefined;
  live = 0;
  liveBytes = 0;
  peak = 0;
  mallocs = 0;
  frees = 0;
  remoteFrees = 0;
  private readonly buffer = new Int32Array(512 * OP_WORDS);
  private readonly newsSeen: number[];
  /** Slots that a cut short operation may have left empty: a free of them frees NULL. */
  private readonly orphaned = new Set<number>();
  /** By chain, the slot that its operation under way has freed. */
  private readonly hollow = new Map<number, number>();

  constructor(public program: Program) {
    const each = <T>(value: T): T[] => Array.from({ length: program.chains }, () => value);
    this.running = each(false);
    this.waits = each(false);
    this.lives = each(0);
    this.ops = each(0);
    this.slept = each(0);
    this.newsSeen = each(-1);
    setUp(program, {
      malloc: (chain, size, slot) => this.malloc(chain, slot, size),
      free: (chain, slot) => this.free(chain, slot),
      start: (chain) => {
        this.start(chain);
        return true;
      },
    });
    this.mallocs = 0;
    this.frees = 0;
    this.remoteFrees = 0;
  }

  /** Another program, with the words of the present one, takes its place. */
  goOnWith(program: Program): void {
    this.program = program;
    // A restored program raises its news: who waits is asked again.
    this.newsSeen.fill(-1);
  }

  /** Chains that can be asked for records now. */
  ready(): number[] {
    return this.running.flatMap((running, chain) => (running && this.mayGo(chain) ? [chain] : []));
  }
  private mayGo(chain: number): boolean {
    return !this.waits[chain] || this.program.news !== this.newsSeen[chain];
  }

  /**
   * Draws up to `most` records of a chain and carries out as many of them as `use` says.
   * @returns the records carried out, as texts
   */
  stretch(
    chain: number,
    most: number,
    use: (drawn: number) => number = (drawn) => drawn,
  ): string[] {
    const { program, buffer } = this;
    const drawn = program.fill(chain, buffer, 0, most);
    assert(drawn >= 0 && drawn <= most, 'no more records than asked for');
    this.waits[chain] = drawn === 0;
    this.newsSeen[chain] = program.news;
    if (drawn === 0) {
      program.settle(chain, 0);
      assert(program.fill(chain, buffer, 0, most) === 0, 'without news it goes on waiting');
      program.settle(chain, 0);
      return [];
    }
    const used = Math.min(drawn, use(drawn));
    const texts = opTexts(buffer, 0, used);
    for (let i = 0; i < used; i++) this.carryOut(chain, i * OP_WORDS);
    program.settle(chain, used);
    return texts;
  }

  /** The chain's thread is killed; what it had freed within its operation may be freed again, as NULL. */
  killNow(chain: number): void {
    if (!this.running[chain]) return;
    this.running[chain] = false;
    const hollow = this.hollow.get(chain);
    // Another may have allocated into the slot since.
    if (hollow !== undefined && this.owner[hollow] === EMPTY) this.orphaned.add(hollow);
    this.program.ended(chain);
  }

  private carryOut(chain: number, at: number): void {
    const { buffer, program } = this;
    const slot = buffer[at + OP_SLOT];
    const arg = buffer[at + OP_ARG];
    const size = sizeOfOp(buffer, at);
    assert(this.running[chain], 'only living chains act');
    switch ((buffer[at + OP_HEAD] & OP_KIND_MASK) as OpKind) {
      case OP.malloc:
      case OP.calloc:
      case OP.memalign:
        this.malloc(chain, slot, size);
        break;
      case OP.realloc:
        if (this.owner[slot] !== EMPTY) this.free(chain, slot);
        if (size > 0) this.malloc(chain, slot, size);
        break;
      case OP.free:
        this.free(chain, slot);
        this.hollow.set(chain, slot);
        break;
      case OP.touch:
        assert((this.owner[slot] ?? EMPTY) !== EMPTY, `slot ${slot} is live when written`);
        break;
      case OP.start:
        this.start(arg);
        break;
      case OP.succeed:
        this.lives[chain]++;
        break;
      case OP.exit:
        this.running[chain] = false;
        break;
      case OP.join:
        assert(!this.running[arg], 'who is joined has ended');
        break;
      case OP.sleep:
        this.slept[chain] += size;
        break;
      case OP.mark:
        this.onMark?.(chain, arg);
        break;
      case OP.none:
        break;
    }
    if ((buffer[at + OP_HEAD] & OP_END) !== 0) {
      this.ops[chain]++;
      this.hollow.delete(chain);
    }
    assert(program.slots <= program.maxSlots, 'slots stay within their bound');
  }

  private start(chain: number): void {
    assert(chain > 0 && chain < this.program.chains, `chain ${chain} exists`);
    assert(!this.running[chain], `chain ${chain} has no thread`);
    this.running[chain] = true;
    this.waits[chain] = false;
    this.lives[chain]++;
  }

  private malloc(chain: number, slot: number, size: number): void {
    assert(slot >= 0 && slot < this.program.slots, `slot ${slot} is in use`);
    assert((this.owner[slot] ?? EMPTY) === EMPTY, `slot ${slot} is empty when allocated into`);
    assert(size > 0 && Number.isInteger(size), `a size of ${size}`);
    this.orphaned.delete(slot);
    this.owner[slot] = chain;
    this.size[slot] = size;
    this.ownerLife[slot] = this.lives[chain];
    this.mallocs++;
    this.live++;
    this.liveBytes += size;
    this.peak = Math.max(this.peak, this.live);
    this.onMalloc?.(chain, slot, size);
  }

  private free(chain: number, slot: number): void {
    if (this.orphaned.delete(slot)) return;
    assert((this.owner[slot] ?? EMPTY) !== EMPTY, `slot ${slot} is live when freed`);
    if (this.owner[slot] !== chain || this.ownerLife[slot] !== this.lives[chain])
      this.remoteFrees++;
    this.onFree?.(chain, slot);
    this.owner[slot] = EMPTY;
    this.live--;
    this.liveBytes -= this.size[slot];
    this.frees++;
  }
}
