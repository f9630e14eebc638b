import { useState } from 'react';
import { LESSONS } from '../../lessons/list.ts';
import { readProgress } from '../../lessons/progress.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FORGOTTEN, isRemembering, pageStorage } from '../shell/storage.ts';
import { lessonLength } from '../story/length.ts';
import { Length } from '../story/length-line.tsx';

interface Props {
  onPick(id: string): void;
  onClose(): void;
}

/** The course, with what this browser remembers of it. */
export function LessonMenu({ onPick, onClose }: Props) {
  const [progress] = useState(() => readProgress(pageStorage));
  return (
    <Dialog title="Lessons" className="lessons" onClose={onClose}>
      {() => (
        <>
          <ol>
            {LESSONS.map((lesson) => {
              const done = progress[lesson.id];
              return (
                <li key={lesson.id}>
                  <button type="button" onClick={() => onPick(lesson.id)}>
                    <small>{lesson.number}</small>
                    <b>{lesson.title}</b>
                    <span>{lesson.intro}</span>
                    <Length text={lessonLength(lesson)} />
                    <em>
                      {[
                        done?.score === undefined
                          ? ''
                          : `predicted ${Math.round(100 * done.score)} %`,
                        done?.goal ? 'goal reached' : done?.finished ? 'read' : '',
                      ]
                        .filter((text) => text !== '')
                        .join(', ')}
                    </em>
                  </button>
                </li>
              );
            })}
          </ol>
          {!isRemembering() && <p className="lessons-note">{FORGOTTEN}</p>}
        </>
      )}
    </Dialog>
  );
}
