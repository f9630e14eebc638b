import { AddressSpace } from '../src/engine/machine/address-space.ts';
import { KIND, PROT } from '../src/engine/machine/vma.ts';
import type { Figure } from './main.ts';

const UNLIMITED = Infinity;
/** Pages of an entry, and of the hole below it. */
const ENTRY = 12;
const HOLE = 4;
const CALLS = 20_000;
const RUNS = 5;

/** A space of `entries` map entries, all apart, with a hole of four pages below each. */
function spaced(entries: number): { space: AddressSpace; first: number } {
  const space = new AddressSpace(1, 1);
  const stride = ENTRY + HOLE;
  const first = space.map(KIND.arena, entries * stride, PROT.rw, UNLIMITED);
  for (let i = 0; i < entries; i++) space.unmap(first + i * stride, HOLE, UNLIMITED);
  return { space, first };
}

/** CPU nanoseconds of one call: the least of some runs, each over places spread through the space. */
function callNs(entries: number, call: (page: number) => void, first: number): number {
  const stride = ENTRY + HOLE;
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    for (let i = 0; i < CALLS; i++) call(first + ((i * 7919) % entries) * stride + HOLE);
    const { user, system } = process.cpuUsage(from);
    least = Math.min(least, user + system);
  }
  return (least / CALLS) * 1e3;
}

/** What map, protect, unmap and touch cost in a space of a million entries with holes, against a small one. */
export function spaceFigures(): Figure[] {
  const sizes = [100, 1_000_000];
  return sizes.flatMap((entries) => {
    const { space, first } = spaced(entries);
    const of = (name: string, call: (page: number) => void): Figure => ({
      name: `${name}, space of ${entries.toLocaleString('en')} entries`,
      value: callNs(entries, call, first),
      unit: 'ns',
    });
    const figures = [
      of('map and unmap eight pages: no hole fits', () => {
        space.unmap(space.map(KIND.other, 8, PROT.rw, UNLIMITED), 8, UNLIMITED);
      }),
      of('unmap a hole into an entry and map it again', (page) => {
        space.unmap(page + 4, 5, UNLIMITED);
        space.map(KIND.arena, 5, PROT.rw, UNLIMITED);
      }),
      of('protect in the middle and back', (page) => {
        space.protect(page + 4, 4, PROT.none, UNLIMITED);
        space.protect(page + 4, 4, PROT.rw, UNLIMITED);
      }),
      of('touch a page', (page) => {
        space.touch(page + 1, 1);
      }),
    ];
    const problems = space.check();
    if (problems.length > 0) throw new Error(problems[0]);
    figures.push({
      name: `address space of ${entries.toLocaleString('en')} entries`,
      value: space.stateBytes / 2 ** 20,
      unit: 'MiB',
    });
    return figures;
  });
}
