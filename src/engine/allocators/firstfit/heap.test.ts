import { describe, expect, it } from 'vitest';
import { NEED } from '../../telemetry/events.ts';
import { PART } from './layout.ts';
import { PictureHeap } from './testing/heap-picture.ts';

/** Ten blocks of three granules: 32 B between two tags of 8. */
const ten = (...args: ConstructorParameters<typeof PictureHeap>): PictureHeap =>
  new PictureHeap(...args).alloc('ABCDEFGHIJ');
const TEN = 'AaaBbbCccDddEeeFffGggHhhIiiJjj|';

describe('a heap of ten blocks', () => {
  it('lies side by side, in order', () => {
    const heap = ten();
    expect(heap.draw()).toBe(TEN);
    expect(heap.address('B') - heap.address('A')).toBe(48);
    expect(heap.address('A') % 16).toBe(0);
    expect(heap.problems()).toEqual([]);
  });

  it('has room for tags, alignment and the links of a free chunk', () => {
    const sizes = (boundaryTag: 'words8' | 'words16'): number[] =>
      [0, 1, 16, 17, 32, 33].map((size) => {
        const heap = new PictureHeap({ boundaryTag }).alloc('A', size);
        expect(heap.problems()).toEqual([]);
        return heap.heap.sizeOf(0) * 16;
      });
    expect(sizes('words8')).toEqual([32, 32, 32, 48, 48, 64]);
    expect(sizes('words16')).toEqual([48, 48, 48, 64, 64, 80]);
  });

  it('first fit takes the first hole of the list, the last one freed', () => {
    const heap = ten().free('CGE');
    expect(heap.draw()).toBe('AaaBbb[...]Ddd[...]Fff[...]HhhIiiJjj|');
    expect(heap.alloc('X').draw()).toBe('AaaBbb[...]DddXxxFff[...]HhhIiiJjj|');
    expect(heap.alloc('Y').draw()).toBe('AaaBbb[...]DddXxxFffYyyHhhIiiJjj|');
  });

  it('first fit in address order takes the lowest hole, and inserting costs a walk', () => {
    const heap = ten({ freeOrder: 'address' }).free('GCE');
    // G into an empty list, C before G, E after C.
    expect(heap.count('listSteps')).toBe(1);
    expect(heap.alloc('X').draw()).toBe('AaaBbbXxxDdd[...]Fff[...]HhhIiiJjj|');
    expect(heap.problems()).toEqual([]);
  });

  it('best fit takes the smallest hole that is large enough', () => {
    // Holes of 9, 3 and 6 granules; the list begins with the 6.
    const holes = (fit: 'first' | 'best'): PictureHeap =>
      ten({ fit }).free('ABC').free('E').free('GH');
    expect(holes('first').draw()).toBe('[.........]Ddd[...]Fff[......]IiiJjj|');
    expect(holes('first').alloc('X').draw()).toBe('[.........]Ddd[...]FffXxx[...]IiiJjj|');
    expect(holes('best').alloc('X').draw()).toBe('[.........]DddXxxFff[......]IiiJjj|');
    // One granule more would be left over: too little for a chunk.
    expect(holes('best').alloc('X', 64).draw()).toBe('[.........]Ddd[...]FffXxxxxxIiiJjj|');
  });

  it('next fit goes on where the last search ended', () => {
    const heap = ten({ fit: 'next', freeOrder: 'address' }).free('BDFH');
    expect(heap.alloc('X').draw()).toBe('AaaXxxCcc[...]Eee[...]Ggg[...]IiiJjj|');
    // A hole below the rover is not seen until the search has come round.
    expect(heap.free('A').alloc('Y').draw()).toBe('[...]XxxCccYyyEee[...]Ggg[...]IiiJjj|');
    expect(heap.alloc('ZW').draw()).toBe('[...]XxxCccYyyEeeZzzGggWwwIiiJjj|');
    expect(heap.alloc('V').draw()).toBe('VvvXxxCccYyyEeeZzzGggWwwIiiJjj|');
    expect(heap.problems()).toEqual([]);
  });

  it('counts the chunks that a search looks at', () => {
    const heap = ten().free('ACEGI').alloc('X', 100);
    expect(heap.count('listSteps')).toBe(5);
    expect(heap.draw()).toMatch(/Xx+\|$/);
  });
});

