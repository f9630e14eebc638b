import { pagesAt } from '../engine/pages-made.ts';
import {
  AFTERWARDS,
  HELD_BACK,
  POLICIES,
  type Policy,
  type PolicyCondition,
  TRAINING,
} from '../engine/presets/policy.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

/** Operations of the first round, and how many policies go on to the second. */
const SHORT = 25_000;
const SECOND_ROUND = 36;
/** Rivals on conditions held back: the best in training, and the best of each training condition. */
const RIVALS = 14;
/** What a recommendation may lose against the best known, unless it is listed. */
const ALLOWED = 1.2;

interface Judged {
  readonly policy: Policy;
  /** Pages by condition, as a ratio to the fewest that any of them made there. */
  readonly ratios: readonly number[];
  readonly worst: number;
  readonly mean: number;
}
const whole = (value: number): string => value.toLocaleString('en-US');
const columns = (...cells: string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(52) : cell.padStart(16))).join('');

const REFERENCES = ['cda', 'cda+list', 's1+list', 's1+list+orphans'];
const isReference = ({ policy }: Judged): boolean => REFERENCES.includes(policy.id);

/** One search: each run is made once. */
class Search {
  private readonly made = new Map<string, number>();

  constructor(
    private readonly json: boolean,
    private readonly io: Io,
  ) {}

  private pages(policy: Policy, condition: PolicyCondition, ops: number): number {
    const key = `${policy.id} on ${condition.id}, ${ops}`;
    let count = this.made.get(key);
    if (count === undefined) {
      [count] = pagesAt({ ...condition.knobs, ...policy.knobs }, [ops]);
      this.made.set(key, count);
      if (this.json)
        this.io.out(
          `${JSON.stringify({ policy: policy.id, condition: condition.id, ops, pages: count })}\n`,
        );
    }
    return count;
  }

  /**
   * Policies on conditions, the one whose worst ratio is least first.
   * @param most operations of a run; conditions may have fewer
   */
  private judge(
    policies: readonly Policy[],
    conditions: readonly PolicyCondition[],
    most = Infinity,
  ): Judged[] {
    const ran = (policy: Policy, on: PolicyCondition): number =>
      this.pages(policy, on, Math.min(most, Number(on.knobs.opLimit)));
    const least = conditions.map((on) => Math.min(...policies.map((policy) => ran(policy, on))));
    return policies
      .map((policy): Judged => {
        const ratios = conditions.map((on, i) => ran(policy, on) / least[i]);
        const mean = Math.exp(
          ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length,
        );
        return { policy, ratios, worst: Math.max(...ratios), mean };
      })
      .sort((a, b) => a.worst - b.worst || a.mean - b.mean);
  }

  private say(line: string): void {
    if (!this.json) this.io.out(`${line}\n`);
  }

  private rank(judged: readonly Judged[], title: string): void {
    this.say(title);
    this.say(columns('policy', 'worst', 'mean'));
    for (const { policy, worst, mean } of judged)
      this.say(columns(policy.id, worst.toFixed(3), mean.toFixed(3)));
    this.say('');
  }

  run(): void {
    const tried = this.judge(POLICIES, TRAINING, SHORT);
    const second = tried.filter((judged, i) => i < SECOND_ROUND || isReference(judged));
    const trained = this.judge(
      second.map(({ policy }) => policy),
      TRAINING,
    );
    const [chosen] = trained;
    this.rank(
      trained.filter((judged, i) => i < 12 || isReference(judged)),
      `${POLICIES.length} policies, then ${second.length}, on ${TRAINING.length} training conditions: pages, ratio to the best`,
    );

    const best = TRAINING.map((_, i) => trained.find(({ ratios }) => ratios[i] === 1));
    const entered = trained
      .filter((judged, i) => i < RIVALS || best.includes(judged) || isReference(judged))
      .map(({ policy }) => policy);
    this.compare(chosen.policy, entered, HELD_BACK, 'conditions held back');
    this.compare(chosen.policy, entered, AFTERWARDS, 'conditions written afterwards');
  }

  /** What the chosen policy makes beside its rivals, condition by condition. */
  private compare(
    chosen: Policy,
    entered: readonly Policy[],
    conditions: readonly PolicyCondition[],
    what: string,
  ): void {
    this.say(`${chosen.id} and ${entered.length - 1} others on ${conditions.length} ${what}`);
    this.say(
      columns('condition', 'best known', 'recommended', 'ratio', 'cda', 'cda+list', 's1+list'),
    );
    const judged = this.judge(entered, conditions);
    const pagesOf = (policy: Policy, condition: PolicyCondition): number =>
      this.pages(policy, condition, Number(condition.knobs.opLimit));
    const of = (id: string): Judged | undefined => judged.find(({ policy }) => policy.id === id);
    const recommended = of(chosen.id);
    let exceptions = 0;
    for (const [i, condition] of conditions.entries()) {
      const fewest = judged.find(({ ratios }) => ratios[i] === 1);
      const ratio = recommended?.ratios[i] ?? Number.NaN;
      if (ratio > ALLOWED) exceptions++;
      this.say(
        columns(
          condition.id,
          whole(fewest === undefined ? Number.NaN : pagesOf(fewest.policy, condition)),
          whole(pagesOf(chosen, condition)),
          `${ratio.toFixed(2)}${ratio > ALLOWED ? ' !' : ''}`,
          ...['cda', 'cda+list', 's1+list'].map((id) =>
            (of(id)?.ratios[i] ?? Number.NaN).toFixed(2),
          ),
        ) + (ratio > 1 ? `  ${fewest?.policy.id}` : ''),
      );
    }
    this.say(
      `Recommended: ${chosen.id}. Worst ratio ${recommended?.worst.toFixed(2)}, mean ${recommended?.mean.toFixed(3)}; ${exceptions} of ${conditions.length} above ${ALLOWED}.`,
    );
    this.rank(judged.slice(0, 6), `Of those that took part, the best on all ${what}, in hindsight`);
  }
}

/**
 * A policy worth recommending, by halving: every combination of the mid allocator's switches runs the training
 * conditions in short, those with the least worst ratio to the best of each condition run them in full, and the one
 * whose worst ratio is then least is chosen. It and its rivals, the next ones and whoever came near the best on any
 * training condition, then run conditions that the search has not seen.
 */
export const policy = plainCommand(
  'policy',
  [
    'Searches for a policy of the mid allocator worth recommending, and judges it on conditions held back:',
    'a quarter of an hour on a quiet machine.',
  ],
  [flag('--json', 'one JSON object per line and run')],
  (flags, io) => {
    new Search(flags.has('--json'), io).run();
    return STATUS.done;
  },
);
