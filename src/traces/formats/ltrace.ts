import { Address, readAddress } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import type { Normaliser } from '../normaliser.ts';
import { LINE, type LineFormat, type LineKind, type LineReader } from './format.ts';
import { allocatedBy } from './libc.ts';

/** `pid` and time, both of which may be missing, and the rest. */
const HEAD = /^(?:(?:\[pid )?(\d{1,10})\]?\s+)?(?:(\d\d:\d\d:\d\d(?:\.\d+)?|\d+\.\d+)\s+)?(\S.*)$/;
const CALL = /^(?:[^\s()<>]+->)?([\w:]+)(?:@[\w.]+)?\((.*)\)\s*= (.+)$/;
const BEGUN = /^(?:[^\s()<>]+->)?([\w:]+)(?:@[\w.]+)?\(([^<]*)<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. ([\w:]+)(?:@[\w.]+)? resumed>\s*,?\s*(.*)\)\s*= (.+)$/;
const EXITED = /^\+\+\+ (?:exited|killed)/;
const NEWS = /^(?:\+\+\+|---|<\.\.\. .* resumed>|.*<no return|#)/;
const LOOKS =
  /^\s*(?:(?:\[pid )?\d{1,10}\]?\s+)?(?:[\d:.]+\s+)?(?:[^\s()<>]+->)?(?:malloc|calloc|realloc|free|posix_memalign|memalign|aligned_alloc|_Zn[wa]m|_Zd[al]Pvm?)(?:@[\w.]+)?\((?:.*\)\s*= |.*<unfinished \.\.\.>)/;
/** What C++ calls them, after mangling. */
const ALIASES: Readonly<Record<string, string>> = {
  _Znwm: 'malloc',
  _Znam: 'malloc',
  _ZdlPv: 'free',
  _ZdaPv: 'free',
  _ZdlPvm: 'free',
  _ZdaPvm: 'free',
  cfree: 'free',
};
const KNOWN: ReadonlySet<string> = new Set([
  'malloc',
  'calloc',
  'realloc',
  'reallocarray',
  'free',
  'posix_memalign',
  'memalign',
  'aligned_alloc',
  'valloc',
]);
/** Calls under way that are kept, one a thread. */
const MOST_BEGUN = 65_536;

/** A number in decimal or after 0x. @returns NaN: it is none */
const numberOf = (text = ''): number =>
  /^(?:\d{1,20}|0x[\da-f]{1,16})$/i.test(text) ? Number(text) : Number.NaN;

/**
 * Lines of `ltrace -f`, with times (-tt, -ttt) or without. Calls that are interrupted come as two lines: an allocation has
 * its place where it returns, a free where it begins. Of posix_memalign the block is not told, only where its address was put.
 */
class Ltrace implements LineReader {
  private readonly to = new Address();
  private readonly from = new Address();
  private readonly clock = new Clock();
  private readonly begun = new Map<number, { readonly what: string; readonly args: string }>();
  /** The thread that is seen first is the process’s own: its exit is everybody’s end. */
  private main: number | undefined;

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const [, pid, time, rest] = HEAD.exec(line.trim()) ?? [];
    if (rest === undefined) return LINE.other;
    const tid = Number(pid ?? 0);
    const ns = time === undefined ? Number.NaN : this.clock.any(time);
    const call = CALL.exec(rest);
    if (call && !rest.startsWith('<...'))
      return this.call(tid, number, ns, call[1], call[2], call[3]);
    const begun = BEGUN.exec(rest);
    if (begun) return this.begins(tid, number, ns, begun[1], begun[2]);
    const resumed = RESUMED.exec(rest);
    if (resumed) {
      const { what, args } = this.begun.get(tid) ?? { what: '', args: '' };
      this.begun.delete(tid);
      if (what === '') return KNOWN.has(plain(resumed[1])) ? LINE.bad : LINE.other;
      // What began as free was taken then.
      if (what === 'free') return LINE.other;
      const all = `${args},${resumed[2]}`;
      return this.call(tid, number, ns, what, all, resumed[3]);
    }
    if (EXITED.test(rest)) {
      if (tid !== this.main) this.ends(tid, number, ns);
      return LINE.other;
    }
    return NEWS.test(rest) ? LINE.other : LINE.bad;
  }

  private ends(tid: number, number: number, ns: number): void {
    const process = [...this.calls.processes.values()][0];
    if (process === undefined || !process.knows(tid)) return;
    process.by(tid, number, ns);
    process.threadDone();
  }

  private begins(tid: number, number: number, ns: number, name: string, args: string): LineKind {
    const what = plain(name);
    if (!KNOWN.has(what)) return LINE.other;
    if (this.begun.size < MOST_BEGUN) this.begun.set(tid, { what, args });
    return what === 'free' ? this.call(tid, number, ns, what, args, '<void>') : LINE.other;
  }

  private call(
    tid: number,
    number: number,
    ns: number,
    name: string,
    inside: string,
    result: string,
  ): LineKind {
    const what = plain(name);
    if (!KNOWN.has(what)) return LINE.other;
    const args = inside
      .split(',')
      .map((arg) => arg.trim())
      .filter((arg) => arg !== '');
    const { to, from } = this;
    const takes = what === 'free' || what === 'realloc' || what === 'reallocarray';
    if (takes && !readAddress(args[0] ?? '', from)) return LINE.bad;
    const isStatus = what === 'posix_memalign';
    if (what !== 'free' && !isStatus && !readAddress(result, to)) return LINE.bad;
    const sizes = args.slice(takes || isStatus ? 1 : 0).map(numberOf);
    const needed = what === 'free' ? 0 : what === 'malloc' || what === 'realloc' ? 1 : 2;
    const given = what === 'valloc' ? 1 : needed;
    if (sizes.length < given || sizes.slice(0, given).some(Number.isNaN)) return LINE.bad;
    const process = this.calls.of();
    if (process === undefined) return LINE.other;
    this.main ??= tid;
    process.by(tid, number, ns);
    this.take(process, what, sizes, result);
    return LINE.call;
  }

  private take(
    process: Normaliser,
    what: string,
    [one, two]: readonly number[],
    result: string,
  ): void {
    const { to, from } = this;
    switch (what) {
      case 'free':
        process.freed(from);
        break;
      case 'realloc':
        process.reallocated(to, from, one);
        break;
      case 'reallocarray':
        process.reallocated(to, from, one * two);
        break;
      case 'posix_memalign':
        if (result === '0') process.untracked();
        else process.failed();
        break;
      default:
        allocatedBy(process, what, to, one, two);
    }
  }

  end(): void {}
}

const plain = (name: string): string => (Object.hasOwn(ALIASES, name) ? ALIASES[name] : name);

export const ltrace: LineFormat = {
  by: 'line',
  name: 'ltrace -f',
  threads: true,
  lacks: ['ltrace sees the calls of the program itself; those of its libraries only with -x.'],
  looks: (line) => LOOKS.test(line),
  reader: (calls) => new Ltrace(calls),
};
