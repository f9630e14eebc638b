import { Suspense, useMemo, useState } from 'react';
import type { XAxis } from '../../draw/area.ts';
import { hasProgramFeature } from '../../engine/programs/index.ts';
import { scenarioById } from '../../engine/scenarios.ts';
import { knobsInForce } from '../../state/store.ts';
import { type CardDef, cardsFor } from '../cards/registry.ts';
import { isInForce } from '../models.ts';
import { useApp, usePerform, useSession, useStanding, useUi } from '../page/context.ts';
import { LETTERS } from '../page/session/session.ts';
import { copyLink } from '../page/session/share.ts';
import { tryAgain } from '../page/session/transport.ts';
import { variantOf } from '../page/texts.ts';
import { Boundary } from '../shell/boundary.tsx';
import { type Explained, LaneContext, type LaneScope } from './context.ts';
import { LaneHeader } from './header.tsx';
import { LaneTools } from './lane-tools.tsx';
import { Part } from './sight.tsx';

/** What was asked of one recipe, which says nothing of the next. */
interface Asked {
  readonly of: string;
  readonly lit: string | undefined;
  readonly explained: Explained | undefined;
}

/** All views of one lane. */
export function LaneView({ index }: { readonly index: number }) {
  const { lockstep, axes } = useSession();
  const recipe = useApp((state) => state.recipe);
  const focused = useApp((state) => Math.min(state.focus, recipe.lanes.length - 1) === index);
  const focusOn = useApp((state) => state.focusOn);
  const chosen = useUi((ui) => ui.cards);
  const knobs = useMemo(() => knobsInForce(recipe, index), [recipe, index]);
  const [x, setX] = useState<XAxis>('ns');
  const opened = useApp((state) => state.opened);
  const of = `${opened}.${recipe.variant ?? ''}.${knobs.model}`;
  const [kept, setKept] = useState<Asked>({ of, lit: undefined, explained: undefined });
  const { lit, explained } = kept.of === of ? kept : { lit: undefined, explained: undefined };
  const several = recipe.lanes.length > 1;
  const lane = lockstep.lanes[index];
  const scope = useMemo<LaneScope>(
    () => ({
      lane,
      index,
      knobs,
      axes: several ? axes : undefined,
      x,
      lit,
      onLit: (label) => setKept({ of, explained, lit: label }),
      explained,
      onExplain: (event) => setKept({ of, lit, explained: event }),
    }),
    [lane, index, knobs, several, axes, x, of, lit, explained],
  );
  const preset = recipe.preset === undefined ? undefined : scenarioById(recipe.preset);
  const given = recipe.lanes[index].name;
  const name = several ? given : (variantOf(preset, recipe, index)?.name ?? given);
  const cards = cardsFor(
    (feature) => isInForce(feature, knobs),
    (feature) => hasProgramFeature(knobs.workload, feature),
    chosen,
  );
  const front = (): void => {
    if (several && !focused) focusOn(index);
  };
  return (
    <LaneContext.Provider value={scope}>
      <section
        className={`lane${focused ? ' focused' : ''}`}
        aria-label={`Lane ${LETTERS[index]}: ${name}`}
        onFocusCapture={front}
        onPointerDown={front}
      >
        <Part>
          <LaneHeader name={name} tools={<LaneTools name={name} />} />
        </Part>
        <LostCard index={index} />
        {cards
          .filter(({ order }) => order < 0)
          .map((card) => (
            <Shown key={card.id} card={card} />
          ))}
        <div className="axis-switch" hidden={several}>
          <fieldset className="segments">
            <legend className="sr">Horizontal axis of the charts</legend>
            <button type="button" aria-pressed={x === 'ns'} onClick={() => setX('ns')}>
              Virtual time
            </button>
            <button type="button" aria-pressed={x === 'op'} onClick={() => setX('op')}>
              Operations
            </button>
          </fieldset>
        </div>
        <div className="cards">
          {cards
            .filter(({ order }) => order >= 0)
            .map((card) => (
              <Shown key={card.id} card={card} />
            ))}
        </div>
      </section>
    </LaneContext.Provider>
  );
}

/** What is said of a lane whose worker was lost too often to be replaced. */
function LostCard({ index }: { readonly index: number }) {
  const run = usePerform();
  const lost = useStanding((standing) => standing.lost.find(({ lane }) => lane === index));
  if (!lost) return null;
  return (
    <section className="card fault" role="alert" data-testid="lost">
      <p>
        The simulation of this lane keeps failing ({lost.reason}). What is shown is where it stood;
        the recipe is kept.
      </p>
      <button type="button" onClick={() => run(tryAgain)}>
        Try again from here
      </button>
      <button type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
      <button type="button" onClick={() => run(copyLink)}>
        Copy a link that reproduces this
      </button>
    </section>
  );
}

/** A card, its place while its code is on its way, and what is left of it when it fails. */
function Shown({ card: { id, title, Card } }: { readonly card: CardDef }) {
  const run = usePerform();
  return (
    <Boundary what={`The view “${title}”`} onLink={() => run(copyLink)}>
      <Suspense fallback={<article className={`card ${id}-card`} aria-busy="true" />}>
        <Part>
          <Card />
        </Part>
      </Suspense>
    </Boundary>
  );
}
