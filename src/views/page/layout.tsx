import { useEffect } from 'react';
import { takeEarlyKeys } from '../../live/early-keys.ts';
import { MAX_LANES } from '../../state/store.ts';
import { Boundary } from '../shell/boundary.tsx';
import { Hints } from '../shell/hints.tsx';
import { Notices } from '../shell/notices.tsx';
import { TopBar } from '../shell/topbar.tsx';
import { BranchTreeView } from '../transport/branch-tree.tsx';
import { Transport } from '../transport/transport.tsx';
import {
  SessionContext,
  useApp,
  useFocused,
  usePerform,
  useSession,
  useStanding,
  useUi,
} from './context.ts';
import { Dialogs } from './dialogs.tsx';
import { KnobsSide } from './knobs-side.tsx';
import { Lanes } from './lanes.tsx';
import { RightSide } from './right-side.tsx';
import { press, type Target } from './session/keys.ts';
import { branchAsLane, goToBranch } from './session/lanes.ts';
import type { Session } from './session/session.ts';
import { copyLink, openFile } from './session/share.ts';

/** The page around a session: where everything stands. Frames go past it to the views. */
export function Page({ session }: { readonly session: Session }) {
  return (
    <SessionContext.Provider value={session}>
      <Layout />
    </SessionContext.Provider>
  );
}

function Layout() {
  const run = usePerform();
  const several = useApp((state) => state.recipe.lanes.length > 1);
  usePageKeys();
  useDroppedFiles();
  return (
    <div className={several ? 'app several' : 'app'}>
      <Boundary what="The page" onLink={() => run(copyLink)}>
        <button
          type="button"
          className="skip"
          onClick={() => document.getElementById('lane')?.focus()}
        >
          To the views
        </button>
        <TopBar />
        <Notices />
        <div className="columns">
          <KnobsSide />
          <Lanes />
          <RightSide />
        </div>
        <HintsNow />
        <Branches />
        <Transport />
        <Announcement />
        <Dialogs />
      </Boundary>
    </div>
  );
}

/** What Space would press, but nobody types into. */
const PRESSED =
  'button, a, summary, select, input[type="checkbox"], input[type="radio"], input[type="range"]';

/** The page's keys, for as long as it is there. */
function usePageKeys(): void {
  const session = useSession();
  useEffect(() => {
    /** What a pointer has pressed, as long as it has the focus. */
    let pressed: Element | undefined;
    /** A Space that was ours presses nothing when it is let go, whatever the browser. */
    let ours = false;
    const onClick = (event: MouseEvent): void => {
      // A click by a key has no count.
      if (event.target instanceof Element && event.detail > 0)
        pressed = event.target.closest(PRESSED) ?? undefined;
    };
    const onFocus = (event: FocusEvent): void => {
      if (event.target !== pressed) pressed = undefined;
    };
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (!(target instanceof Element)) return;
      const where: Target = {
        closest: (selectors) => target.closest(selectors),
        pressed: pressed?.contains(target) === true,
      };
      press(event, where, session);
      ours = event.key === ' ' && event.defaultPrevented;
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key === ' ' && ours) event.preventDefault();
    };
    window.addEventListener('click', onClick, true);
    window.addEventListener('focusin', onFocus);
    window.addEventListener('keydown', onKey);
    window.addEventListener('keyup', onKeyUp);
    for (const event of takeEarlyKeys()) onKey(event);
    return () => {
      window.removeEventListener('click', onClick, true);
      window.removeEventListener('focusin', onFocus);
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('keyup', onKeyUp);
    };
  }, [session]);
}

/** Recipe files may be dropped anywhere. */
function useDroppedFiles(): void {
  const run = usePerform();
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      run(openFile, file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, [run]);
}

function HintsNow() {
  const lesson = useUi((ui) => ui.lesson);
  const travel = useUi((ui) => ui.travelled);
  const select = useApp((state) => state.selection !== undefined);
  const turn = useApp((state) => state.tree.branches.length > 1);
  return lesson ? null : <Hints done={{ select, turn, travel }} />;
}

function Branches() {
  const run = usePerform();
  const tree = useApp((state) => state.tree);
  const canAddLane = useApp((state) => state.recipe.lanes.length < MAX_LANES);
  const { lane } = useFocused();
  // The scale follows the run's own summaries: rendered again when it stops or starts.
  useStanding((standing) => standing.summary);
  return (
    <BranchTreeView
      tree={tree}
      horizon={lane.hub.summary?.horizon ?? 0}
      canAddLane={canAddLane}
      onGo={(id) => run(goToBranch, id)}
      onLane={(id) => run(branchAsLane, id)}
    />
  );
}

function Announcement() {
  const announcement = useApp((state) => state.announcement);
  return (
    <div className="sr" role="status" aria-live="polite">
      {announcement}
    </div>
  );
}
