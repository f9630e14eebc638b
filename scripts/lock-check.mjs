// The lock file must hold no download addresses, and the binaries of every platform we support.
import { readFileSync } from 'node:fs';

const text = readFileSync('package-lock.json', 'utf8');
const names = Object.keys(JSON.parse(text).packages).map((name) =>
  name.replace(/^.*node_modules\//, ''),
);
const problems = [];
if (/"resolved":\s*"http/.test(text)) problems.push('package-lock.json records download addresses');
const PLATFORMS = {
  '@biomejs/cli-': ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64'],
  '@rolldown/binding-': [
    'linux-x64-gnu',
    'linux-arm64-gnu',
    'darwin-arm64',
    'darwin-x64',
    'win32-x64-msvc',
  ],
  'lightningcss-': [
    'linux-x64-gnu',
    'linux-arm64-gnu',
    'darwin-arm64',
    'darwin-x64',
    'win32-x64-msvc',
  ],
  '@typescript/typescript-': [
    'linux-x64',
    'linux-arm64',
    'darwin-arm64',
    'darwin-x64',
    'win32-x64',
  ],
};
for (const [prefix, platforms] of Object.entries(PLATFORMS)) {
  for (const platform of platforms) {
    if (!names.includes(prefix + platform))
      problems.push(`${prefix}${platform} is missing from the lock`);
  }
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
