import { AddressSpace, HEAP_BASE_PAGE } from '../address-space.ts';
import { REGION_PAGES } from '../page-set.ts';
import {
  ADVICE,
  FAILURE,
  KIND,
  MAP,
  PROT,
  type Prot,
  VM_ACCOUNT,
  VM_HUGE,
  VM_NOHUGE,
  VM_NORESERVE,
  VM_RW,
} from '../vma.ts';

/** Page at which the native window begins (scripts/native/vma-cases.c). */
const WINDOW_PAGE = 0x100000000;
/** Pages below the window that belong to it. */
const BELOW = 2 ** 24;

/** A space that can be looked into. */
class OpenSpace extends AddressSpace {
  /** Entries from the lowest address up, in the notation of the native program. */
  describe(window: number, pages: number): string {
    const out: string[] = [];
    for (let slot = this.tree.first(); slot >= 0; slot = this.tree.below(slot)) {
      const start = this.tree.start[slot];
      const end = this.tree.end[slot];
      const word = this.tree.word[slot];
      const heap = start >= HEAP_BASE_PAGE && end <= this.breakPage;
      if (!heap && (start < window - BELOW || end > window + pages)) continue;
      const flags =
        ((word & VM_NORESERVE) !== 0 ? 'n' : '') +
        ((word & VM_ACCOUNT) !== 0 ? 'a' : '') +
        ((word & VM_HUGE) !== 0 ? 'g' : '') +
        ((word & VM_NOHUGE) !== 0 ? 'h' : '');
      out.unshift(
        `${heap ? `brk${start - HEAP_BASE_PAGE}` : start - window}+${end - start}:` +
          `${(word & VM_RW) !== 0 ? 'rw' : 'none'}:${flags}:` +
          `${this.pages.residentIn(start, end)}:${this.pages.lazyIn(start, end)}`,
      );
    }
    return out.join(' ');
  }
}

/** Carries out steps of the native program's language on our own address space. */
export class Replay {
  readonly space = new OpenSpace(1, 10);
  window = WINDOW_PAGE;
  pages = BELOW;
  limit = Infinity;

  /** @param tables answers end with the pages of page tables */
  constructor(private readonly tables = false) {
    this.space.thp = 'madvise';
  }

  /** @returns what the native program answers: the result, then the entries */
  step(line: string): string {
    const result = this.act(line.split(' '));
    const entries = this.describe();
    const answer = entries === '' ? `${result} |` : `${result} | ${entries}`;
    return this.tables ? `${answer} | ${this.space.pages.pageTablePages}` : answer;
  }

  /** Entries of the window and of the heap. */
  describe(): string {
    return this.space.describe(this.window, this.pages);
  }

  private act(words: readonly string[]): string {
    const { space, limit } = this;
    const [op] = words;
    const page = this.window + Number(words[1]);
    const pages = Number(words[2]);
    switch (op) {
      case 'map':
        if (limit < space.entries) return 'ENOMEM';
        if (!space.isFree(page, pages)) return 'EEXIST';
        return this.said(
          space.mapAt(page, pages, KIND.other, prot(words[3]), limit, flags(words[4])),
        );
      case 'fix':
        return this.said(
          space.mapAt(page, pages, KIND.other, prot(words[3]), limit, flags(words[4])),
        );
      case 'anchor':
        return this.anchor(Number(words[1]));
      case 'place': {
        const at = space.map(KIND.other, Number(words[1]), prot(words[2]), limit, flags(words[3]));
        return at < 0 ? 'ENOMEM' : String(at - this.window);
      }
      case 'unmap':
        return this.said(space.unmap(page, pages, limit));
      case 'protect':
        return this.said(space.protect(page, pages, prot(words[3]), limit));
      case 'dontneed':
        return this.said(space.advise(page, pages, ADVICE.dontneed, limit));
      case 'free':
        return this.said(space.advise(page, pages, ADVICE.free, limit));
      case 'huge':
        return this.said(space.advise(page, pages, ADVICE.hugepage, limit), true);
      case 'nohuge':
        return this.said(space.advise(page, pages, ADVICE.nohugepage, limit), true);
      case 'touch':
        space.touch(page, pages);
        return 'ok';
      case 'brk':
        return this.said(space.brk(Number(words[1]), limit) >= 0);
      case 'room':
        this.limit = space.entries + Number(words[1]);
        return 'ok';
      default:
        throw new Error(`unknown step ${words.join(' ')}`);
    }
  }

  /** The native anchor has nothing above it that could take a mapping, and lies at a whole region. */
  private anchor(pages: number): string {
    const { space } = this;
    const at = space.map(KIND.other, pages, PROT.none, Infinity);
    for (;;) {
      const plug = space.map(KIND.other, 1, PROT.none, Infinity, MAP.noreserve);
      if (plug > at) continue;
      space.unmap(plug, 1, Infinity);
      break;
    }
    if (at % REGION_PAGES !== 0) throw new Error('an anchor is a number of whole regions');
    this.window = at;
    this.pages = pages;
    return 'ok';
  }

  /** Advice that needs a split and cannot have it answers EAGAIN, everything else ENOMEM. */
  private said(ok: boolean, advice = false): string {
    if (ok) return 'ok';
    return advice && this.space.failure === FAILURE.limit ? 'EAGAIN' : 'ENOMEM';
  }
}

const prot = (text: string): Prot => (text === 'rw' ? PROT.rw : PROT.none);
const flags = (text = ''): number =>
  (text.includes('n') ? MAP.noreserve : 0) + (text.includes('s') ? MAP.stack : 0);
