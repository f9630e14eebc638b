/*
 * A toy allocator of the tiny model's shape under a faithful Larson, natively: what the engine's cost
 * clock is compared with (docs/time.md).
 *
 *   gcc -O2 -pthread toy-superslab.c -o toy-superslab
 *   ./toy-superslab run POLICY [seconds=3] [trim ms=100] [profile=0] [recycled MB=0]
 *   ./toy-superslab units
 *   ./toy-superslab hold MB SECONDS
 *
 * POLICY: shipped (remote frees are not counted, nothing is trimmed), fix (counted, and a thread trims
 * every so many ms, keeping two empties a class), adopt (a thread that needs memory takes an orphan),
 * count (shipped, but remote frees are counted: what the decrement costs), central (one owner for all, one
 * spinning lock around every malloc and free).
 * Larson is `8 128 1024 1 12345 4`: sizes 8 to 127, 1,024 places a thread, a life of 1,024 swaps, seed,
 * four chains; threads are detached. `recycled MB` touches and returns so much memory first, so that
 * page frames come from what this (virtual) machine has used before. `hold` takes that memory away from
 * the others meanwhile: it touches so much, says what each GiB cost a page, and keeps it. Once that cost
 * has risen from 2 to 5 us and more, a run started beside it gets frames that a virtual machine has not
 * used, or has reported to its host as free.
 * `profile` reads the thread's CPU clock (a system call) around slow paths, which slows a run down.
 * A run ends when its time is up or when the kernel refuses a mapping (vm.max_map_count).
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
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SS_BYTES (2UL << 20)
#define SLAB_BYTES (64UL << 10)
#define SLABS 32
#define HEADER 2048
#define CLASSES 8
#define CHAINS 4
#define PLACES 1024
#define ROUNDS 1
#define MIN_SIZE 8
#define MAX_SIZE 128
#define SEED 12345

enum policy { SHIPPED, FIX, ADOPT, COUNT, CENTRAL };
static enum policy policy;
static int counted;
static int profile;

static double clock_ns(clockid_t id) {
  struct timespec t;
  clock_gettime(id, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}
static double wall(void) { return clock_ns(CLOCK_MONOTONIC); }
static double thread_cpu(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

/* Where CPU time goes, profile runs only: clock reads are system calls and slow the run down. */
enum part { P_MAP, P_LINK, P_CREATE, P_REFILL, P_UNMAP, P_VISIT, PARTS };
static const char *part_name[PARTS] = {"map", "link", "create", "refill", "munmap", "visit"};
static __thread double part_ns[PARTS];
static double total_ns[PARTS];
static double begin(void) { return profile ? thread_cpu() : 0; }
static void end(enum part p, double from) {
  if (profile) part_ns[p] += thread_cpu() - from;
}

/* SuperSlabs */
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
  int class;
  int acquired;
  _Atomic int active;
  _Atomic int current;
  int orphan, kept;
  struct superslab *all_next, *all_prev;       /* registry */
  struct superslab *own_next, *own_prev, **own_head;
  struct superslab *orphan_next, *orphan_prev; /* orphans of a class, newest first */
  struct superslab *kept_next, *kept_prev;
  struct superslab *dead_next; /* being unmapped */
  struct slab slab[SLABS];
};
_Static_assert(sizeof(struct superslab) <= HEADER, "header");

static pthread_mutex_t lists = PTHREAD_MUTEX_INITIALIZER;
static struct superslab *all, *orphans[CLASSES], *kept[CLASSES];
static _Atomic uint32_t lives = 1;
static _Atomic long mapped, unmapped, adopted, reused, passes, visits, drained;
static _Atomic int stop, refused;

struct thread {
  struct slab *current[CLASSES];
  struct superslab *owned;
  uint32_t life;
  long remote_frees;
};
static __thread struct thread self;
/* Under CENTRAL: whose memory all of it is, and the lock in front of it. */
static struct thread one;
static _Atomic int one_held __attribute__((aligned(128)));
static inline struct thread *me(void) { return policy == CENTRAL ? &one : &self; }
static inline void hold_one(void) {
  if (policy != CENTRAL) return;
  for (int spins = 0; atomic_exchange_explicit(&one_held, 1, memory_order_acquire) != 0;)
    while (atomic_load_explicit(&one_held, memory_order_relaxed) != 0)
      if (++spins < 200) __builtin_ia32_pause();
      else sched_yield();
}
static inline void leave_one(void) {
  if (policy == CENTRAL) atomic_store_explicit(&one_held, 0, memory_order_release);
}
static long remote_total;
static pthread_mutex_t totals = PTHREAD_MUTEX_INITIALIZER;

