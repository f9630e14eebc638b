/** Terms that lessons explain on hover, in the field's own words. */
export const GLOSSARY: Readonly<Record<string, string>> = {
  SuperSlab:
    'A mapping, of 2 MiB unless another size is set, for blocks of one size class, cut into slabs.',
  SuperSlabs:
    'Mappings, of 2 MiB unless another size is set, for blocks of one size class, cut into slabs.',
  slab: '64 KiB of a SuperSlab, for blocks of its class.',
  owner:
    'The thread that took a slab or page into use, or adopted it since; what others free of it waits in its remote queue.',
  'remote queue': 'Blocks of a slab or page that other threads have freed, waiting to be drained.',
  'remote free': 'A free by another thread than the owner.',
  orphan: 'Memory whose owner has exited.',
  orphans: 'Memory whose owner has exited.',
  'map entry': 'What the kernel counts as one mapping (VMA), limited by vm.max_map_count.',
  'map entries': 'What the kernel counts as mappings (VMAs), limited by vm.max_map_count.',
  counter: 'total_active_blocks: how many blocks the SuperSlab believes are in use.',
  trim: 'A pass that gives back to the OS SuperSlabs whose counter is zero, that no thread allocates from, beyond a reserve.',
  adoption: 'A thread takes over a page or SuperSlab that another owned.',
  'pending queue': 'Pages of an owner that hold remotely freed blocks, waiting to be drained.',
  graveyard: 'Pages with free blocks that no list leads to.',
  threshold: 'Remote frees that a page needs before it joins its owner’s queue.',
  life: 'One thread from creation to exit; its successor is another life of the same chain.',
  lives: 'Threads from creation to exit; ids are never used again.',
  retired:
    'Released in lean mode: its pages are given up, its magic is cleared, its mapping stays, and nobody uses it again.',
  magic:
    'A word at the beginning of a SuperSlab that says that it is one; 0 where it is none any more.',
  resident: 'Memory that occupies physical pages, as opposed to mapped address space.',
};

const TERMS = Object.keys(GLOSSARY).sort((a, b) => b.length - a.length);
const PATTERN = new RegExp(`\\b(${TERMS.join('|')})\\b`);

/** Text cut into plain pieces, terms and {values}. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'term'; readonly text: string; readonly meaning: string }
  | { readonly kind: 'value'; readonly name: string };

/** A term without its plural: both name the same thing. */
const stem = (term: string): string =>
  term.replace(/ies$/, 'y').replace(/ves$/, 'fe').replace(/s$/, '');

/** Cuts prose at values and at the first use of each term. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const used = new Set<string>();
  for (const part of text.split(/(\{\w+\})/)) {
    if (/^\{\w+\}$/.test(part)) {
      pieces.push({ kind: 'value', name: part.slice(1, -1) });
      continue;
    }
    let rest = part;
    let match = PATTERN.exec(rest);
    while (match) {
      const [term] = match;
      if (match.index > 0) pieces.push({ kind: 'text', text: rest.slice(0, match.index) });
      pieces.push(
        used.has(stem(term))
          ? { kind: 'text', text: term }
          : { kind: 'term', text: term, meaning: GLOSSARY[term] },
      );
      used.add(stem(term));
      rest = rest.slice(match.index + term.length);
      match = PATTERN.exec(rest);
    }
    if (rest !== '') pieces.push({ kind: 'text', text: rest });
  }
  return pieces;
}
