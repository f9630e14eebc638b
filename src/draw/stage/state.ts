import type { StageBeat, StageScene, StageSpan, StageThread } from '../../engine/stage.ts';

/** The stage at one moment, as the page keeps it: a scene, and what beats have made of it. */
export interface StageState {
  readonly op: number;
  readonly seq: number;
  readonly threads: readonly StageThread[];
  readonly spans: ReadonlyMap<number, StageSpan>;
  /** Spans that the scene left out. */
  readonly more: number;
  readonly entries: number;
}

export const EMPTY: StageState = {
  op: 0,
  seq: 0,
  threads: [],
  spans: new Map(),
  more: 0,
  entries: 0,
};

export function stateOf({ op, seq, threads, spans, more, entries }: StageScene): StageState {
  return { op, seq, threads, spans: new Map(spans.map((span) => [span.row, span])), more, entries };
}

/** The stage after a movement. */
export function afterBeat(state: StageState, beat: StageBeat): StageState {
  const spans = new Map(state.spans);
  for (const row of beat.gone) spans.delete(row);
  for (const span of beat.spans) spans.set(span.row, span);
  const { op, seq, threads, entries } = beat;
  return { op, seq, threads, spans, more: state.more, entries };
}

/** Nobody's column: of a heap that all threads share, and of what no thread owns. */
export const NOBODY = -1;

/** Somebody on the stage: a living thread, or a dead one that owns something. */
export interface Actor {
  /** NOBODY: what belongs to no thread. */
  readonly life: number;
  readonly chain: number;
  readonly state: StageThread['state'] | 'none';
  readonly spans: readonly StageSpan[];
}

/**
 * Who is on the stage: main, then chain by chain the dead that own something, oldest first, and the one that lives;
 * last what is nobody's. A chain's lives stand beside each other, and nobody changes places.
 */
export function actorsOf({ threads, spans }: StageState): Actor[] {
  const byLife = new Map<number, StageSpan[]>();
  const chains = new Map<number, number>();
  for (const { chain, life } of threads) {
    byLife.set(life, []);
    chains.set(life, chain);
  }
  for (const span of spans.values()) {
    const life = span.owner < 0 ? NOBODY : span.owner;
    const own = byLife.get(life);
    if (own) own.push(span);
    else byLife.set(life, [span]);
    if (!chains.has(life)) chains.set(life, span.ownerChain);
  }
  const states = new Map(threads.map(({ life, state }) => [life, state]));
  const place = ({ chain }: Actor): number => (chain === NOBODY ? Number.MAX_VALUE : chain);
  return [...byLife]
    .map(([life, own]): Actor => {
      const state = life === NOBODY ? 'none' : (states.get(life) ?? 'dead');
      own.sort((a, b) => a.row - b.row);
      return { life, chain: chains.get(life) ?? NOBODY, state, spans: own };
    })
    .filter(({ state, spans: own }) => own.length > 0 || state === 'runs' || state === 'asleep')
    .sort((a, b) => place(a) - place(b) || a.life - b.life);
}
