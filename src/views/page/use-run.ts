import { type RefObject, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { presetById } from '../../engine/presets.ts';
import { laneKnobs, remarks } from '../../engine/recipe-parse.ts';
import type { Autopsy } from '../../engine/types.ts';
import type { Lockstep } from '../../live/lockstep.ts';
import type { Store } from '../../state/store.ts';
import { CallError } from '../../worker/link.ts';
import type { Speed, Summary } from '../../worker/protocol.ts';
import type { Axes } from '../lane/axes.ts';
import { nouns } from '../lane/nouns.ts';
import { autopsyTitle } from '../side/sentences.ts';

interface Options {
  readonly axes: Axes;
  /** Speed to play at where a scenario names none. */
  readonly speed: RefObject<Speed>;
  onSpeed(speed: Speed): void;
}

export interface RunState {
  /** Where the focused lane stands, renewed when its status changes and not with every frame. */
  readonly summary: Summary | undefined;
  /** Of the focused lane, once it has ended. */
  readonly autopsy: Autopsy | undefined;
  readonly anyRunning: boolean;
  readonly anyPlaying: boolean;
}

/** Starts the lanes whenever a run begins, and follows how they stand. */
export function useRun(
  store: Store,
  lockstep: Lockstep,
  focus: number,
  audit: boolean,
  { axes, speed, onSpeed }: Options,
): RunState {
  const run = useStore(store, (state) => state.run);
  const lanes = useStore(store, (state) => state.recipe.lanes.length);
  const [actions] = useState(() => store.getState());
  const [summary, setSummary] = useState<Summary | undefined>(undefined);
  const [autopsy, setAutopsy] = useState<Autopsy | undefined>(undefined);
  const [anyRunning, setAnyRunning] = useState(true);
  const [anyPlaying, setAnyPlaying] = useState(false);
  const lane = lockstep.lanes[focus];
  /** The run whose lanes stand where its recipe says; older ones have no say in the address. */
  const opened = useRef(-1);

  // A new run: configure the worker, then play, or stand where the link points.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` alone says that a run begins
  useEffect(() => {
    const now = store.getState().recipe;
    const presetSpeed = now.preset === undefined ? undefined : presetById(now.preset)?.speed;
    const wanted = presetSpeed ?? speed.current;
    onSpeed(wanted);
    setAutopsy(undefined);
    axes.reset();
    for (const text of new Set(now.lanes.flatMap((_, i) => remarks(laneKnobs(now, i)))))
      actions.notify('info', text);
    let stale = false;
    Promise.all(
      now.lanes.map((_, i) =>
        lockstep.lanes[i].open({
          knobs: laneKnobs(now, i),
          edits: now.edits.filter((edit) => edit.lane === i),
          startAt: now.cursor ?? 0,
          audit,
        }),
      ),
    )
      .then((summaries) => {
        if (!stale) opened.current = run;
        const runs = summaries.some(({ status }) => status === 'running');
        if (!stale && now.cursor === undefined && runs) return lockstep.play(wanted);
        return undefined;
      })
      .catch((error: unknown) => {
        // Whoever presses pause on the way does not want to hear that it did not get there.
        const paused = error instanceof CallError && error.code === 'E_ABORTED';
        if (!stale && paused) opened.current = run;
        else if (!stale)
          actions.notify(
            'problem',
            `The run could not start: ${error instanceof Error ? error.message : 'unknown fault'}.`,
          );
      });
    return () => {
      stale = true;
    };
  }, [run, lockstep]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other lanes, other subscriptions
  useEffect(() => {
    const look = (): void => {
      setAnyRunning(lockstep.running);
      setAnyPlaying(lockstep.lanes.some((each) => each.hub.summary?.playing));
    };
    /** Wherever the run comes to stand, the address says so: a reload is no loss. */
    const stand = (): void => {
      look();
      const { run: now, recipe, setCursor } = store.getState();
      if (opened.current !== now) return;
      if (lockstep.lanes.some((each) => each.hub.summary?.playing !== false)) return;
      // Who watched a run from its start to its end may want to see it again.
      if (lockstep.running || recipe.cursor !== undefined) setCursor(lockstep.reach);
    };
    look();
    const stops = lockstep.lanes.map((each) => each.hub.subscribeSummary(stand));
    return () => {
      for (const stop of stops) stop();
    };
  }, [lockstep, lanes, store]);

  useEffect(() => {
    setSummary(lane.hub.summary);
    setAutopsy(undefined);
    const onSummary = (next: Summary): void => {
      setSummary((before) => (before && same(before, next) ? before : next));
      if (next.status === 'running') return;
      lane
        .autopsy()
        .then((found) => {
          setAutopsy(found);
          actions.announce(
            `${autopsyTitle(found)}. ${found.superslabs} ${nouns(found.model)} after ${(found.ns / 1e9).toFixed(2)} seconds.`,
          );
        })
        .catch(() => undefined);
    };
    if (lane.hub.summary) onSummary(lane.hub.summary);
    return lane.hub.subscribeSummary(onSummary);
  }, [lane, actions]);

  useEffect(() => {
    for (const [i, each] of lockstep.lanes.entries()) {
      each.onRestart = ({ op, reason, lasting }) =>
        actions.notify(
          'problem',
          lasting
            ? `The simulation keeps failing (${reason}). Copy the link to report it; restart to try again.`
            : `The simulation${lockstep.lanes.length > 1 ? ` of lane ${'ABCD'[i]}` : ''} was restarted (${reason}).`,
          lasting
            ? 'the recipe'
            : `the recipe; the run goes on from operation ${op.toLocaleString('en-US')}`,
        );
    }
    lockstep.onAutoPause = (paused) =>
      paused ? actions.notify('info', 'Paused while this tab was hidden.') : undefined;
  });
  return { summary, autopsy, anyRunning, anyPlaying };
}

const same = (a: Summary, b: Summary): boolean =>
  a.status === b.status &&
  a.playing === b.playing &&
  a.generation === b.generation &&
  a.endedBy === b.endedBy &&
  a.oomSeen === b.oomSeen;
