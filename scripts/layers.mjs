// The dependency rule of docs/architecture.md, as a table a machine reads.
// base <- engine <- worker <- live <- views <- main; state, draw and cli stand beside.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listsOrExit, readList } from './lists.mjs';
import { root } from './run.mjs';

listsOrExit();

/** Folder of src → what it may import: folders, or single files (without extension). */
const MAY_IMPORT = {
  base: ['base'],
  engine: ['base', 'engine'],
  worker: ['base', 'engine', 'worker'],
  live: ['base', 'engine', 'worker', 'live'],
  state: [
    'base',
    'state',
    'engine/knobs',
    'engine/allocators/index',
    'engine/allocators/model',
    'engine/allocators/shown',
    'engine/recipe',
    'engine/recipe-parse',
    'engine/interventions',
    'engine/scenarios',
    'engine/telemetry',
  ],
  draw: [
    'base',
    'draw',
    'worker/frame',
    'engine/telemetry',
    'engine/types',
    'engine/stage',
    'engine/moves',
    'engine/knobs',
    'engine/allocators/index',
    'engine/allocators/model',
    'engine/allocators/shown',
  ],
  lessons: [
    'base',
    'lessons',
    'engine/knobs',
    'engine/presets',
    'engine/telemetry',
    'engine/allocators/index',
    'engine/allocators/model',
    'engine/allocators/shown',
  ],
  traces: ['base', 'traces', 'engine/programs/program', 'engine/programs/trace/events'],
  views: ['base', 'engine', 'worker', 'live', 'state', 'draw', 'lessons', 'views'],
  evidence: ['base', 'engine', 'lessons', 'evidence'],
  cli: ['base', 'engine', 'draw/format', 'evidence', 'traces', 'cli'],
  main: ['base', 'engine', 'worker', 'live', 'state', 'draw', 'views', 'main'],
};
/** What only runs need: heaps, programs' code, and the machine, without which neither can do anything. */
const CODE =
  /^engine\/(simulation|run\/.*|machine\/.*|programs\/(program|([\w-]+\/)?create)|allocators\/(heaps|contract|listed\/heaps|[\w-]+\/(heap|index|allocator)))$/;
/** File, what loading it must not bring along, and why. */
const NOT_REACHED = [
  ['engine/knobs/words', CODE, 'the page reads tables of knobs and models without their heaps'],
  [
    'worker/engine.worker',
    /^engine\/(knobs|programs|allocators)\/([\w-]+\/)?([a-z]+-)?(words|shown)$/,
    'workers need no help texts',
  ],
  ['engine/allocators/shown', CODE, 'the page shows models without their heaps'],
  [
    'evidence/list',
    /^engine\/(simulation|run\/run|allocators\/(listed\/)?heaps)$/,
    'experiments are data; whoever runs them brings the engine',
  ],
];
/**
 * Only allocators, scenarios, experiments and lessons may name a model; anything else asks for its features. So may the
 * upgrader, whose old recipes had but two.
 */
const MAY_NAME = /^(engine\/(allocators\/|presets\/|recipe-upgrade)|evidence\/|lessons\/)/;
const MODEL_NAME = new RegExp(`(['"\`])(${readList('models').join('|')})\\1`, 'g');
const IMPORT = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

const src = path.join(root, 'src');
const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file) && !file.includes('testing'),
  )
  .map((file) => file.split(path.sep).join('/'));
const problems = [];
const graph = new Map();

for (const file of files) {
  const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : 'main';
  const allowed = MAY_IMPORT[folder];
  if (!allowed) {
    problems.push(`src/${file}: folder "${folder}" is not in the layer table`);
    continue;
  }
  const text = readFileSync(path.join(src, file), 'utf8');
  if (!MAY_NAME.test(file)) {
    for (const { index, 0: name } of text.matchAll(MODEL_NAME)) {
      const line = text.slice(0, index).split('\n').length;
      problems.push(`src/${file}:${line}: names the model ${name}; ask for a feature of it`);
    }
  }
  const targets = [];
  for (const match of text.matchAll(IMPORT)) {
    const line = text.slice(0, match.index).split('\n').length;
    const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1]));
    if (target.startsWith('..')) {
      problems.push(`src/${file}:${line}: imports ${match[1]}, outside src`);
      continue;
    }
    if (target.endsWith('.css')) continue;
    const bare = target.replace(/\.tsx?$/, '').replace(/\?.*$/, '');
    const typeOnly = /import\s+type[^;]*$/.test(
      text
        .slice(0, match.index + 4)
        .split(';')
        .at(-1) ?? '',
    );
    if (!typeOnly) targets.push(bare);
    if (!allowed.some((entry) => bare === entry || bare.startsWith(`${entry}/`))) {
      problems.push(
        `src/${file}:${line}: ${folder} may not import ${bare} (allowed: ${allowed.join(', ')})`,
      );
    }
  }
  graph.set(file.replace(/\.tsx?$/, ''), targets);
}

// No cycles of values inside the engine (types may point back).
const state = new Map();
const visit = (node, trail) => {
  if (state.get(node) === 'done' || !graph.has(node)) return;
  if (state.get(node) === 'open') {
    problems.push(`cycle: ${[...trail.slice(trail.indexOf(node)), node].join(' -> ')}`);
    return;
  }
  state.set(node, 'open');
  for (const next of graph.get(node)) visit(next, [...trail, node]);
  state.set(node, 'done');
};
for (const node of graph.keys()) visit(node, []);

/** Everything that loading a file brings along. */
const reach = (start, found = new Set()) => {
  for (const next of graph.get(start) ?? []) {
    if (found.has(next)) continue;
    found.add(next);
    reach(next, found);
  }
  return found;
};
for (const [start, barred, why] of NOT_REACHED) {
  if (!graph.has(start)) problems.push(`the layer table names src/${start}, which does not exist`);
  for (const found of reach(start))
    if (barred.test(found)) problems.push(`src/${start} brings along src/${found}: ${why}`);
}
// The page looks; the engine runs in workers. Nothing that the page loads may lead to what only runs need.
const from = new Map([['main', undefined]]);
for (const node of from.keys()) {
  for (const next of graph.get(node) ?? []) if (!from.has(next)) from.set(next, node);
  if (!CODE.test(node)) continue;
  const way = [];
  for (let step = node; step !== undefined; step = from.get(step)) way.unshift(step);
  problems.push(`the page loads the engine: ${way.join(' -> ')}`);
}

for (const problem of problems) console.error(problem);
console.log(`layers: ${files.length} files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
