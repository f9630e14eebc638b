import { queueCell } from '../engine/pages-made.ts';
import { QUEUE_CONDITIONS, QUEUE_LENGTHS, QUEUE_ROWS } from '../engine/presets/queue.ts';

/**
 * Which ingredient of the pending queue loses pages: pages made by a living pair, row by row, under both schedules,
 * two ranges of sizes, four lengths and four seeds. `--json`: a line a cell, with the pages by seed and length.
 */
const json = process.argv.includes('--json');
const whole = (value: number): string => value.toLocaleString('en-US');
const first = QUEUE_LENGTHS[0];
const last = QUEUE_LENGTHS[QUEUE_LENGTHS.length - 1];
const WIDTH = 26;

const lines: string[] = [];
for (const row of QUEUE_ROWS) {
  const cells = QUEUE_CONDITIONS.map((condition) => {
    const pages = queueCell(row, condition);
    if (json)
      process.stdout.write(
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
  process.stdout.write(
    `Pages for 1,000 operations more, between ${whole(first)} and ${whole(last)} operations: typical to worst of four seeds; most pages at the end\n${''.padEnd(32)}${QUEUE_CONDITIONS.map(({ name }) => name.padStart(WIDTH)).join('')}\n${lines.join('\n')}\n`,
  );
