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

/** Keys, and what one is looking at. */
export function Help({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="What am I looking at?" className="help" onClose={onClose}>
      {() => (
        <>
          <p>
            A simulated process runs on an allocator, block by block, in this page: the Larson
            benchmark or a pair of threads, on SuperSlabs of small blocks or on pages of larger
            ones. Every number is counted from that state. What a document claims is greyed and
            labelled; time and speed are modelled.
          </p>
          <p>
            A <b>SuperSlab</b> is a 2 MiB mapping for blocks of one size class, cut into 64 KiB{' '}
            <b>slabs</b>. Each slab has an owner; a block that another thread frees waits in the
            slab’s <b>remote queue</b> until the owner drains it. A <b>map entry</b> (VMA) is what
            the kernel counts against vm.max_map_count.
          </p>
          <p>
            A <b>page</b> of the mid allocator is 64 KiB of one size class. Remote frees put it on
            its owner’s <b>pending queue</b>; another thread may <b>adopt</b> it. Several{' '}
            <b>lanes</b> run the same operations under different rules, side by side.
          </p>
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
