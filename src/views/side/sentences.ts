import { bytes, capital, count, plural } from '../../draw/format.ts';
import type { KnobValues } from '../../engine/knobs/index.ts';
import { programDef } from '../../engine/programs/index.ts';
import type { Autopsy } from '../../engine/types.ts';
import { ENDED_TEXT } from '../lane/event-text.ts';
import { noun, nouns } from '../models.ts';

const life = (id: number): string => (id === 0 ? 'main' : `life ${count(id)}`);

/** Most spans have room, and their living owners do not look for it. */
const neverLooksBack = ({ forgotten, superslabs }: Autopsy): boolean => forgotten > superslabs / 2;

type Crash = NonNullable<Autopsy['crash']>;
/** Free did not know whose the block was. */
const mixedHeaps = ({ reason }: Crash): boolean => reason === 'libcAsOwn' || reason === 'ownAsLibc';

function crashSentence({ reason, life: who, superslab }: Crash, one: string): string {
  const freeing = capital(life(who));
  switch (reason) {
    case 'useAfterUnmap':
      return `${freeing} went on allocating from a ${one} that a trim pass had unmapped: the pass had asked only its own thread’s cache.`;
    case 'touchAfterDecrement':
      return `A thread had lowered the counter but not yet finished its remote free when the trim pass unmapped the ${one}.`;
    case 'retiredMagic':
      return `${freeing} used ${one} ${count(superslab)}, which was retired under it: its magic is 0, and the check ends the program before anything is written.`;
    case 'libcAsOwn':
      return `${freeing} freed a block that the C library had served, and free took it for one of the heap’s: “invalid pointer”.`;
    case 'ownAsLibc':
      return `${freeing} freed a block of ${one} ${count(superslab)}, which the ownership bitmap does not know of, and free gave it to the C library: “invalid pointer”.`;
  }
}

/** The heading of the autopsy. */
export function autopsyTitle(autopsy: Autopsy): string {
  if (autopsy.crash)
    return mixedHeaps(autopsy.crash)
      ? 'Crashed: free took a block for the other heap’s'
      : autopsy.crash.reason === 'retiredMagic'
        ? 'Trapped: memory was retired under a thread'
        : 'Crashed: memory was unmapped under a thread';
  if (neverLooksBack(autopsy)) return 'The owner who never looks back';
  switch (autopsy.endedBy) {
    case 'physicalLimit':
      return 'Out of physical memory';
    case 'assertion':
    case 'chainsEnded':
      return autopsy.refused ? 'Out of map entries, not out of memory' : 'The program gave up';
    case 'time':
      return autopsy.refused ? 'Out of map entries on the way' : 'The run is over';
    default:
      return 'The run is over';
  }
}

/** What happened, in sentences whose every figure was counted from the state. */
export function autopsySentences(autopsy: Autopsy, { workload }: KnobValues): string[] {
  const said: string[] = [];
  const { refused, crash } = autopsy;
  const one = noun(autopsy.model);
  const many = nouns(autopsy.model);
  if (refused) {
    const what =
      refused.what === 'superslab'
        ? `a ${one}${refused.classBytes > 0 ? ` for blocks of ${bytes(refused.classBytes)}` : ''}`
        : 'the stack of its successor';
    said.push(
      `${capital(life(refused.life))} asked for ${what}, and the kernel refused: ${count(refused.entries)} map entries were in use.`,
    );
  }
  if (crash) said.push(crashSentence(crash, one));
  if (!refused && !crash) said.push(`${capital(ENDED_TEXT[autopsy.endedBy])}.`);
  const tables =
    autopsy.threadTables > 0
      ? `: ${plural(autopsy.workloadBlocks, 'is', 'are')} of the program “${programDef(workload).label}”, ${plural(autopsy.threadTables, 'is a thread table', 'are thread tables')}`
      : '';
  said.push(
    `${plural(autopsy.superslabs, `${one} holds`, `${many} hold`)} ${plural(autopsy.liveBlocks, 'live block', 'live blocks')}${tables}.`,
  );
  if (autopsy.inflated > 0) {
    const current =
      autopsy.inflatedCurrent > 0
        ? `, ${count(autopsy.inflatedCurrent)} of them where a thread allocates now`
        : '';
    said.push(
      `${plural(autopsy.inflated, `${one} is`, `${many} are`)} empty, yet the counter says in use${current}.`,
    );
  }
  if (autopsy.forgotten > 0) {
    const free = autopsy.bands.find(({ band }) => band === 'freeLiving');
    said.push(
      `${plural(autopsy.forgotten, `${one} has`, `${many} have`)} room, and a living owner that never looks back: of each size class it knows the one it allocates from.`,
    );
    if (free !== undefined)
      said.push(`${bytes(free.bytes)} of blocks are free, and their owners live.`);
  }
  if (autopsy.retired > 0)
    said.push(
      `${plural(autopsy.retired, `${one} is`, `${many} are`)} retired: the pages are given up, the mapping stays, and nobody uses it again.`,
    );
  if (autopsy.kept > 0)
    said.push(`${plural(autopsy.kept, `${one} is`, `${many} are`)} empty and kept in reserve.`);
  const unasked = autopsy.freeable - autopsy.kept;
  if (unasked > 0) said.push(`${count(unasked)} could be freed, and nobody has asked yet.`);
  if (autopsy.orphansHolding > 0) {
    said.push(
      `${plural(autopsy.orphansHolding, 'belongs', 'belong')} to dead threads and still ${autopsy.orphansHolding === 1 ? 'holds' : 'hold'} a block; living threads own ${count(autopsy.livingOwned)}.`,
    );
  }
  if (autopsy.entriesOfDeadStacks > 0) {
    said.push(`${count(autopsy.entriesOfDeadStacks)} map entries are stacks of dead threads.`);
  }
  return said;
}
