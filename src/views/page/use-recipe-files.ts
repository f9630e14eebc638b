import { useCallback, useEffect, useRef } from 'react';
import { isPlainObject, parseRecipe } from '../../engine/recipe-parse.ts';
import type { AppActions } from '../../state/store.ts';
import { readRecipe } from '../shell/share.tsx';

/**
 * Opens recipe files, also those dropped anywhere on the page. What is none gets one sentence and leaves
 * the run as it is.
 * @returns opens a file
 */
export function useRecipeFiles(actions: AppActions, onOpened: () => void): (file: File) => void {
  const latest = useRef(onOpened);
  latest.current = onOpened;
  const importRecipe = useCallback(
    (text: string): void => {
      let raw: unknown;
      try {
        raw = JSON.parse(text);
      } catch {
        actions.notify('problem', 'That file is not a recipe: it is not JSON.', 'the present run');
        return;
      }
      if (!isPlainObject(raw) || raw.schema === undefined) {
        actions.notify(
          'problem',
          'That file is not a recipe: it has no schema.',
          'the present run',
        );
        return;
      }
      const parsed = parseRecipe(raw);
      const unread = parsed.problems.find(({ code }) => code === 'E_RECIPE_VERSION');
      if (unread) {
        actions.notify('problem', unread.message, 'the present run');
        return;
      }
      latest.current();
      actions.dismissAll();
      actions.openRecipe(parsed.recipe);
      actions.report(parsed.problems);
    },
    [actions],
  );
  const importFile = useCallback(
    (file: File): void => {
      void readRecipe(file).then((text) => {
        if (text.ok) importRecipe(text.value);
        else actions.notify('problem', text.error.message, 'the present run');
      });
    },
    [actions, importRecipe],
  );
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      importFile(file);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
    };
  }, [importFile]);
  return importFile;
}
