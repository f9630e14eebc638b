import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';

/** Longest text that a deflated link may hold. */
const MAX_INFLATED = 1_500_000;
/** Bytes that are inflated at a time, so that a bomb is noticed while it is small. */
const INFLATE_STEP = 1024;

/** A text as base64url of its deflated bytes. */
export function squeeze(text: string): string {
  const packed = deflateSync(strToU8(text), { level: 9 });
  return btoa(strFromU8(packed, true)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The text of a deflated link; undefined: it is none, or too long to be one of ours. */
export function unsqueeze(packed: string): string | undefined {
  try {
    const bytes = strToU8(atob(packed.replace(/-/g, '+').replace(/_/g, '/')), true);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const inflate = new Inflate((chunk) => {
      chunks.push(chunk);
      length += chunk.length;
    });
    for (let from = 0; from < bytes.length; from += INFLATE_STEP) {
      inflate.push(bytes.subarray(from, from + INFLATE_STEP), from + INFLATE_STEP >= bytes.length);
      if (length > MAX_INFLATED) return undefined;
    }
    const text = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      text.set(chunk, at);
      at += chunk.length;
    }
    return strFromU8(text);
  } catch {
    return undefined;
  }
}
