/** How a text qualifies a number. */
export type Hedge = 'exactly' | 'about' | 'atLeast' | 'atMost';

/** A number as a text writes it. */
export interface WrittenNumber {
  readonly text: string;
  readonly value: number;
  /** Half a unit of its last digit. */
  readonly half: number;
  readonly hedge: Hedge;
  /** What K, M or million stands for; figures may be in such units themselves. */
  readonly scale: number;
}

const WORDS: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  twenty: 20,
  thirty: 30,
};
const ABOUT = /\b(?:about|around|roughly|nearly|almost|some|close to|≈)\s*$/i;
const AT_LEAST = /\b(?:more than|over|above|at least|beyond)\s*$|[≥>]\s*$/i;
const AT_MOST = /\b(?:fewer than|less than|under|below|at most|up to|within)\s*$|[≤<]\s*$/i;
/** What is counted when a number is written as a word; elsewhere words are style. */
const COUNTED =
  '(?=\\s+(?:new |further )?(?:SuperSlabs?|pages|lives|adoptions|times|entries|percent)\\b)';
// Not the numbers of names: S2, C-38, O-20, E-04, x86-64.
const DIGITS = /(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\d-]|\.\d)(?:\s(?:million\b|[MK]\b))?/g;
const WORD = new RegExp(`\\b(?:${Object.keys(WORDS).join('|')})\\b${COUNTED}`, 'gi');
const SCALE: Readonly<Record<string, number>> = { million: 1e6, M: 1e6, K: 1e3 };

function hedgeOf(before: string): Hedge {
  if (ABOUT.test(before)) return 'about';
  if (AT_LEAST.test(before)) return 'atLeast';
  return AT_MOST.test(before) ? 'atMost' : 'exactly';
}

/** The numbers of a text, code left out. Ranges such as 2..8 are two numbers. */
export function numbersIn(text: string): WrittenNumber[] {
  const said = text.replace(/`[^`]*`/g, ' ').replaceAll('..', ' to ');
  const digits = [...said.matchAll(DIGITS)].map((match) => {
    const [figure, unit] = match[0].split(/\s/);
    const scale = unit === undefined ? 1 : SCALE[unit];
    const decimals = figure.split('.')[1]?.length ?? 0;
    return {
      text: match[0],
      value: Number(figure.replaceAll(',', '')) * scale,
      half: 0.5 * 10 ** -decimals * scale,
      scale,
      hedge: hedgeOf(said.slice(0, match.index)),
      at: match.index,
    };
  });
  const words = [...said.matchAll(WORD)].map((match) => ({
    text: match[0],
    value: WORDS[match[0].toLowerCase()],
    half: 0.5,
    scale: 1,
    hedge: hedgeOf(said.slice(0, match.index)),
    at: match.index,
  }));
  return [...digits, ...words]
    .sort((a, b) => a.at - b.at)
    .map(({ text, value, half, scale, hedge }) => ({ text, value, half, scale, hedge }));
}

/** How far “about 200” may be off, and how far a bound may be from what it bounds. */
const ABOUT_SHARE = 0.05;
const BOUND_SHARE = 0.25;

/** Whether a text may write this number for that figure: 8.44 M for one of 8,440,000, or of 8.44 M. */
export function agrees(number: WrittenNumber, figure: number): boolean {
  const { value, half, scale } = number;
  if (fits(number, figure)) return true;
  return scale > 1 && fits({ ...number, value: value / scale, half: half / scale }, figure);
}

function fits({ value, half, hedge }: WrittenNumber, figure: number): boolean {
  const exact = Math.abs(figure - value) <= half * (1 + 1e-9);
  const size = Math.abs(figure);
  switch (hedge) {
    case 'exactly':
      return exact;
    case 'about':
      return exact || Math.abs(figure - value) <= ABOUT_SHARE * size;
    case 'atLeast':
      return exact || (figure >= value && figure - value <= BOUND_SHARE * size);
    case 'atMost':
      return exact || (figure <= value && value - figure <= BOUND_SHARE * Math.abs(value));
  }
}
