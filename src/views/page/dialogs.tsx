import { Suspense } from 'react';
import { useStore } from 'zustand';
import { scenarioById } from '../../engine/scenarios.ts';
import type { Overlay } from '../../state/ui.ts';
import type { Summary } from '../../worker/protocol.ts';
import { Boundary } from '../shell/boundary.tsx';
import { lazily } from '../shell/lazily.tsx';
import { useApp, useFocused, usePerform, useSession, useUi } from './context.ts';
import { openLesson } from './session/lesson.ts';
import { closeOverlay, openScenario } from './session/panels.ts';
import { copyLink, linkNow, openFile, recipeNow } from './session/share.ts';
import { travel } from './session/transport.ts';
import { simCommand } from './texts.ts';

const Gallery = lazily(async () => (await import('../shell/gallery.tsx')).Gallery);
const Help = lazily(async () => (await import('../shell/help.tsx')).Help);
const Share = lazily(async () => (await import('../shell/share.tsx')).Share);
const LessonMenu = lazily(async () => (await import('../lessons/menu.tsx')).LessonMenu);
const Palette = lazily(async () => (await import('./palette.tsx')).Palette);

/** The dialog that is open, if any. */
export function Dialogs() {
  const overlay = useUi((ui) => ui.overlay);
  const run = usePerform();
  if (overlay === undefined) return null;
  return (
    <Boundary what="This dialog" of={overlay} onLink={() => run(copyLink)}>
      <Suspense>
        <Open overlay={overlay} />
      </Suspense>
    </Boundary>
  );
}

function Open({ overlay }: { readonly overlay: Overlay }) {
  const run = usePerform();
  const preset = useApp((state) => state.recipe.preset);
  const close = (): void => run(closeOverlay);
  switch (overlay) {
    case 'gallery':
      return (
        <Gallery
          current={preset}
          onPick={(id, variant) => run(openScenario, id, variant)}
          onClose={close}
        />
      );
    case 'share':
      return <ShareNow onClose={close} />;
    case 'palette':
      return <Palette onGo={(op) => run(travel, op)} onClose={close} />;
    case 'lessons':
      return <LessonMenu onPick={(id) => run(openLesson, id)} onClose={close} />;
    case 'help':
      return <Help onClose={close} />;
  }
}

/** Where the headless run has to stop; 0: where it ends by itself, as this one did. */
const standsAt = (summary: Summary | undefined): number =>
  summary?.status === 'running' ? summary.op : 0;

/** What is shared is the run as it stands when the dialog is drawn. */
function ShareNow({ onClose }: { onClose(): void }) {
  const session = useSession();
  const run = usePerform();
  const { lane, focus } = useFocused();
  const recipe = useApp((state) => state.recipe);
  const summary = useStore(session.standing, (standing) => standing.summary);
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  return (
    <Share
      recipe={recipeNow(session)}
      lane={lane}
      name={`${preset?.title ?? 'own settings'}, ${recipe.lanes[focus].name}`}
      link={linkNow(session)}
      command={simCommand(recipe, focus, standsAt(lane.hub.summary ?? summary))}
      onFile={(file) => run(openFile, file)}
      onClose={onClose}
    />
  );
}
