export const CSP: string;
export const FRAME_ANCESTORS: string;
export const HEADERS: Readonly<Record<string, string>>;
