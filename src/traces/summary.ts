import { ONE_PROCESS, processName } from './calls.ts';
import type { Oddity, TraceCounts } from './counts.ts';
import { type ReadTrace, shownName } from './reader.ts';

/** Share of bad frees from which the order of a trace is not to be trusted. */
const BAD_ORDER = 0.01;

/** What is said of a trace. Published in JSON: names stay, new ones come at the end. */
export interface TraceSummary extends TraceCounts {
  readonly format: string;
  /** Its process id; null: the format names none. */
  readonly process: string | null;
  /** Events that the recorder says it lost. */
  readonly lostByRecorder: number;
  /** The file ends before what it holds does, or a last line without an end was left out. */
  readonly cut: boolean;
  /** What cannot be taken literally, a sentence each. */
  readonly notes: readonly string[];
  readonly processes: readonly { readonly process: string; readonly calls: number }[];
  readonly members: readonly { readonly name: string; readonly bytes: number }[];
  readonly member: string | null;
  /** Events of the stretch: what is run. */
  readonly events: number;
  readonly peakBlocks: number;
  readonly peakBytes: number;
  /** Lines that could not be read. */
  readonly badLines: number;
  readonly digest: string;
}

const number = (value: number): string => value.toLocaleString('en-US');
const many = (count: number, one: string, more = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : more}`;

/** Sentences about what came so often. */
const SAID: Readonly<Record<Oddity, (count: number) => string>> = {
  unknown: (count) =>
    `${many(count, 'free')} of addresses where no block is live ${count === 1 ? 'is' : 'are'} left out: the recording began late, or the block was freed twice`,
  implicit: (count) =>
    `${many(count, 'free')} put in before the address of a live block is handed out again`,
  untracked: (count) =>
    `${many(count, 'allocation')} left out whose address the recorder does not tell`,
  failed: (count) => `${many(count, 'call')} failed and ${count === 1 ? 'is' : 'are'} left out`,
  inPlace: (count) =>
    `${many(count, 'realloc')} kept the address: another allocator may have to move the block`,
  beyond: (count) => `${many(count, 'size')} beyond any address space (2^47 B)`,
  backwards: (count) =>
    `${many(count, 'call')} with an earlier time than the one before: the order of the lines is kept`,
};

/** What there is to say of a trace, a sentence each, the gravest first. */
function notesOf(read: ReadTrace, cut: boolean): string[] {
  const { calls, format, process, pid, processes, members, member, badLines, firstBad } = read;
  const { counts, oddities } = process;
  const notes: string[] = [];
  const name = (tid: number): string => calls.threadNames.get(tid) ?? String(tid);
  const bad = counts.unknown + counts.implicit;
  if (bad > BAD_ORDER * (counts.allocs + counts.frees + bad))
    notes.push(
      `The order of this trace is unreliable: ${many(bad, 'free')} of ${number(counts.frees + bad)} ${bad === 1 ? 'does' : 'do'} not fit.`,
    );
  if (calls.lost > 0) notes.push(`The recorder lost ${many(calls.lost, 'event')}.`);
  if (calls.lostSome) notes.push('The recorder lost events, and does not say how many.');
  if (cut) notes.push('The file is cut: what is live at its end need not be a leak.');
  if (read.givenUp)
    notes.push('After 64 MiB of text without a call the rest of the file was not read.');
  if (process.tooManyLives)
    notes.push('It has more than 1,048,576 thread lives: what follows them was not read.');
  for (const [what, { count, line, tid }] of oddities) {
    const where = format.threads
      ? `line ${number(line)}, thread ${shownName(name(tid))}`
      : `line ${number(line)}`;
    notes.push(`${SAID[what](count)} (${count === 1 ? '' : 'first in '}${where}).`);
  }
  if (badLines > 0)
    notes.push(
      `${many(badLines, 'line')} cannot be read (${badLines === 1 ? '' : 'first '}line ${number(firstBad)}).`,
    );
  if (!format.threads)
    notes.push(`${format.name} does not say which thread made a call: all are given to one.`);
  notes.push(...format.lacks);
  if (processes.length > 1)
    notes.push(
      `${many(processes.length, 'process', 'processes')}: ${processes
        .slice(0, 5)
        .map(
          (one, i) =>
            `${processName(one.pid)} (${i === 0 ? many(one.calls, 'call') : number(one.calls)})`,
        )
        .join(
          ', ',
        )}${processes.length > 5 ? ', …' : ''}; this is ${processName(pid ?? ONE_PROCESS)}.`,
    );
  if (calls.leftOut > 0)
    notes.push(`${many(calls.leftOut, 'line')} of processes after the first 4,096 left out.`);
  if (members.length > 1)
    notes.push(
      `${many(members.length, 'file')} in the archive; this is ${shownName(member ?? '')}.`,
    );
  return notes;
}

/** What was read of a trace, and what could not be taken literally. */
export function summaryOf(read: ReadTrace): TraceSummary {
  const { calls, format, process, pid, processes, members, member, badLines } = read;
  const cut = calls.cut || process.cut;
  return {
    format: format.name,
    process: pid === undefined ? null : String(pid),
    ...process.counts,
    lostByRecorder: calls.lost,
    cut,
    notes: notesOf(read, cut),
    processes:
      processes.length === 1 && pid === undefined
        ? []
        : processes.map((one) => ({ process: processName(one.pid), calls: one.calls })),
    members,
    member: member ?? null,
    events: process.events.count,
    peakBlocks: process.peakBlocks,
    peakBytes: process.peakBytes,
    badLines,
    digest: process.events.digest(),
  };
}
