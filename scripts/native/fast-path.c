/*
 * What finding a block's SuperSlab costs, and what a call costs, natively: where the prices of the fast path's
 * toggles come from that docs/time.md lists (costLookup, costCall).
 *
 *   gcc -O2 fast-path.c -o fast-path
 *   ./fast-path
 *
 * N SuperSlabs of 2 MiB, of which a header is touched; blocks of all of them are looked up in random order:
 *   header    the byte before the block says its class
 *   mask      the pointer's upper bits are the SuperSlab's address, whose header has magic and class
 *   hash      the upper bits are hashed (FNV-1a) into buckets with chains, as many buckets as SuperSlabs, then the mask's line
 *   registry  an array of addresses is searched from its start, for a SuperSlab in its middle on average
 * Every round frees as well: the block's first word is written, so that its own line is paid by all of them alike.
 * A call is a push and a pop of a list, by functions that may be inlined and by those that may not. Every figure is
 * ns an operation: of GROUPS groups the median of ROUNDS rounds, and of these medians the smallest and the largest.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define SS_BYTES (2UL << 20)
#define MOST 1000
#define GROUPS 7
#define ROUNDS 41
#define LOOKS 4096

struct superslab {
  uint64_t magic;
  int class;
};
struct entry {
  uintptr_t base;
  struct superslab *ss;
  struct entry *next;
};

static char *base[MOST];
static struct entry entries[MOST], *buckets[1024];
static uintptr_t registry[MOST];
static char *blocks[LOOKS];
static int n, mask;
static volatile int sink;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}
static inline uint32_t fnv(uintptr_t key) {
  uint32_t h = 2166136261u;
  for (int i = 0; i < 8; i++, key >>= 8) h = (h ^ (key & 255)) * 16777619u;
  return h;
}

static inline int by_nothing(char *p) { return (int)(intptr_t)p & 1; }
static inline int by_header(char *p) { return p[-1] & 15; }
static inline int by_mask(char *p) {
  struct superslab *s = (struct superslab *)((uintptr_t)p & ~(SS_BYTES - 1));
  return s->magic == 42 ? s->class : -1;
}
static inline int by_hash(char *p) {
  uintptr_t at = (uintptr_t)p & ~(SS_BYTES - 1);
  for (struct entry *e = buckets[fnv(at) & mask]; e; e = e->next)
    if (e->base == at) return e->ss->class;
  return -1;
}
static inline int by_registry(char *p) {
  uintptr_t at = (uintptr_t)p & ~(SS_BYTES - 1);
  for (int i = 0; i < n; i++)
    if (registry[i] == at) return ((struct superslab *)at)->class;
  return -1;
}

#define ROUND(look)                              \
  static double round_##look(void) {             \
    int sum = 0;                                 \
    double from = now();                         \
    for (int i = 0; i < LOOKS; i++) {            \
      sum += look(blocks[i]);                    \
      *(char **)blocks[i] = (char *)(intptr_t)sum; \
    }                                            \
    double took = now() - from;                  \
    sink = sum;                                  \
    return took / LOOKS;                         \
  }
ROUND(by_nothing)
ROUND(by_header)
ROUND(by_mask)
ROUND(by_hash)
ROUND(by_registry)

struct block {
  struct block *next;
};
static struct block *volatile head;
static inline void push(struct block *b) { b->next = head; head = b; }
static inline struct block *pop(void) { struct block *b = head; head = b->next; return b; }
static __attribute__((noinline)) void push_called(struct block *b) { b->next = head; head = b; __asm__ volatile("" ::: "memory"); }
static __attribute__((noinline)) struct block *pop_called(void) { struct block *b = head; head = b->next; __asm__ volatile("" ::: "memory"); return b; }
static double round_inlined(void) {
  double from = now();
  for (int i = 0; i < LOOKS; i++) push(pop());
  return (now() - from) / LOOKS / 2;
}
static double round_called(void) {
  double from = now();
  for (int i = 0; i < LOOKS; i++) push_called(pop_called());
  return (now() - from) / LOOKS / 2;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}
static void measure(const char *name, double (*round)(void)) {
  double least = 1e9, most = 0;
  for (int g = 0; g < GROUPS; g++) {
    double took[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) took[i] = round();
    qsort(took, ROUNDS, sizeof *took, by_value);
    if (took[ROUNDS / 2] < least) least = took[ROUNDS / 2];
    if (took[ROUNDS / 2] > most) most = took[ROUNDS / 2];
  }
  printf("  %-10s %6.1f to %6.1f\n", name, least, most);
}

int main(void) {
  static const int sizes[] = {6, 60, 1000};
  for (int i = 0; i < MOST; i++) {
    char *at = mmap(0, 2 * SS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return 1;
    base[i] = (char *)(((uintptr_t)at + SS_BYTES - 1) & ~(SS_BYTES - 1));
    ((struct superslab *)base[i])->magic = 42;
    ((struct superslab *)base[i])->class = i & 7;
  }
  for (int s = 0; s < 3; s++) {
    n = sizes[s];
    for (mask = 1; mask < n;) mask *= 2;
    mask--;
    for (int i = 0; i <= mask; i++) buckets[i] = 0;
    for (int i = 0; i < n; i++) {
      uintptr_t at = registry[i] = (uintptr_t)base[i];
      struct entry **b = &buckets[fnv(at) & mask];
      entries[i] = (struct entry){at, (struct superslab *)at, *b};
      *b = &entries[i];
    }
    srand(1);
    for (int i = 0; i < LOOKS; i++) blocks[i] = base[rand() % n] + 1024 + 64 * (rand() % 512) + 16;
    printf("%d SuperSlabs\n", n);
    measure("none", round_by_nothing);
    measure("header", round_by_header);
    measure("mask", round_by_mask);
    measure("hash", round_by_hash);
    measure("registry", round_by_registry);
  }
  static struct block one;
  head = &one;
  printf("a list's push or pop\n");
  measure("inlined", round_inlined);
  measure("called", round_called);
}
