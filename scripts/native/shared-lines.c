/*
 * What it costs to change a cache line that another thread has changed, natively: where the prices of atomics
 * come from that docs/time.md lists (costDecrement, costContended, costCentral, costLook, costCopy).
 *
 *   gcc -O2 -pthread shared-lines.c -o shared-lines
 *   ./shared-lines
 *
 * Two threads, each bound to a core of its own. For the table "lines of ..." one of them first changes every
 * line, then the other goes over the same lines in random order and is timed as a whole: nothing runs at the
 * same time, so that a loaded machine only makes some rounds useless. For "both at once" both hammer one line.
 * The lines are those of SuperSlabs of 2 MiB as toy-superslab.c lays them out: a header with the counter, and
 * 32 slab records of 32 bytes with a queue and a free list. Every figure is ns an operation: in each of GROUPS
 * groups the median of ROUNDS rounds, and of these medians the smallest and the largest.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>

#define SS_BYTES (2UL << 20)
#define SLABS 32
#define MOST 1000
#define GROUPS 7
#define ROUNDS 41

struct block {
  struct block *next;
};
struct slab {
  _Atomic(struct block *) remote;
  struct block *free;
  _Atomic uint32_t owner;
  uint32_t acquired;
};
struct superslab {
  int class, acquired;
  _Atomic int active;
  _Atomic int held;
  struct slab slab[SLABS] __attribute__((aligned(64)));
  /* The counter somewhere else: not in the line beside the queue's, which the processor may fetch with it. */
  _Atomic int far_active __attribute__((aligned(512)));
};

static struct superslab *ss[MOST];
static struct block blocks[MOST];
static int order[MOST];
static int n;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}
static void bind_to(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) exit(1);
}
static void shuffle(void) {
  for (int i = 0; i < n; i++) order[i] = i;
  for (int i = n - 1; i > 0; i--) {
    int j = rand() % (i + 1), was = order[i];
    order[i] = order[j];
    order[j] = was;
  }
}

/* What is done to one SuperSlab. */
static inline void push(struct superslab *s, struct block *b) {
  struct block *head = atomic_load_explicit(&s->slab[0].remote, memory_order_relaxed);
  do b->next = head;
  while (!atomic_compare_exchange_weak_explicit(&s->slab[0].remote, &head, b, memory_order_release, memory_order_relaxed));
}
static inline void decrement(struct superslab *s) { atomic_fetch_sub_explicit(&s->active, 1, memory_order_release); }
static inline void decrement_far(struct superslab *s) { atomic_fetch_sub_explicit(&s->far_active, 1, memory_order_release); }
/* A list for all behind a spinning lock, on the lock's line: take it, take a block, put one back. */
static inline void central(struct superslab *s, struct block *b) {
  while (atomic_exchange_explicit(&s->held, 1, memory_order_acquire) != 0)
    while (atomic_load_explicit(&s->held, memory_order_relaxed) != 0) __builtin_ia32_pause();
  s->class++;
  b->next = s->slab[0].free;
  s->slab[0].free = b;
  atomic_store_explicit(&s->held, 0, memory_order_release);
}
/* An owner's free and malloc: its free list, and the counter up and down. */
static inline void own(struct superslab *s) {
  s->slab[0].free = NULL;
  atomic_fetch_add_explicit(&s->active, 1, memory_order_relaxed);
  atomic_fetch_sub_explicit(&s->active, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&s->far_active, 1, memory_order_relaxed);
}
static volatile uintptr_t sink;
/* A look through `slabs` records: has it a free block, or a queue? Nothing is found. */
static inline void look(struct superslab *s, int slabs) {
  uintptr_t seen = 0;
  for (int i = 0; i < slabs && seen == 0; i++)
    seen |= (uintptr_t)s->slab[i].free | (uintptr_t)atomic_load_explicit(&s->slab[i].remote, memory_order_relaxed);
  sink = seen;
}

enum what { DECREMENT, PUSH, PUSH_DECREMENT, PUSH_FAR, CENTRAL, OWN, LOOK_1, LOOK_32, CLEAR };
static const char *name[] = {"decrement", "push", "push and decrement, beside", "push and decrement, far", "central list", "owner's free and malloc", "look, 1 slab", "look, 32 slabs"};
static void pass(enum what what) {
  for (int k = 0; k < n; k++) {
    int i = order[k];
    struct superslab *s = ss[i];
    switch (what) {
      case DECREMENT: decrement(s); break;
      case PUSH: push(s, &blocks[i]); break;
      case PUSH_DECREMENT: push(s, &blocks[i]); decrement(s); break;
      case PUSH_FAR: push(s, &blocks[i]); decrement_far(s); break;
      case CENTRAL: central(s, &blocks[i]); break;
      case OWN: own(s); break;
      case LOOK_1: look(s, 1); break;
      case LOOK_32: look(s, SLABS); break;
      case CLEAR:
        for (int j = 0; j < SLABS; j++) s->slab[j].free = NULL, atomic_store(&s->slab[j].remote, NULL);
        break;
    }
  }
}

