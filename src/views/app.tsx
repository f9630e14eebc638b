import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import {
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  resolveKnobs,
} from '../engine/knobs.ts';
import { presetById, variantKnobs } from '../engine/presets.ts';
import { laneKnobs, remarks } from '../engine/recipe-parse.ts';
import type { EventKind } from '../engine/telemetry/events.ts';
import type { Autopsy } from '../engine/types.ts';
import type { Lane } from '../live/lane.ts';
import { knobsInForce, type Selection, type Store } from '../state/store.ts';
import { hashOf } from '../state/url.ts';
import type { Speed, Summary } from '../worker/protocol.ts';
import { KnobPanel } from './knobs/panel.tsx';
import { LaneView } from './lane/lane-view.tsx';
import { Gallery } from './shell/gallery.tsx';
import { Help } from './shell/help.tsx';
import { Notices } from './shell/notices.tsx';
import { applyTheme, initialTheme, type Theme } from './shell/theme.ts';
import { TopBar } from './shell/topbar.tsx';
import { AutopsyCard } from './side/autopsy.tsx';
import { Inspector } from './side/inspector.tsx';
import { autopsyTitle } from './side/sentences.ts';
import { Story } from './story/story.tsx';
import { Transport } from './transport/transport.tsx';

interface Props {
  readonly store: Store;
  readonly lane: Lane;
  /** Knobs and position come from a link: bring the run there instead of playing from the start. */
  readonly audit: boolean;
}

