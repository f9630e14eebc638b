import { asNs, asOp } from '../../base/units.ts';
import { classSize, count, plural } from '../../draw/format.ts';
import { hasFeature, type ModelId } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { ACT, ACT_IDS, callText, isHandAct } from '../../engine/interventions.ts';
import { KNOB_IDS } from '../../engine/knobs/index.ts';
import { knobWords } from '../../engine/knobs/words.ts';
import {
  ACE,
  ADVICE_FAILED,
  CRASH,
  EVENT_KINDS,
  type EventKind,
  type EventRecord,
  REFUSAL,
  REFUSED,
} from '../../engine/telemetry/events.ts';
import { ENDED_BY } from '../../engine/telemetry/states.ts';
import { EVENT_FIELDS, type FrameView } from '../../worker/frame.ts';
import { noun } from '../models.ts';

/** Event `index` of a frame. */
export function eventOf(frame: FrameView, index: number): EventRecord {
  const at = index * EVENT_FIELDS;
  const { events } = frame;
  return {
    seq: events[at],
    kind: EVENT_KINDS[events[at + 1]],
    op: asOp(events[at + 2]),
    ns: asNs(events[at + 3]),
    life: events[at + 4],
    subject: events[at + 5],
    a: events[at + 6],
    b: events[at + 7],
    cause: events[at + 8],
  };
}

const withReason = (what: string, why: string): string => (why === '' ? what : `${what}: ${why}`);
const life = (id: number): string => (id === 0 ? 'main' : id < 0 ? 'nobody' : `life ${count(id)}`);

