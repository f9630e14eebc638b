import type { Plugin } from 'vite';

export function writeLists(root?: string): void;
export function listsOrExit(): void;
export function listsPlugin(): Plugin;
export function readList(kind: 'models' | 'programs', root?: string): string[];
