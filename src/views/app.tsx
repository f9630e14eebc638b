import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { ACT, type Intervention } from '../engine/interventions.ts';
import {
  KNOB_IDS,
  type KnobId,
  type KnobValue,
  type KnobValues,
  knobDef,
  resolveKnobs,
} from '../engine/knobs/index.ts';
import { knobWords } from '../engine/knobs/words.ts';
import { presetById } from '../engine/presets.ts';
import type { Edit, Note, Recipe } from '../engine/recipe.ts';
import { laneKnobs } from '../engine/recipe-parse.ts';
import type { EventKind } from '../engine/telemetry/events.ts';
import { lessonById } from '../lessons/list.ts';
import { type AllProgress, readProgress } from '../lessons/progress.ts';
import type { Lesson } from '../lessons/types.ts';
import type { Lockstep } from '../live/lockstep.ts';
import { childOf, editText, parentOf } from '../state/branches.ts';
import {
  knobsInForce,
  MAX_LANES,
  presetRecipe,
  type Selection,
  type Store,
  withView,
} from '../state/store.ts';
import { hashOf } from '../state/url.ts';
import { reachOf, type Speed } from '../worker/protocol.ts';
import { Compare } from './compare/compare.tsx';
import { LaneTabs } from './compare/lane-tabs.tsx';
import { KnobPanel } from './knobs/panel.tsx';
import { Axes, AxesContext } from './lane/axes.ts';
import { kindName } from './lane/event-text.ts';
import { LaneView } from './lane/lane-view.tsx';
import { LessonMenu } from './lessons/menu.tsx';
import { LessonPanel } from './lessons/panel.tsx';
import { commandList } from './page/commands.ts';
import { commandOf, figuresOf, simCommand } from './page/texts.ts';
import { type Overlay, useKeys } from './page/use-keys.ts';
import { useRecipeFiles } from './page/use-recipe-files.ts';
import { useRun } from './page/use-run.ts';
import { isHidden } from './shell/embed.ts';
import { Gallery } from './shell/gallery.tsx';
import { Help } from './shell/help.tsx';
import { Hints } from './shell/hints.tsx';
import { Notices } from './shell/notices.tsx';
import { type Command, CommandPalette } from './shell/palette.tsx';
import { Share } from './shell/share.tsx';
import { applyTheme, initialTheme, type Theme } from './shell/theme.ts';
import { TopBar } from './shell/topbar.tsx';
import { AutopsyCard } from './side/autopsy.tsx';
import { BreakIt } from './side/break-it.tsx';
import { Inspector } from './side/inspector.tsx';
import { Notes } from './side/notes.tsx';
import { Story } from './story/story.tsx';
import { BranchTreeView } from './transport/branch-tree.tsx';
import { stopsOf, Transport } from './transport/transport.tsx';

interface Props {
  readonly store: Store;
  readonly lockstep: Lockstep;
  /** Knobs and position come from a link: bring the run there instead of playing from the start. */
  readonly audit: boolean;
}

