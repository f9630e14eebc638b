import { createContext, useCallback, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import type { KnobValues } from '../../engine/knobs/index.ts';
import type { Lane } from '../../live/lane.ts';
import { type AppActions, type AppState, knobsInForce } from '../../state/store.ts';
import type { Ui } from '../../state/ui.ts';
import { type Command, perform, type Session, type Standing } from './session/session.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

/** The session that the page is of. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session around this component');
  return session;
}

/** A part of the store; the component is rendered again when it changes. */
export const useApp = <T>(select: (state: AppState & AppActions) => T): T =>
  useStore(useSession().store, select);
export const useUi = <T>(select: (ui: Ui) => T): T => useApp((state) => select(state.ui));
/** How the lanes stand, as they said last. */
export const useStanding = <T>(select: (standing: Standing) => T): T =>
  useStore(useSession().standing, select);

/** Runs commands and shows what they came to. */
export function usePerform(): <A extends readonly unknown[]>(
  command: Command<A>,
  ...args: A
) => void {
  const session = useSession();
  return useCallback(
    (command, ...args) => {
      void perform(session, command, ...args);
    },
    [session],
  );
}

/** The lane that knobs, inspector and story speak of, and the knobs in force in it. */
export interface Focused {
  readonly focus: number;
  readonly lane: Lane;
  readonly knobs: KnobValues;
  /** Several lanes are on screen. */
  readonly several: boolean;
}
export function useFocused(): Focused {
  const { lockstep } = useSession();
  const recipe = useApp((state) => state.recipe);
  const wanted = useApp((state) => state.focus);
  const focus = Math.min(wanted, recipe.lanes.length - 1);
  const knobs = useMemo(() => knobsInForce(recipe, focus), [recipe, focus]);
  return { focus, lane: lockstep.lanes[focus], knobs, several: recipe.lanes.length > 1 };
}
