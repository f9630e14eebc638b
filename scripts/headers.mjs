// What a server says of the page besides the page: npm start sends it, docs/hosting.md tells hosts how to.

/** The page asks for nothing but its own files. A meta tag says this, too, where a host sends no headers. */
export const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  // In a frame without an origin of its own a worker is started from a text that imports the script.
  "worker-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Who may show the page in a frame: that only a header can say. */
export const FRAME_ANCESTORS = "frame-ancestors 'self'";

/** @type {Readonly<Record<string, string>>} */
export const HEADERS = {
  'Content-Security-Policy': `${CSP}; ${FRAME_ANCESTORS}`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy':
    'camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)',
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Files are public; a sandboxed frame has no origin, and may read them all the same.
  'Access-Control-Allow-Origin': '*',
};