/** The page: it owns commands and layout; frames go past it to the views. */
export function App({ store, lane, audit }: Props) {
  const recipe = useStore(store, (state) => state.recipe);
  const run = useStore(store, (state) => state.run);
  const selection = useStore(store, (state) => state.selection);
  const colourBy = useStore(store, (state) => state.colourBy);
  const sortBy = useStore(store, (state) => state.sortBy);
  const notices = useStore(store, (state) => state.notices);
  const announcement = useStore(store, (state) => state.announcement);
  const actions = store.getState();
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
  const [speed, setSpeed] = useState<Speed>(preset?.speed ?? 'max');
  const [kind, setKind] = useState<EventKind>('superslabMapped');
  const [summary, setSummary] = useState<Summary | undefined>(undefined);
  const [autopsy, setAutopsy] = useState<Autopsy | undefined>(undefined);
  const [overlay, setOverlay] = useState<'gallery' | 'help' | undefined>(undefined);
  const [knobsOpen, setKnobsOpen] = useState(false);
  const [theme, setTheme] = useState<Theme>(initialTheme);
  const knobs = useMemo<KnobValues>(
    () => resolveKnobs(laneKnobs(recipe, 0), knobsInForce(recipe)),
    [recipe],
  );
  const base = useMemo<KnobValues>(
    () => resolveKnobs(preset ? variantKnobs(preset, recipe.variant ?? 0) : {}),
    [preset, recipe.variant],
  );
  const playing = summary?.playing ?? false;
  const ended = summary !== undefined && summary.status !== 'running';
  const speedNow = useRef(speed);
  speedNow.current = speed;

  // A new run: configure the worker, then play, or stand where the link points.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` alone says that a run begins
  useEffect(() => {
    const now = store.getState().recipe;
    const presetSpeed = now.preset === undefined ? undefined : presetById(now.preset)?.speed;
    const wanted = presetSpeed ?? speedNow.current;
    setSpeed(wanted);
    setAutopsy(undefined);
    for (const text of remarks(laneKnobs(now, 0))) actions.notify('info', text);
    let stale = false;
    lane
      .open({
        knobs: laneKnobs(now, 0),
        edits: now.edits,
        startAt: now.cursor ?? 0,
        audit,
      })
      .then((opened) => {
        if (!stale && now.cursor === undefined && opened.status === 'running')
          return lane.play(wanted);
        return undefined;
      })
      .catch((error: unknown) => {
        if (!stale)
          actions.notify(
            'problem',
            `The run could not start: ${error instanceof Error ? error.message : 'unknown fault'}.`,
          );
      });
    return () => {
      stale = true;
    };
  }, [run, lane]);

  useEffect(
    () =>
      lane.hub.subscribeSummary((next) => {
        setSummary((before) => (before && same(before, next) ? before : next));
        if (next.status !== 'running') {
          lane
            .autopsy()
            .then((found) => {
              setAutopsy(found);
              actions.announce(
                `${autopsyTitle(found)}. ${found.superslabs} SuperSlabs after ${(found.ns / 1e9).toFixed(2)} seconds.`,
              );
            })
            .catch(() => undefined);
        }
      }),
    [lane, actions],
  );

  useEffect(() => {
    lane.onRestart = ({ op, reason, lasting }) =>
      actions.notify(
        'problem',
        lasting
          ? `The simulation keeps failing (${reason}). Copy the link to report it; restart to try again.`
          : `The simulation was restarted (${reason}).`,
        lasting
          ? 'the recipe'
          : `the recipe; the run goes on from operation ${op.toLocaleString('en-US')}`,
      );
    lane.onAutoPause = (paused) =>
      paused ? actions.notify('info', 'Paused while this tab was hidden.') : undefined;
  }, [lane, actions]);

  useEffect(() => applyTheme(theme, false), [theme]);

  const playPause = useCallback(() => {
    if (lane.hub.summary?.playing) void lane.pause();
    else void lane.play(speedNow.current);
  }, [lane]);
  const changeSpeed = (next: Speed): void => {
    setSpeed(next);
    if (lane.hub.summary?.playing) void lane.play(next);
  };
  const changeKnob = (id: KnobId, value: KnobValue): void => {
    const op = lane.hub.summary?.op ?? 0;
    const fresh = lane.hub.latest === undefined || (op === 0 && !lane.hub.summary?.playing);
    if (knobDef(id).apply === 'restart' || ended || fresh) {
      actions.setStartKnob(id, value);
      actions.announce(`${knobDef(id).label}: ${String(value)}. The run starts again.`);
      return;
    }
    lane
      .setKnob(id, value)
      .then(({ op: at }) => {
        actions.addEdit(at, id, value);
        actions.announce(
          `${knobDef(id).label}: ${String(value)} from operation ${at.toLocaleString('en-US')}.`,
        );
      })
      .catch(() => undefined);
  };
  const toggleTheme = useCallback(() => {
    setTheme((now) => {
      const next = now === 'dark' ? 'light' : 'dark';
      applyTheme(next, true);
      return next;
    });
  }, []);
  const copyLink = (): void => {
    const link = `${location.origin}${location.pathname}${hashOf(recipe)}`;
    navigator.clipboard
      .writeText(link)
      .then(() => actions.notify('info', 'The link is on the clipboard.'))
      .catch(() =>
        actions.notify('info', `This browser keeps the clipboard to itself; the link is ${link}`),
      );
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest('input, select, textarea, dialog')) return;
      const button = target.closest('button, a') !== null;
      switch (event.key) {
        case ' ':
          if (button) return;
          event.preventDefault();
          playPause();
          return;
        case 'ArrowRight':
          event.preventDefault();
          void (event.shiftKey ? lane.stepEvent([kind]) : lane.stepOps(1));
          return;
        case 'Home':
          event.preventDefault();
          actions.restart();
          return;
        case 'End':
          event.preventDefault();
          void lane.runTo(1e10);
          return;
        case '?':
          setOverlay('help');
          return;
        case 'g':
          setOverlay('gallery');
          return;
        case 't':
          toggleTheme();
          return;
        case 'Escape':
          actions.select(undefined);
          setKnobsOpen(false);
          return;
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [lane, kind, playPause, actions, toggleTheme]);

  const variant = preset?.variants[recipe.variant ?? 0];
  const select = (next: Selection | undefined): void => actions.select(next);
  return (
    <div className="app">
      <button
        type="button"
        className="skip"
        onClick={() => document.getElementById('lane')?.focus()}
      >
        To the views
      </button>
      <TopBar
        preset={preset}
        variant={recipe.variant ?? 0}
        command={commandOf(knobs)}
        light={theme === 'light'}
        knobsOpen={knobsOpen}
        onGallery={() => setOverlay('gallery')}
        onVariant={(index) => preset && actions.openPreset(preset.id, index)}
        onTheme={toggleTheme}
        onLink={copyLink}
        onHelp={() => setOverlay('help')}
        onKnobs={() => setKnobsOpen(!knobsOpen)}
      />
      <Notices notices={notices} onDismiss={actions.dismiss} />
      <div className="columns">
        <aside className={`left${knobsOpen ? ' open' : ''}`} aria-label="Knobs">
          <KnobPanel
            knobs={knobs}
            base={base}
            hasEdits={recipe.edits.length > 0}
            onChange={changeKnob}
            onResetAll={actions.resetKnobs}
            onFold={actions.foldEdits}
          />
        </aside>
        <main id="lane" tabIndex={-1}>
          <LaneView
            lane={lane}
            name={variant?.name ?? recipe.lanes[0].name}
            knobs={knobs}
            selection={selection}
            colourBy={colourBy}
            sortBy={sortBy}
            onSelect={select}
            onColourBy={actions.setColourBy}
            onSortBy={actions.setSortBy}
          />
        </main>
        <aside className="right" aria-label="Story, autopsy and inspector">
          {selection && (
            <Inspector lane={lane} model={knobs.model} selection={selection} onSelect={select} />
          )}
          {autopsy && ended && (
            <AutopsyCard
              lane={lane}
              autopsy={autopsy}
              knobs={knobs}
              figures={[...(variant?.documentFigures ?? []), ...(preset?.documentFigures ?? [])]}
              onReplay={actions.replayWith}
            />
          )}
          {preset && <Story key={preset.id} lane={lane} preset={preset} note={variant?.note} />}
        </aside>
      </div>
      <Transport
        lane={lane}
        playing={playing}
        ended={ended}
        speed={speed}
        kind={kind}
        edits={recipe.edits.map(({ op }) => op)}
        onPlayPause={playPause}
        onRestart={actions.restart}
        onSpeed={changeSpeed}
        onKind={setKind}
      />
      <div className="sr" role="status" aria-live="polite">
        {announcement}
      </div>
      {overlay === 'gallery' && (
        <Gallery
          current={recipe.preset}
          onPick={(id, index) => {
            setOverlay(undefined);
            actions.openPreset(id, index);
          }}
          onClose={() => setOverlay(undefined)}
        />
      )}
      {overlay === 'help' && <Help onClose={() => setOverlay(undefined)} />}
    </div>
  );
}

const same = (a: Summary, b: Summary): boolean =>
  a.status === b.status &&
  a.playing === b.playing &&
  a.generation === b.generation &&
  a.endedBy === b.endedBy &&
  a.oomSeen === b.oomSeen;

/** The arguments one would give to larson. */
function commandOf(knobs: KnobValues): string {
  return `${knobs.seconds} ${knobs.minSize} ${knobs.maxSize} ${knobs.chunks} ${knobs.rounds} ${knobs.seed} ${knobs.threads}`;
}
