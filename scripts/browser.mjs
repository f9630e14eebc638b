// Finds a Chromium for the tests, or installs one: CHROMIUM_PATH, Playwright's own, an installed
// Chrome / Chromium / Edge; else Playwright's download, else the system's package manager.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { binOf, root } from './run.mjs';

const PLACES = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

const works = (file) =>
  Boolean(file) &&
  existsSync(file) &&
  spawnSync(file, ['--version'], { timeout: 20_000 }).status === 0;

async function playwrightsOwn() {
  try {
    const { chromium } = await import('@playwright/test');
    return chromium.executablePath();
  } catch {
    return undefined;
  }
}

/** Path of a browser that starts, or undefined when none could be had. */
export async function findBrowser() {
  const installed = async () =>
    [process.env.CHROMIUM_PATH, await playwrightsOwn(), ...(PLACES[process.platform] ?? [])].find(
      (file) => file && (process.platform === 'win32' ? existsSync(file) : works(file)),
    );
  const found = await installed();
  if (found) return found;

  const attempt = (command, args, timeout) =>
    spawnSync(command, args, { stdio: ['ignore', 2, 2], timeout, cwd: root });
  attempt(process.execPath, [binOf('playwright'), 'install', 'chromium'], 120_000);
  const downloaded = await installed();
  if (downloaded) return downloaded;

  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    attempt('apt-get', ['update'], 300_000);
    attempt('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], 900_000);
    const packaged = await installed();
    if (packaged) return packaged;
  }

  if (process.platform === 'linux' && process.arch === 'x64' && process.env.npm_execpath) {
    // Kept outside node_modules, so that npm ci does not remove it.
    const home = path.join(os.homedir(), '.cache', 'slabscope-browser');
    mkdirSync(home, { recursive: true });
    attempt(
      process.execPath,
      [process.env.npm_execpath, 'install', '--prefix', home, '@sparticuz/chromium@147.0.0'],
      300_000,
    );
    try {
      const entry = path.join(home, 'node_modules/@sparticuz/chromium/build/esm/index.js');
      const packed = (await import(pathToFileURL(entry).href)).default;
      const file = await packed.executablePath();
      if (works(file)) return file;
    } catch {
      return undefined;
    }
  }
  return undefined;
}
