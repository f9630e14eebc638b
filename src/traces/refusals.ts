/** What begins files that are no trace as they are, and what to do. A clause each: “redis.zst: it is …”. */
const BINARY: readonly (readonly [string, string])[] = [
  ['28b52ffd', 'it is packed by zstd: unpack it first (zstd -d)'],
  ['fd377a585a00', 'it is packed by xz: unpack it first (xz -d)'],
  ['425a68', 'it is packed by bzip2: unpack it first (bzip2 -d)'],
  ['04224d18', 'it is packed by lz4: unpack it first (lz4 -d)'],
  ['377abcaf271c', 'it is a 7z archive: unpack it first'],
  ['c11ffcc1', 'it is a binary CTF trace: babeltrace2 makes the text that is read here'],
  ['c1fc1fc1', 'it is a binary CTF trace: babeltrace2 makes the text that is read here'],
  ['7f454c46', 'it is a program (ELF)'],
  ['53514c69746520666f726d617420', 'it is an SQLite database'],
  ['25504446', 'it is a PDF'],
  ['89504e47', 'it is a picture'],
];

/** What bytes at the start of a file say that it is; undefined: nothing against it. */
export function binaryKind(head: Uint8Array): string | undefined {
  let hex = '';
  for (const byte of head.subarray(0, 16)) hex += byte.toString(16).padStart(2, '0');
  const found = BINARY.find(([magic]) => hex.startsWith(magic));
  if (found !== undefined) return found[1];
  if (new TextDecoder('latin1').decode(head.subarray(257, 262)) === 'ustar')
    return 'it is a tar archive: unpack it first (tar -x)';
  return undefined;
}

const JSON_KINDS: readonly (readonly [RegExp, string])[] = [
  [
    /"traceEvents"|"ph"\s*:\s*"[A-Za-z]"/,
    'it is a Chrome trace, which shows what a run did and has no calls to read',
  ],
  [/"schema"\s*:\s*\d+/, 'it is a recipe of Slabscope, not a recorded trace'],
  [
    /"dhatFileVersion"/,
    'it is a DHAT profile, which has sums by place and no calls in their order',
  ],
  [
    /"device_traces"|"segments"\s*:/,
    'it is a snapshot of a memory viewer, which has no calls in their order',
  ],
];

/** What a text that no format claims is, a clause. */
export function textKind(head: string): string {
  const text = head.trim();
  if (text === '') return 'it is empty';
  if (/^[{[]/.test(text)) {
    const found = JSON_KINDS.find(([pattern]) => pattern.test(text));
    return found === undefined ? 'it is JSON, and of no kind that is read as a trace' : found[1];
  }
  if (/^<(?:!doctype|html|\?xml)/i.test(text)) return 'it is a web page or XML, not a trace';
  if (/^# .*heap profile|^heap profile:/m.test(text))
    return 'it is a heap profile, which has sums by place and no calls in their order';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.every((line) => /^\s*#/.test(line))) return 'it has comments and no calls';
  if (/^v [\da-f]+ [\da-f]+$/m.test(text))
    return 'it is heaptrack’s interpreted data: the raw data of heaptrack -r is read';
  return 'it is in no format of traces that is read (--help names them)';
}