/** One event in a sentence. `classBytes` are the block sizes of the classes. */
export function eventSentence(
  event: EventRecord,
  classBytes: ArrayLike<number>,
  model: ModelId,
): string {
  const one = noun(model);
  const parts = hasFeature(model, 'parts');
  const reason = MODEL_SHOWN[model].reasons[event.b]?.text ?? '';
  const size = (index: number): string =>
    index < classBytes.length ? classSize(classBytes[index]) : 'large';
  const ss = `${one} ${count(event.subject)}`;
  const { newSpan, eventSays } = MODEL_SHOWN[model];
  const says = eventSays?.[event.kind]?.(event, life(event.life));
  if (says !== undefined) return withReason(says, event.kind === newSpan ? reason : '');
  const sized = hasFeature(model, 'classes') ? ` for ${size(event.a)}` : '';
  switch (event.kind) {
    case 'threadStart':
      return `${life(event.subject)} starts in chain ${event.a}, created by ${life(event.b)}`;
    case 'threadExit':
      return `${life(event.subject)} exits`;
    case 'threadCreateFailed':
      return `no successor for chain ${event.subject}: ${event.a === 0 ? 'its stack could not be mapped' : 'its thread table got NULL'}`;
    case 'superslabMapped':
      return withReason(`${life(event.life)} maps ${ss}${sized}`, reason);
    case 'mapRefused':
      if (event.a === REFUSAL.injected)
        return `a ${one} is refused to ${life(event.life)} by injection, at ${count(event.b)} entries`;
      return `the kernel refuses a ${event.a === 0 ? one : 'thread stack'} to ${life(event.life)} at ${count(event.b)} entries`;
    case 'superslabFreed':
      return `${ss} goes back to the OS`;
    case 'superslabOrphaned':
      return `${ss} (${size(event.a)}) loses its owner, ${life(event.life)}`;
    case 'superslabAdopted':
      return `${life(event.b)} adopts ${ss} from ${life(event.a)}`;
    case 'superslabReused':
      return `${life(event.life)} takes ${ss} again, ${['kept in reserve', `from a ${one} cache`, 'found empty'][event.a] ?? ''}`;
    case 'superslabCached':
      return `${ss} goes into a ${one} cache`;
    case 'slabAcquired':
      return `${life(event.life)} takes slab ${event.a} of ${ss} into use`;
    case 'remoteEdge':
      return `${life(event.life)} frees into the empty remote queue of slab ${event.a} of ${ss}, owner ${life(event.b)}`;
    case 'drained':
      return `${life(event.life)} drains ${plural(event.b, 'block')} of ${parts ? `slab ${event.a} of ` : ''}${ss}`;
    case 'inflated':
      return `${ss} is empty now, its counter says ${count(event.a)}`;
    case 'trim':
      return `trim pass ${count(event.subject)}: ${count(event.a)} examined, ${count(event.b)} released`;
    case 'backgroundDrain':
      return `background pass ${count(event.subject)}: ${plural(event.b, 'block')} out of ${plural(event.a, 'queue')}`;
    case 'nullReturned':
      return `malloc(${count(event.a)}) returns NULL to ${life(event.life)}`;
    case 'libcFallback':
      return `the C library serves ${count(event.a)} B to ${life(event.life)}`;
    case 'crash':
      switch (event.a) {
        case CRASH.useAfterUnmap:
          return `${life(event.life)} crashes: its current ${one} was unmapped under it`;
        case CRASH.retiredMagic:
          return `${life(event.life)} is trapped: the magic of ${ss}, which was retired under it, is 0`;
        case CRASH.libcAsOwn:
          return `${life(event.life)} crashes in free: a block of the C library was taken for one of the heap’s`;
        case CRASH.ownAsLibc:
          return `${life(event.life)} crashes in free: a block of ${ss} was given to the C library`;
        default:
          return `a thread crashes: ${ss} was unmapped between decrement and last touch`;
      }
    case 'refillDry':
      return `${life(event.life)} wants a new ${one} for ${size(event.subject)}: ${event.a < 0 ? 'it has none of that class' : `${one} ${count(event.a)} is exhausted`}`;
    case 'libcFree':
      return `${life(event.life)} frees ${count(event.b)} B that the C library served: ${event.a === 0 ? 'known for what it is' : 'taken for a block of the heap'}`;
    case 'ownerOverflow':
      return `slab ${event.a} of ${ss} lies outside the ownership bitmap`;
    case 'oom':
      return `out of map entries: the first refused mapping of the run`;
    case 'chainEnded':
      return `chain ${event.subject} ends`;
    case 'knobChanged': {
      const id = KNOB_IDS[event.subject];
      return `knob: ${id === undefined ? '?' : knobWords(id).label} is turned`;
    }
    case 'runEnded':
      return `the run ends: ${ENDED_TEXT[ENDED_BY[event.a]]}`;
    case 'pageNew':
      return withReason(`${life(event.life)} makes ${ss}${sized}`, reason);
    case 'pageAdopted':
      return `${life(event.life)} takes ${ss} from ${life(event.a)}, ${ADOPTION_TEXT[event.b] ?? ''}`;
    case 'adoptionBlocked':
      return `${life(event.life)} may not take ${ss} from ${life(event.a)}: ${BLOCKED_TEXT[event.b] ?? ''}`;
    case 'pageEnqueued':
      return `${life(event.life)} puts ${ss} into the pending queue of ${life(event.a)}, ${plural(event.b, 'remote block')}`;
    case 'pageStranded':
      return event.a === 0
        ? `${life(event.life)} frees a block of ${ss}, where nobody will look for it`
        : `${ss} of ${life(event.life)} gets a remote block, too few to be enqueued`;
    case 'wake':
      return `${life(event.subject)} wakes ${event.a === 0 ? 'for its burst' : 'to drain its queues'}`;
    case 'race':
      return `race at ${ss}: ${RACE_TEXT[event.a] ?? ''}`;
    case 'noFit':
      return `${life(event.life)} finds no chunk for ${count(event.subject)} B, though ${plural(event.b, 'free chunk')} have ${count(event.a * 16)} B`;
    case 'slotTaken':
      return `${life(event.life)} takes slot ${event.a} of ${ss}, ${STAGE_TEXT[event.b] ?? ''}`;
    case 'slotReleased':
      return `${life(event.life)} gives slot ${event.a} of ${ss} back, ${size(event.b)}`;
    case 'sharedFailed':
      return `the shared pool fails ${life(event.life)}, ${size(event.subject)}: ${event.a === 0 ? `all ${count(event.b)} slots are taken` : 'mapping refused'}`;
    case 'poolEmptied':
      return `all ${plural(event.a, 'slot')} of ${ss} are empty`;
    case 'cacheResized':
      return `${life(event.life)}: cache for ${size(event.subject)} from ${count(event.a)} to ${plural(event.b, 'slot')}`;
    case 'aceFailed':
      return `${life(event.life)} is not served${event.b > 0 ? ` ${count(event.b)} B` : ''}${event.a === ACE.threshold ? '' : `, ${size(event.subject)}`}: ${ACE_TEXT[event.a] ?? ''}`;
    case 'superslabRetired':
      return `${ss} (${size(event.a)}) is retired: ${event.b === 0 ? 'its pages are given back' : `${plural(event.b, 'page')} lazily freed`}, its mapping stays`;
    case 'adviceFailed':
      return event.a === ADVICE_FAILED.overlap
        ? `${ss} is not decommitted: a library lies there`
        : `madvise fails for ${ss}, ENOMEM at call ${count(event.b)}: it is never asked again`;
    case 'intervened': {
      const id = ACT_IDS[event.a];
      if (id === undefined) return 'an unknown intervention';
      const { label, on, amount } = ACT[id];
      if (isHandAct(id)) {
        return event.b === REFUSED
          ? `you: ${id} of p${event.subject}; it could not be done`
          : `you, by ${life(event.life)}: ${callText(id, event.subject, event.b)}`;
      }
      const what = on === 'thread' ? `chain ${event.subject}` : ss;
      if (event.b === REFUSED) return `you: ${label.toLowerCase()} ${what}; it could not be done`;
      if (amount === undefined) return `you: ${label.toLowerCase()} ${what}`;
      const much =
        amount.unit === 'chain' ? `by chain ${event.b}` : `${count(event.b)} ${amount.unit}`;
      return `you: ${label.toLowerCase()} ${what}, ${much}`;
    }
  }
}

