/*
 * What giving up the pages of a 2 MiB SuperSlab costs, beside unmapping it:
 *   cc -O2 -o madvise scripts/native/madvise.c && ./madvise
 * For 0, 1, 16 and 512 touched pages, CPU ns of a call (least of five means over 500 SuperSlabs), huge pages off;
 * `write` is the store that clears the magic after MADV_DONTNEED, its fault included.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define SS_BYTES (2UL << 20)
#define COUNT 500
enum { FREE, DONTNEED, MUNMAP, WRITE, WAYS };

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static char *map_aligned(void) {
  char *p = mmap(NULL, 2 * SS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *low = (char *)(((uintptr_t)p + SS_BYTES - 1) & ~(SS_BYTES - 1));
  if (low > p) munmap(p, low - p);
  munmap(low + SS_BYTES, p + SS_BYTES - low);
  madvise(low, SS_BYTES, MADV_NOHUGEPAGE);
  return low;
}

int main(void) {
  static char *at[COUNT];
  const int touched[] = {0, 1, 16, 512};
  for (int k = 0; k < 4; k++) {
    double best[WAYS] = {1e18, 1e18, 1e18, 1e18};
    for (int rep = 0; rep < 5; rep++) {
      for (int way = 0; way < WAYS; way++) {
        for (int i = 0; i < COUNT; i++) {
          at[i] = map_aligned();
          for (int p = 0; p < touched[k]; p++) ((volatile char *)at[i])[p * 4096] = 1;
          if (way == WRITE) madvise(at[i], SS_BYTES, MADV_DONTNEED);
        }
        double from = cpu();
        for (int i = 0; i < COUNT; i++) {
          if (way == FREE) madvise(at[i], SS_BYTES, MADV_FREE);
          else if (way == DONTNEED) madvise(at[i], SS_BYTES, MADV_DONTNEED);
          else if (way == MUNMAP) munmap(at[i], SS_BYTES);
          else ((volatile char *)at[i])[0] = 0;
        }
        double each = (cpu() - from) / COUNT;
        if (each < best[way]) best[way] = each;
        if (way != MUNMAP)
          for (int i = 0; i < COUNT; i++) munmap(at[i], SS_BYTES);
      }
    }
    printf("%3d pages: MADV_FREE %.0f, MADV_DONTNEED %.0f, munmap %.0f, write %.0f\n", touched[k], best[FREE],
           best[DONTNEED], best[MUNMAP], best[WRITE]);
  }
  return 0;
}