/* The helper does what it is told, on the other core. */
static _Atomic int told = -1;
static void *helper(void *unused) {
  bind_to(1);
  for (;;) {
    int what = atomic_load(&told);
    if (what == -2) return unused;
    if (what >= 0) {
      pass(what);
      atomic_store(&told, -1);
    } else sched_yield();
  }
}
static void let_other(enum what what) {
  atomic_store(&told, (int)what);
  while (atomic_load(&told) >= 0) sched_yield();
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double median(double *of, int count) {
  qsort(of, count, sizeof *of, by_size);
  return of[count / 2];
}
static double groups[GROUPS];
static void say(const char *label, const char *where) {
  qsort(groups, GROUPS, sizeof *groups, by_size);
  printf("  %-26s %-44s %7.1f to %.1f\n", label, where, groups[0], groups[GROUPS - 1]);
}

/* Times `what` over lines that the same thread, or the other one, changed last by `before`. */
static void lines(enum what what, enum what before, int other, const char *where) {
  for (int g = 0; g < GROUPS; g++) {
    double each[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      shuffle();
      if (what >= LOOK_1) other ? let_other(CLEAR) : pass(CLEAR);
      else if (other) let_other(before);
      else pass(before);
      double from = now();
      pass(what);
      each[r] = (now() - from) / n;
    }
    groups[g] = median(each, ROUNDS);
  }
  say(name[what], where);
}

/* Both threads at one line at once. */
#define HAMMER 20000
static _Atomic int ready;
static enum what hammered;
static struct superslab *target;
static double hammer_pass(int who) {
  struct block *own_blocks = blocks + who;
  atomic_fetch_add(&ready, 1);
  while (atomic_load(&ready) % 2 != 0) __builtin_ia32_pause();
  double from = now();
  for (int i = 0; i < HAMMER; i++) switch (hammered) {
      case DECREMENT: decrement(target); break;
      case PUSH: push(target, own_blocks); break;
      default: central(target, own_blocks); break;
    }
  return (now() - from) / HAMMER;
}
static void *hammer(void *unused) {
  bind_to(1);
  hammer_pass(1);
  return unused;
}
static void both(enum what what) {
  hammered = what;
  target = ss[0];
  for (int g = 0; g < GROUPS; g++) {
    double each[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      pthread_t t;
      atomic_store(&ready, 0);
      pthread_create(&t, NULL, hammer, NULL);
      each[r] = hammer_pass(0);
      pthread_join(t, NULL);
    }
    groups[g] = median(each, ROUNDS);
  }
  say(name[what], "both at once, one line");
}

/* memcpy, from blocks that were just written and from memory that is in no cache. */
static void copies(void) {
  size_t most = 256UL << 20;
  char *from = malloc(most), *to = malloc(most);
  memset(from, 1, most);
  memset(to, 2, most);
  static const size_t sizes[] = {64, 256, 1024, 4096, 16384, 65536, 1UL << 20};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    size_t size = sizes[k];
    for (int cold = 0; cold < 2; cold++) {
      for (int g = 0; g < GROUPS; g++) {
        double each[ROUNDS];
        static size_t at;
        for (int r = 0; r < ROUNDS; r++) {
          int times = cold ? 16 : 64;
          double ns = 0;
          for (int i = 0; i < times; i++) {
            size_t offset = 0;
            if (cold) {
              at = (at + (5UL << 20) + 8192) % (most - size);
              offset = at & ~(size_t)63;
            }
            double begin = now();
            memcpy(to + offset, from + offset, size);
            __asm__ volatile("" ::: "memory");
            ns += now() - begin;
          }
          each[r] = ns / times;
        }
        groups[g] = median(each, ROUNDS);
      }
      char label[64];
      snprintf(label, sizeof label, "memcpy of %zu B, %s", size, cold ? "not in a cache" : "in cache");
      say("", label);
    }
  }
  for (int g = 0; g < GROUPS; g++) {
    double each[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      double begin = now();
      each[r] = now() - begin;
    }
    groups[g] = median(each, ROUNDS);
  }
  say("", "reading the clock: subtract");
}

int main(void) {
  struct utsname u;
  uname(&u);
  printf("%s %s; ns an operation, smallest and largest of %d medians\n", u.sysname, u.release, GROUPS);
  bind_to(0);
  for (int i = 0; i < MOST; i++) {
    char *p = mmap(NULL, 2 * SS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return 1;
    ss[i] = (struct superslab *)(((uintptr_t)p + SS_BYTES - 1) & ~(SS_BYTES - 1));
    ss[i]->class = 0;
  }
  pthread_t t;
  pthread_create(&t, NULL, helper, NULL);
  static const int counts[] = {6, 60, MOST};
  for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
    n = counts[c];
    printf("%d SuperSlabs\n", n);
    for (int other = 0; other < 2; other++) {
      const char *where = other ? "lines that the other core changed last" : "lines that this core changed last";
      for (enum what what = DECREMENT; what <= CENTRAL; what++) {
        enum what before = what == CENTRAL ? CENTRAL : other ? OWN : what;
        lines(what, before, other, where);
      }
      lines(OWN, other ? PUSH_FAR : OWN, other, where);
      lines(LOOK_1, CLEAR, other, where);
      lines(LOOK_32, CLEAR, other, where);
    }
  }
  atomic_store(&told, -2);
  pthread_join(t, NULL);
  n = 1;
  both(DECREMENT);
  both(PUSH);
  both(CENTRAL);
  copies();
  return 0;
}
