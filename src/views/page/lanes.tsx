import { Suspense } from 'react';
import { LaneTabs } from '../compare/lane-tabs.tsx';
import { LaneView } from '../lane/lane-view.tsx';
import { Part } from '../lane/sight.tsx';
import { Boundary } from '../shell/boundary.tsx';
import { lazily } from '../shell/lazily.tsx';
import { useApp, usePerform } from './context.ts';
import { copyLink } from './session/share.ts';

const Compare = lazily(async () => (await import('../compare/compare.tsx')).Compare);

/** The lanes side by side, and above them what tells them apart. */
export function Lanes() {
  const run = usePerform();
  const lanes = useApp((state) => state.recipe.lanes.length);
  /** What was chosen and said of one recipe goes with it. */
  const opened = useApp((state) => state.opened);
  return (
    <main id="lane" tabIndex={-1}>
      {lanes > 1 && (
        <>
          <Boundary what="The comparison" of={lanes} onLink={() => run(copyLink)}>
            <Suspense>
              <Part>
                <Compare key={opened} />
              </Part>
            </Suspense>
          </Boundary>
          <LaneTabs />
        </>
      )}
      <div className="lanes" data-lanes={lanes}>
        {Array.from({ length: lanes }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
          <LaneView key={i} index={i} />
        ))}
      </div>
    </main>
  );
}
