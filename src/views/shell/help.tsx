import { useEffect, useRef } from 'react';

const KEYS: readonly (readonly [string, string])[] = [
  ['Space', 'play or pause'],
  ['→', 'one operation'],
  ['Shift + →', 'to the next event of the chosen kind'],
  ['←', 'back one operation'],
  ['Shift + ←', 'back to the previous event of the kind'],
  ['1 to 4', 'lane in front'],
  ['Home', 'from the start'],
  ['End', 'to the end'],
  ['G', 'scenarios'],
  ['T', 'light or dark'],
  ['?', 'this page'],
  ['Esc', 'close what is open'],
  ['in the map: arrows, Enter', 'walk and inspect SuperSlabs'],
  ['in the map: +, −, 0', 'zoom in, out, show all'],
  ['in a chart: ← →', 'read values'],
];

/** Keys, and what one is looking at. */
export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="dialog help" aria-labelledby="help-title" onClose={onClose}>
      <header>
        <h2 id="help-title">What am I looking at?</h2>
        <button
          type="button"
          className="icon-button"
          onClick={() => dialog.current?.close()}
          aria-label="Close"
        >
          ×
        </button>
      </header>
      <p>
        A simulated process runs the Larson benchmark on a SuperSlab heap, block by block, in this
        page. Every number is counted from that state. What a document claims is greyed and
        labelled; time and speed are modelled.
      </p>
      <p>
        A <b>SuperSlab</b> is a 2 MiB mapping for blocks of one size class, cut into 64 KiB{' '}
        <b>slabs</b>. Each slab has an owner; a block that another thread frees waits in the slab’s{' '}
        <b>remote queue</b> until the owner drains it. A <b>map entry</b> (VMA) is what the kernel
        counts against vm.max_map_count.
      </p>
      <h3>Keys</h3>
      <dl className="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>Memory is in binary units: 1 KiB is 1,024 bytes.</p>
    </dialog>
  );
}
