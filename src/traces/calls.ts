import { Normaliser, type Stretch } from './normaliser.ts';

/** Where there are more processes than this, the lines of later ones are left out. */
const MOST_PROCESSES = 4096;
/** The process of a trace that names none. */
export const ONE_PROCESS = -1;

/** What a process is called: some lines of a file may name one, and others none. */
export const processName = (pid: number): string =>
  pid === ONE_PROCESS ? 'one without a number' : String(pid);

/** What the readers of formats hand on: the calls of each process, and what belongs to no call. */
export class Calls {
  readonly processes = new Map<number, Normaliser>();
  /** Events that the recorder says it has lost. */
  lost = 0;
  /** The recorder says that it has lost some, and not how many. */
  lostSome = false;
  /** The file ends before what it holds does. */
  cut = false;
  /** Lines of processes that are left out. */
  leftOut = 0;
  /** Of threads that have names instead of numbers. */
  readonly threadNames = new Map<number, string>();
  /** False: the line that is read has no end. */
  atWholeLine = true;

  constructor(private readonly stretch: Stretch) {}

  /** The line that is read is the last one and has no end: it may be cut short. */
  lastLine(): void {
    this.atWholeLine = false;
    for (const process of this.processes.values()) process.tentative = true;
  }

  /** The calls of a process; undefined: there are too many processes. */
  of(pid = ONE_PROCESS): Normaliser | undefined {
    const found = this.processes.get(pid);
    if (found !== undefined) {
      found.calls++;
      return found;
    }
    if (this.processes.size >= MOST_PROCESSES) {
      this.leftOut++;
      return undefined;
    }
    const made = new Normaliser(this.stretch);
    made.tentative = !this.atWholeLine;
    made.calls = 1;
    this.processes.set(pid, made);
    return made;
  }

  /** True once nobody takes any more. */
  get full(): boolean {
    for (const process of this.processes.values()) if (!process.full) return false;
    return this.processes.size > 0;
  }
}
