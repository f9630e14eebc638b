import { int, type KnobTable, text } from '../../knobs/kinds.ts';
import { parseStart } from './sizes.ts';

/** Knobs of the program that waits for the user's hand. */
export const HAND_KNOBS = {
  handThreads: int({
    group: 'workload',
    apply: 'restart',
    url: 'hn',
    default: 2,
    min: 1,
    max: 4,
    unit: '',
  }),
  handStart: text({
    group: 'workload',
    apply: 'restart',
    url: 'hl',
    default: '256 (480) 64 (128) 64 (240) 64 1000 96 64',
    maxLength: 120,
    parse: parseStart,
    examples: ['', '4K (9000) 2K (30000) 20K', '16 16 16 16 16 16 16 16 16 16', '- 5000 - (700)'],
  }),
} as const satisfies KnobTable;