/** The page: it owns commands and layout; frames go past it to the views. */
export function App({ store, lockstep, audit }: Props) {
  const recipe = useStore(store, (state) => state.recipe);
  const run = useStore(store, (state) => state.run);
  const selection = useStore(store, (state) => state.selection);
  const colourBy = useStore(store, (state) => state.colourBy);
  const sortBy = useStore(store, (state) => state.sortBy);
  const notices = useStore(store, (state) => state.notices);
  const announcement = useStore(store, (state) => state.announcement);
  // The functions never change; the state around them does.
  const [actions] = useState(() => store.getState());
  const preset = recipe.preset === undefined ? undefined : presetById(recipe.preset);
  const [speed, setSpeed] = useState<Speed>(preset?.speed ?? 'max');
  const [wantedKind, setKind] = useState<EventKind>('superslabMapped');
  const [overlay, setOverlay] = useState<Overlay | undefined>(undefined);
  const [lesson, setLesson] = useState<Lesson | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  const [teacher, setTeacher] = useState(false);
  const [progress, setProgress] = useState<AllProgress>(() => readProgress(window.localStorage));
  const [knobsOpen, setKnobsOpen] = useState(false);
  const [breaking, setBreaking] = useState(false);
  const [noting, setNoting] = useState(() => (recipe.notes ?? []).length > 0);
  const [notesByHand, setNotesByHand] = useState(false);
  const openNotes = (open: boolean): void => {
    setNotesByHand(open);
    setNoting(open);
  };
  const [travelled, setTravelled] = useState(false);
  const [theme, setTheme] = useState<Theme>(initialTheme);
  // A recipe that brings words shows them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each recipe that is opened
  useEffect(() => {
    if ((recipe.notes ?? []).length > 0) setNoting(true);
  }, [run]);
  const wantedFocus = useStore(store, (state) => state.focus);
  const tree = useStore(store, (state) => state.tree);
  const alignBy = useStore(store, (state) => state.alignBy);
  const focus = Math.min(wantedFocus, recipe.lanes.length - 1);
  const several = recipe.lanes.length > 1;
  // Lanes exist before anything is drawn that subscribes to them.
  if (lockstep.lanes.length !== recipe.lanes.length) lockstep.resize(recipe.lanes.length);
  const lane = lockstep.lanes[focus];
  const [axes] = useState(() => new Axes());
  const [ownAxes, setOwnAxes] = useState(false);
  const laneAxes = useMemo(() => [0, 1, 2, 3].map((index) => ({ axes, lane: index })), [axes]);
  const sides = useMemo(
    () =>
      recipe.lanes.map((_, i) => ({
        knobs: laneKnobs(recipe, i),
        edits: recipe.edits.filter((edit) => edit.lane === i),
      })),
    [recipe],
  );
  const knobs = useMemo<KnobValues>(() => knobsInForce(recipe, focus), [recipe, focus]);
  const base = useMemo<KnobValues>(() => {
    if (!preset) return resolveKnobs();
    return laneKnobs(presetRecipe(preset.id, recipe.variant), focus);
  }, [preset, recipe.variant, focus]);
  const kind = stopsOf(knobs.model).includes(wantedKind)
    ? wantedKind
    : knobs.model === 'mf2'
      ? 'pageNew'
      : 'superslabMapped';
  const speedNow = useRef(speed);
  speedNow.current = speed;

  const { summary, autopsy, anyRunning, anyPlaying } = useRun(store, lockstep, focus, audit, {
    axes,
    speed: speedNow,
    onSpeed: setSpeed,
  });
  const ended = summary !== undefined && summary.status !== 'running';
  axes.align = alignBy;
  axes.shared = !ownAxes;
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn again because these changed
  useEffect(() => {
    axes.reset();
    for (const each of lockstep.lanes) each.hub.redraw();
  }, [alignBy, ownAxes, recipe.lanes.length]);

  useEffect(() => applyTheme(theme, false), [theme]);

  const playPause = useCallback(() => {
    if (lockstep.lanes.some((each) => each.hub.summary?.playing)) void lockstep.pause();
    else void lockstep.play(speedNow.current);
  }, [lockstep]);
  const changeSpeed = (next: Speed): void => {
    setSpeed(next);
    if (lockstep.lanes.some((each) => each.hub.summary?.playing)) void lockstep.play(next);
  };
  /** Turns a knob of the focused lane, or of all of them. */
  const changeKnob = (id: KnobId, value: KnobValue, everywhere = false): void => {
    const op = lane.hub.summary?.op ?? 0;
    const fresh = lane.hub.latest === undefined || (op === 0 && !lane.hub.summary?.playing);
    if (knobDef(id).apply === 'restart' || ended || fresh) {
      if (several && everywhere) actions.setAllLanes(id, value);
      else if (several) actions.setLaneKnob(focus, id, value);
      else actions.setStartKnob(id, value);
      actions.announce(`${knobWords(id).label}: ${String(value)}. The run starts again.`);
      return;
    }
    const turned = recipe.lanes.map((_, i) => i).filter((i) => everywhere || i === focus);
    Promise.all(turned.map((i) => lockstep.lanes[i].setKnob(id, value)))
      .then((replies) => {
        actions.addEdits(
          replies.map(({ op: at }, n) => ({ op: at, lane: turned[n], knob: id, value })),
        );
        actions.announce(
          `${knobWords(id).label}: ${String(value)} from operation ${replies[0].op.toLocaleString('en-US')}.`,
        );
      })
      .catch(() => undefined);
  };
  /** Deals a blow to the focused lane, or to all of them. */
  const intervene = async (act: Intervention, everywhere: boolean): Promise<void> => {
    const struck = recipe.lanes.map((_, i) => i).filter((i) => everywhere || i === focus);
    const replies = await Promise.all(struck.map((i) => lockstep.lanes[i].intervene(act)));
    const done = struck.flatMap((i, at): Edit[] =>
      replies[at].refused === undefined ? [{ op: replies[at].op, lane: i, ...act }] : [],
    );
    if (done.length > 0) {
      actions.addEdits(done);
      actions.announce(
        `${editText(done[0])}, from operation ${done[0].op.toLocaleString('en-US')}.`,
      );
    }
    replies.forEach(({ refused }, at) => {
      if (refused === undefined) return;
      const where = several ? ` in lane ${'ABCD'[struck[at]]}` : '';
      actions.notify('problem', `${ACT[act.act].label}${where}: ${refused}`, 'the run as it was');
    });
  };
  const strike = (act: Intervention, everywhere: boolean): void =>
    void intervene(act, everywhere).catch(() => undefined);
  const toggleTheme = useCallback(() => {
    setTheme((now) => {
      const next = now === 'dark' ? 'light' : 'dark';
      applyTheme(next, true);
      return next;
    });
  }, []);
  const at = (): number => lockstep.op;
  const toEvent = (forward: boolean): void => {
    const going = forward
      ? lockstep.stepEvent([kind], focus)
      : lockstep.previousEvent([kind], focus);
    void going.then((found) => {
      if (found) return;
      const name = `“${kindName(kind)}”`;
      actions.notify(
        'info',
        forward ? `No ${name} before this run ends.` : `There is no earlier ${name} in this run.`,
      );
    });
  };
  /** All lanes to an operation; where they come to stand the address says. */
  const travel = (op: number): void => {
    void lockstep.seek(op);
  };
  const goToNote = ({ op, lane: on, row }: Note): void => {
    if (on !== focus && on < recipe.lanes.length) actions.focusOn(on);
    actions.select(row === undefined ? undefined : { superslab: row });
    travel(op);
  };
  /** The recipe with the place where the run stands. */
  const recipeNow = (): Recipe => {
    const standing = !lockstep.lanes.some((each) => each.hub.summary?.playing);
    const seen = withView(recipe, focus, selection);
    // A run that plays from its start does so for whoever opens its link, too.
    const placed = standing || recipe.cursor !== undefined;
    return placed && at() > 0 ? { ...seen, cursor: lockstep.reach } : seen;
  };
  const linkNow = (): string => `${location.origin}${location.pathname}${hashOf(recipeNow())}`;
  const importFile = useRecipeFiles(actions, () => setOverlay(undefined));
  const copyLink = (): void => {
    const link = linkNow();
    navigator.clipboard
      .writeText(link)
      .then(() => actions.notify('info', 'The link is on the clipboard.'))
      .catch(() =>
        actions.notify('info', `This browser keeps the clipboard to itself; the link is ${link}`),
      );
  };

  useKeys({
    lockstep,
    focus,
    actions,
    onEvent: toEvent,
    onPlayPause: playPause,
    onTheme: toggleTheme,
    onOverlay: setOverlay,
    onBreak: () => setBreaking((open) => !open),
    onNotes: () => openNotes(!noting),
    onEscape: () => {
      if (selection !== undefined) actions.select(undefined);
      else if (noting) openNotes(false);
      else if (breaking) setBreaking(false);
      setKnobsOpen(false);
      // What had the focus may be gone.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.getElementById('lane')?.focus();
      });
    },
  });

  /** Opens a lesson on its scenario, standing at the start until the prediction is made. */
  const openLesson = (next: Lesson): void => {
    setOverlay(undefined);
    setLesson(next);
    setAttempt((n) => n + 1);
    setSpeed(next.speed);
    const opened = presetRecipe(next.preset, next.variant);
    const knobs = { ...opened.knobs, ...next.knobs };
    // A lesson speaks of lane A.
    actions.openRecipe({ ...opened, knobs, cursor: 0, view: { focus: 0 } });
  };
  // A lesson judges its own scenario: another one closes it. Knobs and lanes are the learner's.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scenario, whatever the lesson
  useEffect(() => {
    if (!lesson) return;
    const other = recipe.variant !== undefined && recipe.variant !== (lesson.variant ?? 0);
    if (recipe.preset === lesson.preset && !other) return;
    setLesson(undefined);
    actions.notify(
      'info',
      `Lesson ${lesson.number} is closed: another scenario is open. The list of lessons leads back.`,
    );
  }, [recipe.preset, recipe.variant]);
  const commands = (): Command[] =>
    commandList({
      lockstep,
      focus,
      knobs,
      actions,
      light: theme === 'light',
      onLesson: openLesson,
      onPlayPause: playPause,
      onTheme: toggleTheme,
      onOverlay: setOverlay,
      onLink: copyLink,
      onBreak: () => setBreaking(true),
      onNotes: () => openNotes(true),
      onKnobs: () => setKnobsOpen(true),
    });
  const variant =
    preset?.variants.find(({ name }) => name === recipe.lanes[focus].name) ??
    preset?.variants[recipe.variant ?? 0];
  const letter = 'ABCD'[focus];
  const turned =
    preset !== undefined &&
    (recipe.edits.length > 0 || KNOB_IDS.some((id) => knobs[id] !== base[id]));
  // A slide without the side has no inspector to fill.
  const select = (next: Selection | undefined): void => {
    if (!isHidden('side')) actions.select(next);
  };
  return (
    <div className={several ? 'app several' : 'app'}>
      <button
        type="button"
        className="skip"
        onClick={() => document.getElementById('lane')?.focus()}
      >
        To the views
      </button>
      <TopBar
        preset={preset}
        variant={recipe.variant}
        command={commandOf(knobs)}
        light={theme === 'light'}
        knobsOpen={knobsOpen}
        onGallery={() => setOverlay('gallery')}
        onVariant={(index) => preset && actions.openPreset(preset.id, index)}
        onTheme={toggleTheme}
        onUndo={parentOf(tree) && (() => actions.undo(at()))}
        onRedo={childOf(tree) && (() => actions.redo(at()))}
        onLink={copyLink}
        onLessons={() => {
          setProgress(readProgress(window.localStorage));
          setOverlay('lessons');
        }}
        onShare={() => setOverlay('share')}
        onPalette={() => setOverlay('palette')}
        onHelp={() => setOverlay('help')}
        onKnobs={() => setKnobsOpen(!knobsOpen)}
      />
      <Notices notices={notices} onDismiss={actions.dismiss} />
      <div className="columns">
        <aside className={`left${knobsOpen ? ' open' : ''}`} aria-label="Knobs">
          <KnobPanel
            knobs={knobs}
            base={base}
            lane={several ? `${letter} · ${recipe.lanes[focus].name}` : undefined}
            onCopyToAll={several ? (id) => actions.copyToAll(focus, id) : undefined}
            hasEdits={recipe.edits.length > 0}
            onChange={changeKnob}
            onResetAll={actions.resetKnobs}
            onFold={actions.foldEdits}
          />
        </aside>
        <main id="lane" tabIndex={-1}>
          {several && (
            <Compare
              lanes={lockstep.lanes.slice(0, recipe.lanes.length)}
              names={recipe.lanes.map(({ name }) => name)}
              sides={sides}
              figures={figuresOf(
                preset,
                recipe.lanes.map(({ name }) => name),
              )}
              alignBy={alignBy}
              ownAxes={ownAxes}
              run={run}
              onFlag={(op) => {
                axes.flag = op;
                for (const each of lockstep.lanes) each.hub.redraw();
              }}
              onAlignBy={actions.setAlignBy}
              onOwnAxes={setOwnAxes}
              onSeek={travel}
            />
          )}
          {several && (
            <LaneTabs
              names={recipe.lanes.map(({ name }) => name)}
              focus={focus}
              onFocus={actions.focusOn}
            />
          )}
          <div className="lanes" data-lanes={recipe.lanes.length}>
            {recipe.lanes.map((entry, i) => (
              <AxesContext.Provider
                // biome-ignore lint/suspicious/noArrayIndexKey: a lane is its place
                key={i}
                value={several ? laneAxes[i] : undefined}
              >
                <LaneView
                  lane={lockstep.lanes[i]}
                  index={i}
                  count={recipe.lanes.length}
                  focused={i === focus}
                  name={several ? entry.name : (variant?.name ?? entry.name)}
                  knobs={i === focus ? knobs : sides[i].knobs}
                  selection={i === focus ? selection : undefined}
                  colourBy={colourBy}
                  sortBy={sortBy}
                  onFocus={() => actions.focusOn(i)}
                  onSelect={(next) => {
                    if (i !== focus) actions.focusOn(i);
                    actions.select(next);
                  }}
                  onColourBy={actions.setColourBy}
                  onSortBy={actions.setSortBy}
                  onRename={(name) => actions.renameLane(i, name)}
                  onDuplicate={() => actions.duplicateLane(i, at())}
                  onRemove={() => actions.removeLane(i, at())}
                  onMove={() => actions.moveLane(i, at())}
                  onSeek={travel}
                />
              </AxesContext.Provider>
            ))}
          </div>
        </main>
        <aside className="right" aria-label="Story, autopsy and inspector">
          {lesson && (
            <LessonPanel
              key={`${lesson.id}.${attempt}`}
              lesson={lesson}
              lane={lane}
              lanes={lockstep.lanes.slice(0, recipe.lanes.length)}
              teacher={teacher}
              onTeacher={setTeacher}
              onPlay={() => {
                setSpeed(lesson.speed);
                void lockstep.play(lesson.speed);
              }}
              onSeek={travel}
              onPause={() => lockstep.pause()}
              onReset={() => openLesson(lesson)}
              onProgress={() => setProgress(readProgress(window.localStorage))}
              onClose={() => setLesson(undefined)}
            />
          )}
          {breaking && (
            <BreakIt
              key={focus}
              lane={lane}
              knobs={knobs}
              lanes={recipe.lanes.length}
              onAct={strike}
              ended={ended}
              onKnob={changeKnob}
              onClose={() => setBreaking(false)}
            />
          )}
          {noting && (
            <Notes
              focused={notesByHand}
              notes={recipe.notes ?? []}
              model={knobs.model}
              row={selection?.superslab}
              several={several}
              onAdd={(text, onRow) =>
                actions.addNote({
                  op: at(),
                  lane: focus,
                  ...(onRow && selection ? { row: selection.superslab } : {}),
                  text,
                })
              }
              onGo={goToNote}
              onRemove={actions.removeNote}
              onClose={() => openNotes(false)}
            />
          )}
          {selection && (
            <Inspector
              onSeek={travel}
              lane={lane}
              model={knobs.model}
              selection={selection}
              onSelect={select}
              onAct={(act) => strike(act, false)}
            />
          )}
          {autopsy && ended && (
            <AutopsyCard
              lane={lane}
              autopsy={autopsy}
              knobs={knobs}
              figures={[...(variant?.documentFigures ?? []), ...(preset?.documentFigures ?? [])]}
              onReplay={actions.replayWith}
              onLane={
                recipe.lanes.length < MAX_LANES
                  ? (changes, name) => actions.duplicateLane(focus, 0, changes, name)
                  : undefined
              }
            />
          )}
          {!lesson && preset && (
            <Story
              key={preset.id}
              lane={lane}
              preset={preset}
              note={variant?.note}
              turned={turned}
            />
          )}
        </aside>
      </div>
      {!lesson && (
        <Hints
          done={{
            select: selection !== undefined,
            turn: tree.branches.length > 1,
            travel: travelled,
          }}
        />
      )}
      <BranchTreeView
        tree={tree}
        horizon={lane.hub.summary?.horizon ?? 0}
        canAddLane={recipe.lanes.length < MAX_LANES}
        onGo={(id) => actions.goToBranch(id, at())}
        onLane={(id) => actions.branchAsLane(id, at())}
      />
      <Transport
        lane={lane}
        lockstep={lockstep}
        onArrive={() => {
          setTravelled(true);
        }}
        model={knobs.model}
        playing={anyPlaying}
        ended={!anyRunning}
        speed={speed}
        kind={kind}
        edits={recipe.edits
          .filter((edit) => edit.lane === focus)
          .map((edit) => ({ op: edit.op, text: editText(edit) }))}
        notes={(recipe.notes ?? [])
          .filter((note) => note.lane === focus)
          .map(({ op, text }) => ({ op, text }))}
        breaking={breaking}
        noting={noting}
        onBreak={() => setBreaking(!breaking)}
        onNotes={() => openNotes(!noting)}
        onPlayPause={playPause}
        onEvent={toEvent}
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
      {overlay === 'share' && (
        <Share
          recipe={recipeNow()}
          lane={lane}
          name={`${preset?.title ?? 'own settings'}, ${recipe.lanes[focus].name}`}
          link={linkNow()}
          command={simCommand(recipe, focus, summary ? reachOf(lane.hub.summary ?? summary) : 0)}
          onFile={importFile}
          onClose={() => setOverlay(undefined)}
        />
      )}
      {overlay === 'palette' && (
        <CommandPalette commands={commands()} onGo={travel} onClose={() => setOverlay(undefined)} />
      )}
      {overlay === 'lessons' && (
        <LessonMenu
          progress={progress}
          onPick={(id) => {
            const picked = lessonById(id);
            if (picked) openLesson(picked);
          }}
          onClose={() => setOverlay(undefined)}
        />
      )}
      {overlay === 'help' && <Help onClose={() => setOverlay(undefined)} />}
    </div>
  );
}