#define PUSH(head, ss, next, prev) \
  do { \
    (ss)->prev = NULL; \
    (ss)->next = (head); \
    if ((head) != NULL) (head)->prev = (ss); \
    (head) = (ss); \
  } while (0)
#define TAKE(head, ss, next, prev) \
  do { \
    if ((ss)->prev != NULL) (ss)->prev->next = (ss)->next; \
    else (head) = (ss)->next; \
    if ((ss)->next != NULL) (ss)->next->prev = (ss)->prev; \
  } while (0)

static struct superslab *ss_of(void *p) {
  return (struct superslab *)((uintptr_t)p & ~(SS_BYTES - 1));
}
static size_t bytes_of(int c) { return 8UL << c; }
static int class_of(size_t size) { return size <= 8 ? 0 : 64 - __builtin_clzl(size - 1) - 3; }

/* Twice the size, both ends given back: three calls. */
static void *map_aligned(void) {
  char *p = mmap(NULL, 2 * SS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  char *low = (char *)(((uintptr_t)p + SS_BYTES - 1) & ~(SS_BYTES - 1));
  /* A region that the kernel has aligned is cut at its upper end only: the engine's address space does that too. */
  if (low > p) munmap(p, low - p);
  munmap(low + SS_BYTES, p + SS_BYTES - low);
  return low;
}

static void link_slab(struct superslab *ss, int i) {
  double from = begin();
  size_t bytes = bytes_of(ss->class);
  char *at = (char *)ss + i * SLAB_BYTES + (i == 0 ? HEADER : 0);
  char *last = (char *)ss + (i + 1) * SLAB_BYTES - bytes;
  ss->slab[i].free = (struct block *)at;
  for (; at < last; at += bytes) ((struct block *)at)->next = (struct block *)(at + bytes);
  ((struct block *)at)->next = NULL;
  end(P_LINK, from);
}

static int drain(struct slab *s) {
  if (atomic_load_explicit(&s->remote, memory_order_relaxed) == NULL) return 0;
  struct block *head = atomic_exchange(&s->remote, NULL), *tail = head;
  long n = 1;
  while (tail->next != NULL) tail = tail->next, n++;
  tail->next = s->free;
  s->free = head;
  if (profile) atomic_fetch_add_explicit(&drained, n, memory_order_relaxed);
  return 1;
}

static struct slab *acquire_slab(struct superslab *ss) {
  struct slab *s = &ss->slab[ss->acquired];
  atomic_store(&s->owner, me()->life);
  link_slab(ss, ss->acquired++);
  return s;
}
static struct slab *find_room(struct superslab *ss) {
  for (int i = 0; i < ss->acquired; i++) {
    struct slab *s = &ss->slab[i];
    if (s->free != NULL || (drain(s) && s->free != NULL)) return s;
  }
  return ss->acquired < SLABS ? acquire_slab(ss) : NULL;
}
/* With `lists` held. */
static void take_over(struct superslab *ss) {
  if (ss->kept) {
    TAKE(kept[ss->class], ss, kept_next, kept_prev);
    ss->kept = 0;
  }
  if (ss->orphan) {
    TAKE(orphans[ss->class], ss, orphan_next, orphan_prev);
    ss->orphan = 0;
  } else if (ss->own_head != NULL) TAKE(*ss->own_head, ss, own_next, own_prev);
  ss->own_head = &me()->owned;
  PUSH(me()->owned, ss, own_next, own_prev);
  for (int i = 0; i < ss->acquired; i++) {
    drain(&ss->slab[i]);
    atomic_store(&ss->slab[i].owner, me()->life);
  }
}
static struct slab *set_current(int c, struct slab *s) {
  struct slab *before = me()->current[c];
  struct superslab *ss = ss_of(s);
  if (before != NULL && ss_of(before) != ss) atomic_store(&ss_of(before)->current, 0);
  atomic_store(&ss->current, 1);
  me()->current[c] = s;
  return s;
}

static struct slab *map_superslab(int c) {
  double from = begin();
  struct superslab *ss = map_aligned();
  end(P_MAP, from);
  if (ss == NULL) {
    atomic_store(&refused, 1);
    return NULL;
  }
  atomic_fetch_add_explicit(&mapped, 1, memory_order_relaxed);
  ss->class = c;
  atomic_store(&ss->current, 1);
  struct slab *s = acquire_slab(ss);
  pthread_mutex_lock(&lists);
  PUSH(all, ss, all_next, all_prev);
  ss->own_head = &me()->owned;
  PUSH(me()->owned, ss, own_next, own_prev);
  pthread_mutex_unlock(&lists);
  return set_current(c, s);
}
static struct slab *refill_slow(int c) {
  struct slab *s = me()->current[c];
  if (s != NULL) {
    if (drain(s)) return s;
    struct slab *found = find_room(ss_of(s));
    if (found != NULL) return set_current(c, found);
  }
  if (policy == FIX || policy == ADOPT) {
    struct slab *found = NULL;
    pthread_mutex_lock(&lists);
    struct superslab *ss = kept[c];
    if (ss != NULL) {
      take_over(ss);
      atomic_store(&ss->current, 1);
      atomic_fetch_add_explicit(&reused, 1, memory_order_relaxed);
      found = find_room(ss);
    }
    while (found == NULL && policy == ADOPT && (ss = orphans[c]) != NULL) {
      take_over(ss);
      atomic_fetch_add_explicit(&adopted, 1, memory_order_relaxed);
      found = find_room(ss);
    }
    pthread_mutex_unlock(&lists);
    if (found != NULL) return set_current(c, found);
  }
  return map_superslab(c);
}
static __attribute__((noinline)) struct slab *refill(int c) {
  double from = begin(), inner = part_ns[P_MAP] + part_ns[P_LINK];
  struct slab *s = refill_slow(c);
  if (profile) {
    inner = part_ns[P_MAP] + part_ns[P_LINK] - inner;
    part_ns[P_REFILL] += thread_cpu() - from - inner;
  }
  return s;
}

static inline void *toy_malloc(size_t size) {
  int c = class_of(size);
  hold_one();
  struct slab *s = me()->current[c];
  if (s == NULL || s->free == NULL) {
    s = refill(c);
    if (s == NULL) {
      leave_one();
      return NULL;
    }
  }
  struct block *b = s->free;
  s->free = b->next;
  atomic_fetch_add_explicit(&ss_of(s)->active, 1, memory_order_relaxed);
  leave_one();
  return b;
}
static inline void toy_free(void *p) {
  struct superslab *ss = ss_of(p);
  struct slab *s = &ss->slab[((uintptr_t)p / SLAB_BYTES) % SLABS];
  struct block *b = p;
  hold_one();
  if (atomic_load_explicit(&s->owner, memory_order_relaxed) == me()->life) {
    b->next = s->free;
    s->free = b;
    atomic_fetch_sub_explicit(&ss->active, 1, memory_order_release);
    leave_one();
    return;
  }
  self.remote_frees++;
  struct block *head = atomic_load_explicit(&s->remote, memory_order_relaxed);
  do b->next = head;
  while (!atomic_compare_exchange_weak_explicit(&s->remote, &head, b, memory_order_release, memory_order_relaxed));
  /* The last touch of the SuperSlab: from here on a trim may unmap it. */
  if (counted) atomic_fetch_sub_explicit(&ss->active, 1, memory_order_release);
}
static void orphan_all(void) {
  if (policy == CENTRAL) return;
  pthread_mutex_lock(&lists);
  for (struct superslab *ss = me()->owned, *next; ss != NULL; ss = next) {
    next = ss->own_next;
    ss->orphan = 1;
    ss->own_head = NULL;
    atomic_store(&ss->current, 0);
    PUSH(orphans[ss->class], ss, orphan_next, orphan_prev);
  }
  me()->owned = NULL;
  memset(me()->current, 0, sizeof me()->current);
  pthread_mutex_unlock(&lists);
}

static double trim_cpu, trim_wall;
static void trim(void) {
  int reserve[CLASSES];
  for (int c = 0; c < CLASSES; c++) reserve[c] = 2;
  struct superslab *dead = NULL;
  long n = 0, looked = 0;
  double from = begin();
  pthread_mutex_lock(&lists);
  for (struct superslab *ss = all, *next; ss != NULL; ss = next) {
    next = ss->all_next;
    looked++;
    if (atomic_load_explicit(&ss->active, memory_order_acquire) != 0 || atomic_load(&ss->current)) continue;
    if (reserve[ss->class] > 0) {
      reserve[ss->class]--;
      if (!ss->kept) PUSH(kept[ss->class], ss, kept_next, kept_prev);
      ss->kept = 1;
      continue;
    }
    if (ss->kept) TAKE(kept[ss->class], ss, kept_next, kept_prev);
    if (ss->orphan) TAKE(orphans[ss->class], ss, orphan_next, orphan_prev);
    else if (ss->own_head != NULL) TAKE(*ss->own_head, ss, own_next, own_prev);
    TAKE(all, ss, all_next, all_prev);
    ss->dead_next = dead;
    dead = ss;
  }
  pthread_mutex_unlock(&lists);
  end(P_VISIT, from);
  from = begin();
  while (dead != NULL) {
    struct superslab *next = dead->dead_next;
    munmap(dead, SS_BYTES);
    n++;
    dead = next;
  }
  end(P_UNMAP, from);
  atomic_fetch_add(&unmapped, n);
  atomic_fetch_add(&visits, looked);
  atomic_fetch_add(&passes, 1);
}
static void add_parts(void) {
  pthread_mutex_lock(&totals);
  for (int p = 0; p < PARTS; p++) total_ns[p] += part_ns[p];
  remote_total += self.remote_frees;
  pthread_mutex_unlock(&totals);
}
static long trim_ms;
static void *trimmer(void *unused) {
  struct timespec t = {trim_ms / 1000, trim_ms % 1000 * 1000000L};
  while (!atomic_load(&stop)) {
    nanosleep(&t, NULL);
    double from = wall();
    trim();
    trim_wall += wall() - from;
  }
  trim_cpu = thread_cpu();
  add_parts();
  return unused;
}

/* Larson (larson.cpp of mimalloc-bench) */
struct lran2 {
  long x, y, v[97];
};
static void lran2_init(struct lran2 *d, long seed) {
  long x = (150889 - seed) % 714025;
  if (x < 0) x = -x;
  for (int j = 0; j < 97; j++) d->v[j] = x = (1366 * x + 150889) % 714025;
  d->x = d->y = (1366 * x + 150889) % 714025;
}
static long lran2(struct lran2 *d) {
  int j = d->y % 97;
  d->y = d->v[j];
  d->v[j] = d->x = (1366 * d->x + 150889) % 714025;
  return d->y;
}
static size_t draw_size(struct lran2 *d) { return MIN_SIZE + lran2(d) % (MAX_SIZE - MIN_SIZE); }
struct chain {
  struct lran2 rng;
  char **array;
  long swaps;
  _Atomic int ended;
} __attribute__((aligned(256)));
static struct chain chains[CHAINS];
static char *blocks[CHAINS * PLACES];
static pthread_attr_t detached;

static void touch(char *p, size_t size) {
  p[0] = 1;
  ((volatile char *)p)[size - 1] = 2;
}
static void *life(void *arg) {
  struct chain *chain = arg;
  self.life = atomic_fetch_add(&lives, 1) + 1;
  int failed = 0;
  for (long i = 0; i < PLACES * ROUNDS; i++) {
    long victim = lran2(&chain->rng) % PLACES;
    toy_free(chain->array[victim]);
    size_t size = draw_size(&chain->rng);
    char *p = toy_malloc(size);
    if (p == NULL) {
      failed = 1;
      break;
    }
    touch(p, size);
    chain->array[victim] = p;
    chain->swaps++;
    if (atomic_load_explicit(&stop, memory_order_relaxed)) break;
  }
  int go_on = !failed && !atomic_load(&stop) && !atomic_load(&refused);
  pthread_t next;
  double from = begin();
  if (go_on && pthread_create(&next, &detached, life, chain) != 0) go_on = 0, atomic_store(&refused, 1);
  end(P_CREATE, from);
  orphan_all();
  add_parts();
  if (!go_on) atomic_store(&chain->ended, 1);
  return NULL;
}

static void recycle(size_t bytes) {
  if (bytes == 0) return;
  char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  madvise(p, bytes, MADV_NOHUGEPAGE);
  for (size_t o = 0; o < bytes; o += 4096) p[o] = 1;
  munmap(p, bytes);
}

static int run(int argc, char **argv) {
  const char *name = argc > 2 ? argv[2] : "shipped";
  policy = SHIPPED;
  static const char *names[] = {"shipped", "fix", "adopt", "count", "central"};
  for (int i = SHIPPED; i <= CENTRAL; i++)
    if (strcmp(name, names[i]) == 0) policy = i;
  double seconds = argc > 3 ? atof(argv[3]) : 3;
  trim_ms = argc > 4 ? atol(argv[4]) : 100;
  profile = argc > 5 ? atoi(argv[5]) : 0;
  recycle((argc > 6 ? atol(argv[6]) : 0) << 20);
  counted = policy == FIX || policy == COUNT;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  self.life = 1;
  one.life = 1;
  struct lran2 rng;
  lran2_init(&rng, SEED);
  long n = CHAINS * PLACES;
  for (long i = 0; i < n; i++) {
    size_t size = draw_size(&rng);
    touch(blocks[i] = toy_malloc(size), size);
  }
  for (long left = n; left > 0; left--) {
    long at = lran2(&rng) % left;
    char *kept_block = blocks[at];
    blocks[at] = blocks[left - 1];
    blocks[left - 1] = kept_block;
  }
  for (long i = 0; i < 4 * n; i++) {
    long at = lran2(&rng) % n;
    toy_free(blocks[at]);
    size_t size = draw_size(&rng);
    touch(blocks[at] = toy_malloc(size), size);
  }
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), from = wall();
  pthread_t trim_thread;
  if (policy == FIX) pthread_create(&trim_thread, NULL, trimmer, NULL);
  for (int i = 0; i < CHAINS; i++) {
    lran2_init(&chains[i].rng, lran2(&rng));
    chains[i].array = blocks + i * PLACES;
    pthread_t t;
    pthread_create(&t, &detached, life, &chains[i]);
  }
  while (wall() - from < seconds * 1e9 && !atomic_load(&refused)) usleep(1000);
  double took = wall() - from;
  cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  getrusage(RUSAGE_SELF, &after);
  long ops = 0;
  for (int i = 0; i < CHAINS; i++) ops += chains[i].swaps;
  atomic_store(&stop, 1);
  for (int i = 0; i < CHAINS; i++)
    while (!atomic_load(&chains[i].ended)) usleep(100);
  if (policy == FIX) pthread_join(trim_thread, NULL);
  usleep(20000);
#define SECONDS(t) ((t).tv_sec + (t).tv_usec / 1e6)
  double sys = SECONDS(after.ru_stime) - SECONDS(before.ru_stime), user = SECONDS(after.ru_utime) - SECONDS(before.ru_utime);
  printf("%-7s%s ops %9ld in %.2f s%s: %.2f Mops/s, cpu %.1f ns/op (user %.1f sys %.1f)", name,
         policy == FIX ? (trim_ms == 100 ? " 100ms" : " 10ms ") : "      ", ops, took / 1e9, refused ? " LIMIT" : "", ops / took * 1e3,
         cpu / ops, user * 1e9 / ops, sys * 1e9 / ops);
  printf("; lives %u mapped %ld unmapped %ld reused %ld adopted %ld faults %ld remote %.1f %% maxrss %ld MB switches %ld+%ld\n", lives - 1, mapped, unmapped,
         reused, adopted, after.ru_minflt - before.ru_minflt, 100.0 * remote_total / ops, after.ru_maxrss >> 10,
         after.ru_nvcsw - before.ru_nvcsw, after.ru_nivcsw - before.ru_nivcsw);
  if (policy == FIX) printf("        trim: %ld passes, %ld visits, cpu %.0f ms, wall %.0f ms\n", passes, visits, trim_cpu / 1e6, trim_wall / 1e6);
  if (profile) {
    printf("        cpu ns/op:");
    for (int p = 0; p < PARTS; p++) printf(" %s %.1f", part_name[p], total_ns[p] / ops);
    printf("; per SuperSlab mapped: map %.0f link %.0f; per life: create %.0f; drained blocks %ld\n", total_ns[P_MAP] / mapped, total_ns[P_LINK] / mapped,
           total_ns[P_CREATE] / (lives - 1), drained);
  }
  return 0;
}