describe('splitting', () => {
  it('keeps a rest that is a chunk, at the place of the whole', () => {
    const heap = ten().free('BCD').free('H');
    expect(heap.list()).toEqual([3, 9]);
    expect(heap.alloc('X', 48).draw()).toBe('AaaXxxx[.....]EeeFffGgg[...]IiiJjj|');
    expect(heap.list()).toEqual([3, 5]);
    expect(heap.count('splits')).toBe(1);
    expect(heap.problems()).toEqual([]);
  });

  it('gives the block a rest that is too small', () => {
    const heap = ten().free('B').alloc('X', 16);
    expect(heap.draw()).toBe(TEN.replace('Bbb', 'Xxx'));
    expect(heap.count('splits')).toBe(0);
    expect(heap.heap.use.mapped[PART.rounding]).toBe(16);
  });

  it('needs the rest that the knob says', () => {
    const rests = [32, 112, 128].map((splitRest) =>
      ten({ splitRest }).free('BCD').alloc('X', 16).count('splits'),
    );
    expect(rests).toEqual([1, 1, 0]);
  });
});

describe('coalescing', () => {
  it('1: neither neighbour is free', () => {
    expect(ten().free('C').draw()).toBe('AaaBbb[...]DddEeeFffGggHhhIiiJjj|');
  });
  it('2: the lower one is', () => {
    expect(ten().free('BC').draw()).toBe('Aaa[......]DddEeeFffGggHhhIiiJjj|');
  });
  it('3: the upper one is', () => {
    expect(ten().free('DC').draw()).toBe('AaaBbb[......]EeeFffGggHhhIiiJjj|');
  });
  it('4: both are', () => {
    const heap = ten().free('BDC');
    expect(heap.draw()).toBe('Aaa[.........]EeeFffGggHhhIiiJjj|');
    expect(heap.count('coalesces')).toBe(2);
    expect(heap.list()).toEqual([9]);
  });
  it('the same, in address order, without a walk', () => {
    const heap = ten({ freeOrder: 'address' }).free('BDHF');
    const walked = heap.count('listSteps');
    heap.free('CEG');
    expect(heap.draw()).toBe('Aaa[.....................]IiiJjj|');
    expect(heap.count('listSteps')).toBe(walked);
    expect(heap.problems()).toEqual([]);
  });
  it('with the top, through a free neighbour', () => {
    const heap = ten().free('I');
    expect(heap.free('J').draw()).toBe('AaaBbbCccDddEeeFffGggHhh|');
    expect(heap.list()).toEqual([]);
    expect(heap.problems()).toEqual([]);
  });
  it('does nothing when it is off, and all at once when it is turned on', () => {
    const heap = ten({ coalesce: 'off' }).free('BCDFIJ');
    expect(heap.draw()).toBe('Aaa[...][...][...]Eee[...]GggHhh[...][...]|');
    expect(heap.alloc('X', 64).draw()).toMatch(/Xxxxx\|$/);
    expect(heap.problems()).toEqual([]);
    heap.free('X').turn('coalesce', 'immediate');
    expect(heap.draw()).toBe('Aaa[.........]Eee[...]GggHhh|');
    expect(heap.problems()).toEqual([]);
  });
});

describe('realloc', () => {
  it('stays where the chunk is large enough, and frees what is left over', () => {
    const heap = ten().free('C').alloc('C', 40);
    const big = ten().free('BCD').alloc('X', 128);
    expect(heap.realloc('C', 33)).toBe(-1);
    expect(big.draw()).toBe('AaaXxxxxxxxxEeeFffGggHhhIiiJjj|');
    expect(big.realloc('X', 32)).toBe(-1);
    expect(big.draw()).toBe('AaaXxx[......]EeeFffGggHhhIiiJjj|');
    expect(big.count('reallocsInPlace')).toBe(1);
    expect(big.problems()).toEqual([]);
  });
  it('grows into a free upper neighbour', () => {
    const heap = ten().free('CD');
    expect(heap.realloc('B', 64)).toBe(-1);
    expect(heap.draw()).toBe('AaaBbbbb[....]EeeFffGggHhhIiiJjj|');
    expect(heap.realloc('B', 128)).toBe(-1);
    expect(heap.draw()).toBe('AaaBbbbbbbbbEeeFffGggHhhIiiJjj|');
    expect(heap.list()).toEqual([]);
    expect(heap.problems()).toEqual([]);
  });
  it('grows into the top', () => {
    const heap = ten();
    expect(heap.realloc('J', 64)).toBe(-1);
    expect(heap.draw()).toBe(`${TEN.slice(0, -1)}jj|`);
    expect(heap.problems()).toEqual([]);
  });
  it('moves when it cannot, and copies what there was', () => {
    const heap = ten().free('HI');
    expect(heap.realloc('B', 64)).toBe(32);
    expect(heap.draw()).toBe('Aaa[...]CccDddEeeFffGggBbbbbbJjj|');
    expect(heap.count('reallocsMoved')).toBe(1);
    expect(heap.problems(32)).toEqual([]);
  });
  it('leaves the block alone when there is no memory', () => {
    const heap = ten({}, undefined, 32);
    expect(heap.realloc('B', 1 << 20)).toBe(-2);
    expect(heap.draw()).toBe(TEN);
    expect(heap.refusals).toBe(1);
    expect(heap.problems()).toEqual([]);
  });
});

