import { pathToFileURL } from 'node:url';

type Engine = typeof import('./entry.ts');

/** The engine as the browser runs it: bundled. */
export async function fullSizeEngine(): Promise<Engine> {
  const file = new URL('../../../node_modules/.cache/slabscope/engine/engine.mjs', import.meta.url);
  return (await import(/* @vite-ignore */ pathToFileURL(file.pathname).href)) as Engine;
}
