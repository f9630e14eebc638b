import { sentencesOfText } from './code-texts.ts';
import type { Passage } from './passage.ts';

/** Texts in quotes, in templates and between tags. */
const TEXT = /'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|>([^<>{}]*[a-z][^<>{}]*)</g;

/** Sentences that the code of views writes, with {…} where it fills in what is on screen. */
export function sourcePassages(file: string, source: string): Passage[] {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(TEXT)].flatMap((match) => {
    const text = (match[1] ?? match[2] ?? match[3]).replace(/\$\{[^}]*\}/g, '{…}');
    // One word is a name; what has a semicolon or an arrow is code between two tags.
    if (!/\w \w/.test(text) || /;|=>|\?\./.test(text)) return [];
    const line = code.slice(0, match.index).split('\n').length;
    return sentencesOfText(file, text.replace(/\s+/g, ' ').trim()).map((passage) => ({
      ...passage,
      line,
    }));
  });
}
