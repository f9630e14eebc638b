// Builds and serves the page, prints its address and opens it where there is a desktop.
import { spawn } from 'node:child_process';
import { build, preview } from 'vite';

await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 4173, strictPort: false }, logLevel: 'warn' });
const address = server.resolvedUrls?.local[0] ?? 'http://localhost:4173/';
console.log(`\n  Slabscope is at ${address}\n  Ctrl+C stops it.\n`);

const desktop =
  process.stdout.isTTY &&
  !process.env.CI &&
  (process.platform === 'darwin' ||
    process.platform === 'win32' ||
    process.env.DISPLAY ||
    process.env.WAYLAND_DISPLAY);
if (desktop) {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', address]]
        : ['xdg-open', [address]];
  spawn(command, args, { stdio: 'ignore', detached: true }).on('error', () => {});
}
