import { Inflate } from 'fflate';
import { fail, ok, type Result } from '../base/result.ts';

/** A file in an archive. */
export interface Member {
  readonly name: string;
  /** Bytes unpacked and packed. */
  readonly size: number;
  readonly packed: number;
  readonly method: number;
  readonly offset: number;
  readonly encrypted: boolean;
}

/** An archive is held as a whole, since its table of contents is at its end. */
export const MOST_ZIP_BYTES = 512 * 2 ** 20;
const MOST_MEMBERS = 10_000;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MOST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;
/** Bytes unpacked at a time: they may become a thousand times as many. */
const PIECE = 16_384;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Files of an archive, the largest first; folders and what macOS adds are none. */
export function membersOf(bytes: Uint8Array): Result<Member[]> {
  const view = viewOf(bytes);
  let end = bytes.length - END_BYTES;
  const least = Math.max(0, end - MOST_COMMENT);
  while (end >= least && view.getUint32(end, true) !== END) end--;
  if (end < least || end < 0)
    return fail('E_FILE', 'it is a zip archive whose end is missing, and with it its contents');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === 0xffffffff || count > MOST_MEMBERS)
    return fail('E_FILE', 'it is a zip archive of more files than are read');
  const members: Member[] = [];
  const decoder = new TextDecoder();
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY)
      return fail('E_FILE', 'it is a zip archive with a damaged table of contents');
    const nameLength = view.getUint16(at + 28, true);
    const member = {
      name: decoder.decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      method: view.getUint16(at + 10, true),
      offset: view.getUint32(at + 42, true),
      encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    };
    if (!member.name.endsWith('/') && !member.name.startsWith('__MACOSX/')) members.push(member);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return ok(members.sort((a, b) => b.size - a.size));
}

/**
 * Unpacks a file of an archive in pieces.
 * @param take told of each piece; false: it wants no more
 * @returns false: the file is damaged or cut; what came before is what there is
 */
export function unpackMember(
  bytes: Uint8Array,
  member: Member,
  take: (piece: Uint8Array) => boolean,
): Result<boolean> {
  const { offset, packed, method, encrypted } = member;
  if (encrypted) return fail('E_FILE', 'it is encrypted');
  if (method !== STORED && method !== DEFLATED)
    return fail('E_FILE', 'it is packed by a method that is not read: deflate is');
  const view = viewOf(bytes);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL) return ok(false);
  const from = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const to = Math.min(bytes.length, from + packed);
  const whole = to === from + packed;
  let wants = true;
  if (method === STORED) {
    for (let at = from; at < to && wants; at += PIECE)
      wants = take(bytes.subarray(at, Math.min(to, at + PIECE)));
    return ok(whole);
  }
  const inflate = new Inflate((piece) => {
    if (wants && piece.length > 0) wants = take(piece);
  });
  try {
    for (let at = from; at < to && wants; at += PIECE)
      inflate.push(bytes.subarray(at, Math.min(to, at + PIECE)), at + PIECE >= to);
  } catch {
    return ok(false);
  }
  return ok(whole);
}
