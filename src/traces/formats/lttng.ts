import { OP } from '../../engine/programs/program.ts';
import { Address, readAddress } from '../address.ts';
import type { Calls } from '../calls.ts';
import { Clock } from '../clock.ts';
import type { Normaliser } from '../normaliser.ts';
import { decimal, LINE, type LineFormat, type LineKind, type LineReader, log2 } from './format.ts';

const EVENT = /^\s*\[([^\]]*)\].*?\blttng_ust_libc:(\w+):(.*)\}\s*$/;
const FIELD = /(\w+) = ([^\s,{}]+)/g;
const LOST = /discarded (\d{1,15}) events?/i;
const LOST_SOME = /discarded (?:events?|packets?)|discarded \d+ packets?/i;
/** What each event must say beside its thread. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  malloc: ['size', 'ptr'],
  calloc: ['nmemb', 'size', 'ptr'],
  realloc: ['in_ptr', 'size', 'ptr'],
  memalign: ['alignment', 'size', 'ptr'],
  posix_memalign: ['out_ptr', 'alignment', 'size', 'result'],
  free: ['ptr'],
};

/**
 * The text that babeltrace2 writes of LTTng's libc wrapper, with the contexts vtid and vpid. Rings that are full drop events, which
 * babeltrace2 says between the lines or beside them.
 */
class Lttng implements LineReader {
  private readonly to = new Address();
  private readonly from = new Address();
  private readonly clock = new Clock();
  private readonly fields = new Map<string, string>();

  constructor(private readonly calls: Calls) {}

  line(line: string, number: number): LineKind {
    const { fields } = this;
    const [, time, what, rest] = EVENT.exec(line) ?? [];
    if (time === undefined) return this.other(line);
    if (!Object.hasOwn(FIELDS, what)) return LINE.other;
    fields.clear();
    for (const [, name, value] of rest.matchAll(FIELD)) fields.set(name, value);
    for (const name of FIELDS[what]) if (!fields.has(name)) return LINE.bad;
    const tid = decimal(fields.get('vtid') ?? fields.get('pthread_id') ?? '0');
    const vpid = fields.get('vpid');
    const pid = vpid === undefined ? undefined : decimal(vpid);
    const size = decimal(fields.get('size') ?? '0');
    const many = decimal(fields.get('nmemb') ?? '1');
    if ([tid, size, many, pid ?? 0].some(Number.isNaN)) return LINE.bad;
    if (!readAddress(fields.get('ptr') ?? fields.get('out_ptr') ?? '', this.to)) return LINE.bad;
    if (what === 'realloc' && !readAddress(fields.get('in_ptr') ?? '', this.from)) return LINE.bad;
    const process = this.calls.of(pid);
    if (process === undefined) return LINE.other;
    const ns = time.includes(':') ? this.clock.timeOfDay(time) : this.clock.seconds(time);
    process.by(tid, number, ns);
    this.take(process, what, size * many);
    return LINE.call;
  }

  private take(process: Normaliser, what: string, size: number): void {
    const { to, from, fields } = this;
    const align = log2(decimal(fields.get('alignment') ?? '0'));
    switch (what) {
      case 'malloc':
        process.allocated(OP.malloc, to, size);
        break;
      case 'calloc':
        process.allocated(OP.calloc, to, size);
        break;
      case 'realloc':
        process.reallocated(to, from, size);
        break;
      case 'free':
        process.freed(to);
        break;
      case 'posix_memalign':
        if (fields.get('result') === '0') process.allocated(OP.memalign, to, size, align);
        else process.failed();
        break;
      default:
        process.allocated(OP.memalign, to, size, align);
    }
  }

  private other(line: string): LineKind {
    const lost = LOST.exec(line);
    if (lost) {
      this.calls.lost += Number(lost[1]);
      return LINE.other;
    }
    if (LOST_SOME.test(line)) {
      this.calls.lostSome = true;
      return LINE.other;
    }
    const isOther = line.trim() === '' || /^\s*#/.test(line) || /^\s*\[[^\]]*\].*\}\s*$/.test(line);
    return isOther ? LINE.other : LINE.bad;
  }

  end(): void {}
}

export const lttng: LineFormat = {
  by: 'line',
  name: 'LTTng text',
  threads: true,
  lacks: [],
  looks: (line) => EVENT.test(line),
  reader: (calls) => new Lttng(calls),
};
