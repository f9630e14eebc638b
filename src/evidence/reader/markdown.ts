import type { Passage } from './passage.ts';

/** `<!-- O-12, O-13 -->` and the like; see ties.ts for what may stand in it. */
const COMMENT = /<!--\s*([\s\S]*?)\s*-->/g;
/** Ends of sentences: a full stop, then a capital, a quotation mark, emphasis, a brace or a figure. */
const END = /(?<!\b(?:e\.g|i\.e|vs|cf))[.!?][”")]*(?=\s+[A-Z“"*{`[\d(]|\s*$)/g;

/** Lines of one paragraph, list item or table. */
interface Block {
  /** Line of its first, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
  readonly kind: 'text' | 'table' | 'comment';
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; lines: string[]; kind: Block['kind'] } | undefined;
  let fenced = false;
  const close = (): void => {
    if (open) blocks.push(open);
    open = undefined;
  };
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim().startsWith('```')) {
      fenced = !fenced;
      close();
      continue;
    }
    if (fenced || line.trim() === '') {
      close();
      continue;
    }
    const kind = line.trimStart().startsWith('|')
      ? 'table'
      : /^\s*<!--.*-->\s*$/.test(line)
        ? 'comment'
        : 'text';
    const begins = /^\s*(?:[-*]|\d+\.|#+)\s/.test(line);
    if (open && (open.kind !== kind || begins)) close();
    if (open) open.lines.push(line);
    else open = { line: i + 1, lines: [line], kind };
    if (line.startsWith('#')) close();
  }
  close();
  return blocks;
}

/** Text as it is read: no link targets, pictures or marks; code stays in its backquotes. */
const plain = (text: string): string =>
  text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*?/g, '')
    .replace(/^\s*(?:[-*]|\d+\.|#+)\s+/, '')
    .replace(/\s+/g, ' ')
    .trim();

const idsOf = (comment: string): string[] =>
  comment
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');

/** Sentences of a block's text, each with the ids of the comment that follows it in the block. */
function sentencesOf(block: Block, file: string): Passage[] {
  const text = block.lines.join('\n');
  const found: Passage[] = [];
  const lineAt = (offset: number): number =>
    block.line + text.slice(0, offset).split('\n').length - 1;
  const take = (from: number, to: number, rests: readonly string[]): void => {
    const part = text.slice(from, to);
    let at = 0;
    for (const end of [...part.matchAll(END)].map((match) => match.index + match[0].length)) {
      push(from + at, part.slice(at, end), rests);
      at = end;
    }
    push(from + at, part.slice(at), rests);
  };
  const push = (offset: number, raw: string, rests: readonly string[]): void => {
    const said = plain(raw);
    const lead = raw.length - raw.trimStart().length;
    if (said !== '') found.push({ file, line: lineAt(offset + lead), text: said, rests });
  };
  let from = 0;
  for (const match of text.matchAll(COMMENT)) {
    take(from, match.index, idsOf(match[1]));
    from = match.index + match[0].length;
  }
  take(from, text.length, []);
  return found;
}

/** Ids of a comment that stands alone. */
const idsOfBlock = (block: Block | undefined): string[] =>
  block?.kind === 'comment'
    ? [...block.lines.join('\n').matchAll(COMMENT)].flatMap((match) => idsOf(match[1]))
    : [];

/**
 * The sentences and tables of a Markdown text. A comment ties what stands before it in its paragraph, back to
 * the comment before; alone on its line it ties the paragraph or table above, and below a heading all of the
 * section that is tied to nothing else.
 */
export function markdownPassages(file: string, text: string): Passage[] {
  const blocks = blocksOf(text);
  let section = { level: 0, rests: [] as string[] };
  return blocks.flatMap((block, i): Passage[] => {
    if (block.kind === 'comment') return [];
    const level = /^#+/.exec(block.lines[0])?.[0].length;
    const below = idsOfBlock(blocks[i + 1]);
    if (level !== undefined && (level <= section.level || below.length > 0 || section.level === 0))
      section = { level, rests: below };
    const after = level === undefined && below.length > 0 ? below : section.rests;
    // Headings are names.
    if (level !== undefined) return [];
    if (block.kind === 'table') {
      const cells = block.lines
        .filter((line) => !/^[|\s:-]+$/.test(line))
        .map((line) => line.split('|').slice(1, -1).map(plain));
      const said = cells.map((row) => row.join(' | ')).join('\n');
      return [{ file, line: block.line, text: said, rests: after, table: cells }];
    }
    return sentencesOf(block, file).map((passage) =>
      passage.rests.length > 0 ? passage : { ...passage, rests: after },
    );
  });
}