describe('memalign', () => {
  it.each([32, 64, 256, 4096])('cuts a block at a multiple of %i', (align) => {
    const heap = new PictureHeap().alloc('A').memalign('B', 100, align).alloc('C');
    expect(heap.address('B') % align).toBe(0);
    expect(heap.problems()).toEqual([]);
    expect(heap.free('BAC').draw()).toBe('|');
    expect(heap.problems()).toEqual([]);
  });
  it('leaves a chunk before and after the block free', () => {
    const heap = ten().free('BCDEFGH').memalign('X', 32, 128);
    expect(heap.draw()).toBe('Aaa[....]Xxx[..............]IiiJjj|');
    expect(heap.address('X') % 128).toBe(0);
    expect(heap.problems()).toEqual([]);
  });
});

describe('the break', () => {
  const KIB = { brkStep: 4, trimTop: 4 };

  it('moves up by whole steps, and tells why', () => {
    const heap = new PictureHeap({ brkStep: 8, trimTop: 0 }).alloc('A', 8000).alloc('B', 5000);
    expect(heap.moves).toEqual([
      { pages: 2, request: 8000, reason: NEED.firstUse, freeBytes: 0, freeChunks: 0 },
      { pages: 2, request: 5000, reason: NEED.exhausted, freeBytes: 0, freeChunks: 0 },
    ]);
    expect(heap.problems()).toEqual([]);
  });
  it('moves up though there is room, in pieces', () => {
    const heap = new PictureHeap({ ...KIB, trimTop: 0 });
    heap.alloc('ABCDEFGH', 480).free('ACEG').alloc('X', 1000);
    expect(heap.moves[1]).toEqual({
      pages: 1,
      request: 1000,
      reason: NEED.fragmented,
      freeBytes: 4 * 480,
      freeChunks: 4,
    });
    expect(heap.count('growthsFragmented')).toBe(1);
  });
  it('moves down when the top is free, and no further than the last live block', () => {
    const heap = new PictureHeap(KIB).alloc('ABCD', 4000);
    expect(heap.brk.pages).toBe(4);
    heap.free('AB');
    expect(heap.brk.pages).toBe(4);
    heap.free('D');
    expect(heap.brk.pages).toBe(3);
    heap.free('C');
    expect(heap.draw()).toBe('|');
    expect(heap.brk.pages).toBe(1);
    expect(heap.moves.map(({ pages }) => pages)).toEqual([1, 1, 1, 1, -1, -2]);
    expect(heap.problems()).toEqual([]);
    // What comes back is fresh.
    heap.alloc('A', 4000).alloc('B', 4000);
    expect(heap.heap.use.mapped[PART.free]).toBe(0);
    expect(heap.problems()).toEqual([]);
  });
  it('stays up without trimming, and comes down when that is turned on', () => {
    const heap = new PictureHeap({ ...KIB, trimTop: 0 }).alloc('ABCD', 4000).free('DCBA');
    expect(heap.brk.pages).toBe(4);
    expect(heap.turn('trimTop', 4).brk.pages).toBe(1);
    expect(heap.problems()).toEqual([]);
  });
  it('is refused beyond the limit, and nothing has changed', () => {
    const heap = new PictureHeap({ brkStep: 4 }, undefined, 1).alloc('A', 4000);
    expect(heap.heap.malloc(4000, 1)).toBe(false);
    expect(heap.heap.malloc(2 ** 40, 1)).toBe(false);
    expect(heap.draw()).toMatch(/^Aa+\|$/);
    expect(heap.refusals).toBe(2);
    expect(heap.problems()).toEqual([]);
  });
});

describe('what is resident', () => {
  it('is what tags and the program have written', () => {
    const heap = new PictureHeap({ brkStep: 4 }).alloc('A', 40_000);
    // Header on page 0, footer on page 9, nothing between.
    expect(heap.residentPages).toBe(2);
    expect(heap.heap.use.resident[PART.tags]).toBe(heap.heap.use.mapped[PART.tags]);
    heap.heap.touch(10_000, 1);
    expect(heap.residentPages).toBe(3);
    expect(heap.heap.use.resident[PART.live]).toBeLessThan(3 * 4096);
    expect(heap.problems()).toEqual([]);
  });
});
