import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Figure } from './main.ts';

/** Operations per second that a compiled larson prints. */
function printed(binary: string, args: string[]): number {
  const run = spawnSync(binary, args, { encoding: 'utf8', timeout: 120_000 });
  return Number(/Throughput =\s*(\d+)/.exec(run.stdout)?.[1] ?? Number.NaN);
}

/** The real benchmark on this machine, where its source and a C++ compiler are at hand. */
export function realLarson(source: string, ours: readonly Figure[]): Figure[] {
  if (!existsSync(source)) {
    console.error(`${source}: not found; the comparison with the real larson is left out.`);
    return [];
  }
  const binary = path.join(mkdtempSync(path.join(os.tmpdir(), 'slabscope-')), 'larson');
  const built = spawnSync('c++', ['-O2', '-DCPP=1', '-w', '-pthread', source, '-o', binary], {
    encoding: 'utf8',
  });
  if (built.status !== 0) {
    console.error('No C++ compiler, or it does not take this larson; the comparison is left out.');
    return [];
  }
  const short = printed(binary, ['3', '8', '128', '1024', '1', '12345', '4']) / 1e6;
  const long = printed(binary, ['3', '8', '128', '1024', '1000', '12345', '4']) / 1e6;
  const engine = ours[2]?.value ?? Number.NaN;
  return [
    { name: 'real larson with the C library, 1 round, 4 threads', value: short, unit: 'M ops/s' },
    {
      name: 'real larson with the C library, 1,000 rounds, 4 threads',
      value: long,
      unit: 'M ops/s',
    },
    {
      name: 'simulated at 49 k SuperSlabs against real, 1 round',
      value: engine / short,
      unit: 'ratio',
    },
    {
      name: 'simulated at 49 k SuperSlabs against real, 1,000 rounds',
      value: engine / long,
      unit: 'ratio',
    },
  ];
}