/* Unit costs, CPU ns of the calling thread. */
#define TIMES(label, n, body) \
  do { \
    double best_ = 1e18; \
    for (int rep_ = 0; rep_ < 5; rep_++) { \
      double from_ = thread_cpu(); \
      for (long i = 0; i < (n); i++) { body; } \
      double each_ = (thread_cpu() - from_) / (n); \
      if (each_ < best_) best_ = each_; \
    } \
    printf("%-56s %9.1f ns\n", label, best_); \
  } while (0)

static void *nothing(void *arg) { return arg; }
static struct superslab *many[60000];
static void measure_maps(long standing) {
  long n = 2000;
  static double map, fault, link, again, unmap, empty;
  map = fault = link = again = unmap = empty = 1e18;
  struct superslab **at = many + standing;
#define BEST(var, n_, body) \
  do { \
    double from_ = thread_cpu(); \
    for (long i = 0; i < n; i++) { body; } \
    double each_ = (thread_cpu() - from_) / (n_); \
    if (each_ < var) var = each_; \
  } while (0)
  for (int rep = 0; rep < 5; rep++) {
    BEST(map, n, at[i] = map_aligned());
    BEST(fault, n * 16, for (int p = 0; p < 16; p++) ((volatile char *)at[i])[p * 4096] = 1);
    BEST(link, n, at[i]->class = 0; link_slab(at[i], 0));
    BEST(unmap, n, munmap(at[i], SS_BYTES));
    BEST(map, n, at[i] = map_aligned());
    BEST(again, n, at[i]->class = 0; link_slab(at[i], 0));
    BEST(unmap, n, munmap(at[i], SS_BYTES));
    BEST(map, n, at[i] = map_aligned());
    BEST(empty, n, munmap(at[i], SS_BYTES));
  }
  printf("with %5ld entries more: map and trim %.0f, fault %.0f a page, link 8 B blocks %.0f resident / %.0f fresh, munmap %.0f untouched / %.0f of 16 pages\n",
         standing, map, fault, link, again, empty, unmap);
}
struct push {
  _Atomic(struct block *) head;
  _Atomic int go;
} __attribute__((aligned(256)));
static struct push queue;
static double push_ns[2];
static void *pusher(void *arg) {
  static struct block own[2][1000000];
  long who = (long)arg;
  memset(own[who], 1, sizeof own[who]);
  atomic_fetch_add(&queue.go, 1);
  while (atomic_load(&queue.go) < 2) sched_yield();
  double from = thread_cpu();
  for (long i = 0; i < 1000000; i++) {
    struct block *b = &own[who][i], *head = atomic_load_explicit(&queue.head, memory_order_relaxed);
    do b->next = head;
    while (!atomic_compare_exchange_weak(&queue.head, &head, b));
  }
  push_ns[who] = (thread_cpu() - from) / 1e6;
  return NULL;
}
/* Faults in an old mapping beside a thread that maps and unmaps all the time. */
static void *mapper(void *arg) {
  while (!atomic_load(&stop)) {
    void *ss = map_aligned();
    if (ss != NULL) munmap(ss, SS_BYTES);
  }
  return arg;
}
static double fault_ns(void) {
  size_t bytes = 512UL << 20;
  double best = 1e18;
  for (int rep = 0; rep < 4; rep++) {
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    madvise(p, bytes, MADV_NOHUGEPAGE);
    double cpu = thread_cpu();
    for (size_t o = 0; o < bytes; o += 4096) p[o] = 1;
    cpu = (thread_cpu() - cpu) / (bytes / 4096);
    if (cpu < best) best = cpu;
    munmap(p, bytes);
  }
  return best;
}
static int units(void) {
  struct utsname u;
  uname(&u);
  printf("%s %s\n", u.sysname, u.release);
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t t;
  TIMES("clock_gettime(thread cpu): subtract per reading", 100000, thread_cpu());
  self.life = 2;
  recycle(512UL << 20);
  size_t fresh = 1UL << 30;
  char *p = mmap(NULL, fresh, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  madvise(p, fresh, MADV_NOHUGEPAGE);
  double from = thread_cpu();
  for (size_t o = 0; o < fresh; o += 4096) p[o] = 1;
  printf("%-56s %9.1f ns\n", "fault in one large mapping, frames as they come", (thread_cpu() - from) / (fresh / 4096));
  munmap(p, fresh);
  measure_maps(0);
  for (long i = 0; i < 58000; i++) many[i] = map_aligned();
  measure_maps(58000);
  for (long i = 0; i < 58000; i++) munmap(many[i], SS_BYTES);
  /* A detached thread, creator's CPU time, then its own beginning and end as process time. */
  double cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
  double mine = thread_cpu();
  for (int i = 0; i < 2000; i++) {
    pthread_create(&t, &detached, nothing, NULL);
    usleep(200);
  }
  printf("%-56s %9.1f ns creator (with usleep), %.1f ns both\n", "pthread_create detached, cached stack", (thread_cpu() - mine) / 2000,
         (clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 2000);
  mine = thread_cpu();
  for (int i = 0; i < 2000; i++) usleep(200);
  printf("%-56s %9.1f ns\n", "usleep alone: subtract", (thread_cpu() - mine) / 2000);
  /* What Larson does beside malloc and free: two draws, a swap's place, two stores. */
  static char *places[PLACES], bytes[PLACES][MAX_SIZE];
  struct lran2 rng;
  lran2_init(&rng, SEED);
  for (long i = 0; i < PLACES; i++) places[i] = bytes[i];
  TIMES("Larson itself, a swap", 1000000, long at = lran2(&rng) % PLACES; char *was = places[at];
        touch(was, draw_size(&rng)); places[at] = was; if (atomic_load_explicit(&stop, memory_order_relaxed)) break);
  /* Remote frees: alone, and two cores on one queue. */
  static struct block own[100000];
  TIMES("remote push, alone", 100000, struct block *b = &own[i]; struct block *head = atomic_load(&queue.head);
        do b->next = head; while (!atomic_compare_exchange_weak(&queue.head, &head, b)));
  pthread_t a, b;
  pthread_create(&a, NULL, pusher, (void *)0);
  pthread_create(&b, NULL, pusher, (void *)1);
  pthread_join(a, NULL);
  pthread_join(b, NULL);
  printf("%-56s %9.1f %9.1f ns\n", "remote push, two threads on one queue", push_ns[0], push_ns[1]);
  double alone = fault_ns();
  pthread_create(&a, NULL, mapper, NULL);
  printf("%-56s %9.1f %9.1f ns\n", "fault, alone and beside a thread that maps", alone, fault_ns());
  atomic_store(&stop, 1);
  pthread_join(a, NULL);
  return 0;
}

static int hold(size_t mb, unsigned seconds) {
  size_t bytes = mb << 20, gib = 1UL << 30;
  char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 1;
  madvise(p, bytes, MADV_NOHUGEPAGE);
  for (size_t from = 0; from < bytes; from += gib) {
    double cpu = thread_cpu();
    size_t to = from + gib < bytes ? from + gib : bytes;
    for (size_t o = from; o < to; o += 4096) p[o] = 1;
    printf("GiB %zu: %.0f ns a page\n", from / gib, (thread_cpu() - cpu) / ((to - from) / 4096));
    fflush(stdout);
  }
  sleep(seconds);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "units") == 0) return units();
  if (argc > 1 && strcmp(argv[1], "run") == 0) return run(argc, argv);
  if (argc > 3 && strcmp(argv[1], "hold") == 0) return hold(strtoul(argv[2], NULL, 10), atoi(argv[3]));
  fprintf(stderr, "usage: %s run shipped|fix|adopt|count|central [seconds] [trim ms] [profile] [recycled MB] | units | hold MB SECONDS\n", argv[0]);
  return 2;
}
