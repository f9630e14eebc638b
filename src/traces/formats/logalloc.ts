import { Address, readAddress } from '../address.ts';
import type { Calls } from '../calls.ts';
import { decimal, LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';
import { allocatedBy } from './libc.ts';

const LINE_OF = /^(\d{1,15}) (?:(\d{1,15}) )?(\w+)\(([^()]*)\)(?:=(\S+))?$/;
const LOOKS =
  /^\s*\d{1,15} (?:\d{1,15} )?(?:(?:malloc|valloc|posix_memalign|aligned_alloc|memalign|calloc|realloc)\([^()]*\)=|free\(|jemalloc_stats\()/;
/** Arguments of each call (logalloc_munge.py). */
const ARGUMENTS: Readonly<Record<string, number>> = {
  jemalloc_stats: 0,
  free: 1,
  malloc: 1,
  valloc: 1,
  posix_memalign: 2,
  aligned_alloc: 2,
  memalign: 2,
  calloc: 2,
  realloc: 2,
};
const SLOT = /^#(\d{1,9})$/;

/**
 * Firefox's logalloc (memory/replace/logalloc): `pid tid malloc(96)=0x…`, the thread missing in old logs. A munged log has slots
 * `#n` instead of addresses. They are given anew by every call, so nothing is known of whether a realloc moved its block; and
 * munging gives NULL a slot, too, which is one that no call returned.
 */
class Logalloc implements LineReader {
  private readonly to = new Address();
  private readonly from = new Address();
  /** Munged slots that some call has returned, by process. */
  private readonly returned = new Map<number, Set<number>>();
  private munged = false;

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return LINE.other;
    const [, pidText, tidText, what, inside, result = ''] = LINE_OF.exec(text) ?? [];
    if (pidText === undefined || !Object.hasOwn(ARGUMENTS, what)) return LINE.bad;
    const args = inside === '' ? [] : inside.split(',');
    if (args.length !== ARGUMENTS[what]) return LINE.bad;
    const pid = decimal(pidText);
    const { to, from } = this;
    const returns = what !== 'free' && what !== 'jemalloc_stats';
    const takes = what === 'free' || what === 'realloc';
    const [first, second] = args;
    const one = takes || first === undefined ? 0 : decimal(first.trim());
    const two = second === undefined ? 0 : decimal(second.trim());
    if (Number.isNaN(one) || Number.isNaN(two)) return LINE.bad;
    if (takes && !this.read(first.trim(), pid, from, false)) return LINE.bad;
    // An unsuccessful realloc to nothing may have no result at all.
    if (returns && !(result === '' && what === 'realloc' && two === 0)) {
      if (!this.read(result, pid, to, true)) return LINE.bad;
    } else to.clear();
    const process = this.calls.of(pid);
    if (process === undefined || what === 'jemalloc_stats') return LINE.other;
    process.by(tidText === undefined ? pid : decimal(tidText), number, Number.NaN);
    switch (what) {
      case 'free':
        process.freed(from);
        break;
      case 'realloc':
        process.reallocated(to, from, two, this.munged);
        break;
      default:
        allocatedBy(process, what, to, one, two);
    }
    return LINE.call;
  }

  /** Reads an address or a munged slot. @param given the call returned it */
  private read(text: string, pid: number, into: Address, given: boolean): boolean {
    const [, slot] = SLOT.exec(text) ?? [];
    if (slot === undefined) return readAddress(text, into);
    this.munged = true;
    let returned = this.returned.get(pid);
    if (returned === undefined) {
      returned = new Set();
      this.returned.set(pid, returned);
    }
    into.clear();
    if (given) returned.add(Number(slot));
    if (returned.has(Number(slot))) {
      into.hi = -1;
      into.lo = Number(slot);
    }
    return true;
  }

  end(): void {}
}

export const logalloc: LineFormat = {
  by: 'line',
  name: 'logalloc',
  threads: true,
  lacks: [],
  looks: (line) => LOOKS.test(line),
  reader: (calls) => new Logalloc(calls),
};
