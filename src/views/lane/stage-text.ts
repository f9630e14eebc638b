import { capital, classSize, compact, count, plural } from '../../draw/format.ts';
import type { Flow } from '../../draw/stage/flows.ts';
import type { StageState } from '../../draw/stage/state.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import type { StageBeat } from '../../engine/stage.ts';
import type { EventKind, EventRecord } from '../../engine/telemetry/events.ts';
import type { ModelId } from '../../engine/types.ts';
import { noun } from '../models.ts';

const who = (life: number): string => (life === 0 ? 'main' : `thread ${count(life)}`);

/** Kinds that a malloc may need, the dearest first: where its block really came from. */
const SOURCES: readonly EventKind[] = [
  'superslabMapped',
  'pageNew',
  'superslabAdopted',
  'pageAdopted',
  'superslabReused',
  'drained',
  'slotTaken',
  'slabAcquired',
];

/**
 * What a beat was, in a sentence: who did what to whose block, where it went, why, and what that left behind.
 * @param before the stage right before it
 * @returns undefined when nothing of it is to be seen
 */
export function beatSentence(
  beat: StageBeat,
  before: StageState,
  model: ModelId,
): string | undefined {
  const first = beat.act === 'none' ? undefined : capital(calledText(beat, before, model));
  const others = beat.events.flatMap((event) => eventText(event, before, model) ?? []);
  const said = [...(first === undefined ? [] : [first]), ...others];
  return said.length === 0 ? undefined : said.join(' ');
}

function calledText(beat: StageBeat, before: StageState, model: ModelId): string {
  const { act, life, from, to, bytes, runtime, remote } = beat;
  const name = who(life);
  const one = noun(model);
  if (act === 'free') {
    if (from === undefined) return `${name} frees a block that is not of this heap.`;
    const span = before.spans.get(from.row);
    const now = beat.spans.find(({ row }) => row === from.row);
    const what = span ? sized(span.blockBytes) : 'a block';
    const where = `${one} ${count(from.row)}`;
    const table = runtime ? ', the table of a thread that ended,' : '';
    if (!remote || span === undefined)
      return `${name} frees ${what}${table} of ${where}: it is free at once.`;
    const owner = who(span.owner);
    const waits = now ? ` ${capital(plural(now.queued, 'block waits', 'blocks wait'))} there` : '';
    const dead = span.ownerAlive ? '' : `; ${owner} is dead`;
    return `${name} frees ${what} of ${owner}${table}; it joins the queue of ${where}.${waits}${dead}.`;
  }
  const asked = bytes > 0 ? `${count(bytes)} B` : 'a block';
  if (to === undefined) return `${name} asks for ${asked} and this heap does not serve it.`;
  const where = `${one} ${count(to.row)}`;
  const verb =
    act === 'realloc' ? 'resizes to' : runtime ? 'allocates a thread’s table of' : 'allocates';
  return `${name} ${verb} ${asked}: ${sourceText(beat, where, model)}.`;
}

const sized = (bytes: number): string => (bytes > 0 ? `a block of ${classSize(bytes)}` : 'a block');

function sourceText(beat: StageBeat, where: string, model: ModelId): string {
  const kind = SOURCES.find((source) => beat.events.some((event) => event.kind === source));
  const event = beat.events.find((found) => found.kind === kind);
  if (event === undefined) return `a free block of ${where}`;
  switch (event.kind) {
    case 'superslabMapped':
    case 'pageNew': {
      const why = MODEL_SHOWN[model].reasons[event.b]?.text ?? '';
      return `out of ${where}, which is new${why === '' ? '' : ` (${why})`}`;
    }
    case 'superslabAdopted':
    case 'pageAdopted':
      return `out of ${where}, which it has taken over from ${who(event.a)}`;
    case 'superslabReused':
      return `out of ${where}, which lay ready`;
    case 'drained':
      return `out of ${where}, whose queue of ${plural(event.b, 'block')} it has just emptied`;
    default:
      return `out of a part of ${where} that was not in use`;
  }
}

/** Of threads and spans; what a call led to is said with the call. */
function eventText(
  { kind, life, subject, a, b }: EventRecord,
  before: StageState,
  model: ModelId,
): string | undefined {
  const one = `${noun(model)} ${count(subject)}`;
  switch (kind) {
    case 'threadStart':
      return `${capital(who(subject))} starts, created by ${who(b)}.`;
    case 'threadExit': {
      const left = [...before.spans.values()].filter(({ owner }) => owner === life).length;
      const stays = left === 0 ? '' : ` It leaves ${plural(left, noun(model))} behind.`;
      return `${capital(who(life))} ends.${stays}`;
    }
    case 'superslabFreed':
      return `${capital(one)} goes back to the kernel.`;
    case 'superslabCached':
      return `${capital(one)} is put aside for later.`;
    case 'inflated':
      return `${capital(one)} is empty, and its counter says ${count(a)}.`;
    case 'mapRefused':
      return `The kernel refuses ${who(life)} a mapping at ${count(b)} map entries.`;
    case 'nullReturned':
      return `malloc returns NULL to ${who(life)}.`;
    case 'runEnded':
      return 'The run is over.';
    default:
      return undefined;
  }
}

/** What happens in a second, where single blocks are not told. */
export function ratesSentence(flows: readonly Flow[]): string {
  const sum = (is: Flow['is']): string =>
    compact(flows.reduce((total, flow) => total + (flow.is === is ? flow.perSecond : 0), 0));
  return `In a second: ${sum('take')} blocks taken, ${sum('return')} freed at once, ${sum('push')} freed into queues of others.`;
}
