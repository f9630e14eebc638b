import { MODEL_IDS } from '../../engine/allocators/index.ts';
import { MODEL_SHOWN } from '../../engine/allocators/shown.ts';
import { Dialog } from './dialog.tsx';

const KEYS: readonly { readonly keys: string; readonly where?: string; readonly what: string }[] = [
  { keys: 'Space', what: 'play or pause' },
  { keys: '→', what: 'one operation' },
  { keys: '←', what: 'back one operation' },
  { keys: 'Shift + →', what: 'to the next event of the chosen kind' },
  { keys: 'Shift + ←', what: 'back to the previous one' },
  { keys: 'Home', what: 'from the start' },
  { keys: 'End', what: 'to the end' },
  { keys: '1 to 4', what: 'lane in front' },
  { keys: 'Ctrl + Z', what: 'undo: the future before the latest change' },
  { keys: 'Ctrl + Shift + Z', what: 'redo' },
  { keys: 'Ctrl + K', what: 'commands by name' },
  { keys: 'B', what: 'break it: stall, burst or kill a thread' },
  { keys: 'N', what: 'notes pinned to operations' },
  { keys: 'G', what: 'scenarios' },
  { keys: 'T', what: 'light or dark' },
  { keys: 'Esc', what: 'close what is open' },
  { keys: 'arrows, Enter', where: 'in the map', what: 'walk and inspect' },
  { keys: '+, −, 0', where: 'in the map', what: 'zoom in, out, show all' },
  { keys: '↑ ↓ PgUp PgDn', where: 'on the time bar', what: 'travel in larger steps' },
  { keys: '+, −, 0', where: 'on the time bar', what: 'zoom in, out, show all' },
  { keys: 'PgDn PgUp', where: 'in a lesson, teaching', what: 'turn the steps' },
  { keys: '← →', where: 'in a chart', what: 'read values' },
];

/** Text whose *terms* stand out. */
const Marked = ({ text }: { readonly text: string }) =>
  text.split('*').map((piece, i) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces never move
    i % 2 === 1 ? <b key={i}>{piece}</b> : piece,
  );

/** Keys, and what one is looking at. */
export function Help({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="What am I looking at?" className="help" onClose={onClose}>
      {() => (
        <>
          <p>
            A simulated program runs on an allocator, block by block, in this page. Every number is
            counted from that state. What a document claims is greyed and labelled; time and speed
            are modelled. A <b>map entry</b> (VMA) is what the kernel counts against
            vm.max_map_count. Several <b>lanes</b> run the same operations under different rules,
            side by side.
          </p>
          {MODEL_IDS.map((id) => (
            <p key={id}>
              <Marked text={MODEL_SHOWN[id].about} />
            </p>
          ))}
          <h3>Keys</h3>
          <dl className="keys">
            {KEYS.map(({ keys, where, what }) => (
              <div key={`${where ?? ''}${keys}`}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>
                  {where && `${where}: `}
                  {what}
                </dd>
              </div>
            ))}
          </dl>
          <p>
            Whatever you change while it runs, a knob or a blow under <b>Break it</b>, begins
            another future at that operation. The old one stays in the tree above the time bar; the
            link holds it all.
          </p>
          <p>Memory is in binary units: 1 KiB is 1,024 bytes.</p>
        </>
      )}
    </Dialog>
  );
}