/** By POOL_STAGE. */
const STAGE_TEXT = [
  'its last (stage 0)',
  'empty, beside (stage 0.5)',
  'from the list (stage 1)',
  'unused (stage 2)',
  'new (stage 3)',
  'adopted',
];

/** By ACE. */
const ACE_TEXT = [
  'Threshold, above every class',
  'Exhaustion, nothing is left',
  'MapFail, the mapping was refused',
];

/** What each kind of event is called; words of the field, not of the code. The model says what a span is. */
const KIND_NAMES: Readonly<Record<EventKind, string | ((span: string) => string)>> = {
  threadStart: 'thread starts',
  threadExit: 'thread exits',
  threadCreateFailed: 'thread not created',
  superslabMapped: (span) => `${span} mapped`,
  mapRefused: 'mapping refused',
  superslabFreed: (span) => `${span} freed`,
  superslabOrphaned: (span) => `${span} orphaned`,
  superslabAdopted: (span) => `${span} adopted`,
  superslabReused: (span) => `${span} reused`,
  superslabCached: (span) => `${span} cached`,
  slabAcquired: 'slab taken into use',
  remoteEdge: 'first remote free',
  drained: 'queue drained',
  inflated: 'empty, counter says in use',
  trim: 'trim pass',
  backgroundDrain: 'background drain',
  nullReturned: 'malloc returns NULL',
  libcFallback: 'C library serves',
  crash: 'crash',
  oom: 'out of memory',
  chainEnded: 'chain ends',
  knobChanged: 'knob turned',
  runEnded: 'run ends',
  pageNew: (span) => `new ${span}`,
  pageAdopted: (span) => `${span} adopted`,
  adoptionBlocked: 'adoption blocked',
  pageEnqueued: (span) => `${span} enqueued`,
  pageStranded: (span) => `${span} stranded`,
  wake: 'thread wakes',
  race: 'race',
  intervened: 'intervention',
  noFit: 'no chunk fits',
  refillDry: 'refill finds nothing',
  libcFree: 'free of a libc block',
  ownerOverflow: 'outside the bitmap',
  slotTaken: 'slot taken',
  slotReleased: 'slot given back',
  sharedFailed: 'shared pool fails',
  poolEmptied: (span) => `all slots of a ${span} empty`,
  cacheResized: 'thread cache resized',
  aceFailed: 'layer cannot serve',
  superslabRetired: (span) => `${span} retired`,
  adviceFailed: 'not decommitted',
};
/** What a kind of event is called for a model. */
export function kindName(kind: EventKind, model: ModelId): string {
  const own = MODEL_SHOWN[model].eventWords?.[kind];
  if (own !== undefined) return own;
  const name = KIND_NAMES[kind];
  return typeof name === 'string' ? name : name(noun(model));
}

/** How an adoption came about, by ADOPTION. */
export const ADOPTION_TEXT = ['out of need', 'without need', 'an orphan', 'by your hand'] as const;
/** Why an adoption was blocked, by BLOCKED. */
export const BLOCKED_TEXT = [
  'its owner’s right of first refusal',
  'its owner is not idle',
  'its owner has partly free pages',
  'too few pages wait there',
  'too few remote blocks in it',
  'it is claimed',
] as const;
const RACE_TEXT = [
  'blocks came in during a drain and nobody was told',
  'it went to the queue of a thread that no longer owns it',
  'it changed hands while it was drained',
  'its owner was still allocating from it',
] as const;

export const ENDED_TEXT: Readonly<Record<(typeof ENDED_BY)[number], string>> = {
  notEnded: 'still running',
  time: 'its time is up',
  opsLimit: 'the operations asked for are done',
  assertion: 'malloc returned NULL and the program asserted',
  chainsEnded: 'no chain could start a successor',
  physicalLimit: 'physical memory is used up and the kernel kills the process',
  crash: 'the program crashed',
  user: 'stopped by hand',
};
