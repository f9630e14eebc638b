import { queueCell } from '../engine/pages-made.ts';
import { QUEUE_CONDITIONS, QUEUE_LENGTHS, QUEUE_ROWS } from '../engine/presets/queue.ts';
import { type Io, STATUS } from './io.ts';
import { flag, plainCommand } from './options.ts';

const whole = (value: number): string => value.toLocaleString('en-US');
const first = QUEUE_LENGTHS[0];
const last = QUEUE_LENGTHS[QUEUE_LENGTHS.length - 1];
const WIDTH = 26;

/**
 * Which ingredient of the pending queue loses pages: pages made by a living pair, row by row, under both schedules,
 * two ranges of sizes, four lengths and four seeds.
 */
export const queue = plainCommand(
  'queue',
  [
    'Pages for 1,000 operations more of a living pair, each ingredient of the pending queue taken away.',
  ],
  [flag('--json', 'one JSON object per line, row and condition: the pages by seed and length')],
  table,
);

function table(flags: ReadonlySet<string>, io: Io): number {
  const json = flags.has('--json');
  const lines: string[] = [];
  for (const row of QUEUE_ROWS) {
    const cells = QUEUE_CONDITIONS.map((condition) => {
      const pages = queueCell(row, condition);
      if (json)
        io.out(
          `${JSON.stringify({ row: row.id, condition: condition.id, lengths: QUEUE_LENGTHS, pages })}\n`,
        );
      const rates = pages.map((by) => (1000 * (by[by.length - 1] - by[0])) / (last - first));
      const ends = pages.map((by) => by[by.length - 1]);
      const worst = Math.max(...rates);
      const typical = rates.toSorted((a, b) => a - b)[Math.floor((rates.length - 1) / 2)];
      const spread = pages.length > 1 ? ` to ${worst.toFixed(2)}` : '';
      return `${typical.toFixed(2)}${spread}; ${whole(Math.max(...ends))}`.padStart(WIDTH);
    });
    lines.push(`${row.name.padEnd(32)}${cells.join('')}`);
  }
  if (!json)
    io.out(
      `Pages for 1,000 operations more, between ${whole(first)} and ${whole(last)} operations: typical to worst of four seeds; most pages at the end\n${''.padEnd(32)}${QUEUE_CONDITIONS.map(({ name }) => name.padStart(WIDTH)).join('')}\n${lines.join('\n')}\n`,
    );
  return STATUS.done;
}
