/*
 * The Larson benchmark as the engine's program of that name runs it, natively on the C library's malloc:
 * what the engine's speed is compared with (bench/ratios.ts, docs/performance.md).
 *
 *   cc -O2 -pthread larson.c -o larson
 *   ./larson ROUNDS LIVES
 *
 * Sizes 8 to 127, 1,024 places a thread, four chains, seed 12345. Main fills the array, permutes it and swaps
 * four times as many blocks. A life is ROUNDS x 1,024 swaps (free the block of a random place, allocate another
 * size into it, write two of its bytes); then it creates its successor and exits. As in the benchmark nobody
 * joins the threads, so that their stacks stay. It ends when each chain has lived LIVES lives, and prints
 * the swaps of the chains and the CPU time that the process took for them, in seconds.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define CHAINS 4
#define PLACES 1024
#define MIN_SIZE 8
#define RANGE 120
#define SEED 12345

struct generator {
  int x, y, v[97];
};

static void seed(struct generator *g, int seed) {
  long x = (150889L - seed) % 714025;
  if (x < 0) x = -x;
  for (int j = 0; j < 97; j++) g->v[j] = (int)(x = (1366 * x + 150889) % 714025);
  g->x = g->y = (int)((1366 * x + 150889) % 714025);
}

static int draw(struct generator *g) {
  int j = g->y % 97;
  int y = g->v[j];
  g->v[j] = g->x = (1366 * g->x + 150889) % 714025;
  return g->y = y;
}

struct chain {
  struct generator g;
  char **places;
  long lives;
};

static char *places[CHAINS * PLACES];
static struct chain chains[CHAINS];
static long rounds, lives;
static atomic_int ended;

static char *block(struct generator *g) {
  int size = MIN_SIZE + draw(g) % RANGE;
  char *p = malloc(size);
  if (p == NULL) exit(1);
  p[0] = 'a';
  p[1] = 'b';
  return p;
}

static void swap(struct generator *g, char **from, int count) {
  char **place = &from[draw(g) % count];
  free(*place);
  *place = block(g);
}

static void *life(void *argument) {
  struct chain *chain = argument;
  for (long i = 0; i < rounds * PLACES; i++) swap(&chain->g, chain->places, PLACES);
  pthread_t next;
  if (++chain->lives == lives)
    atomic_fetch_add(&ended, 1);
  else if (pthread_create(&next, NULL, life, chain) != 0)
    exit(1);
  return NULL;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  rounds = atol(argv[1]);
  lives = atol(argv[2]);
  struct generator g;
  seed(&g, SEED);
  const int all = CHAINS * PLACES;
  for (int i = 0; i < all; i++) places[i] = block(&g);
  for (int left = all; left > 0; left--) {
    int place = draw(&g) % left;
    char *kept = places[place];
    places[place] = places[left - 1];
    places[left - 1] = kept;
  }
  for (int i = 0; i < 4 * all; i++) swap(&g, places, all);
  double from = cpu_seconds();
  for (int i = 0; i < CHAINS; i++) {
    chains[i].places = places + i * PLACES;
    seed(&chains[i].g, draw(&g));
    pthread_t first;
    if (pthread_create(&first, NULL, life, &chains[i]) != 0) return 1;
  }
  struct timespec nap = {0, 1000000};
  while (atomic_load(&ended) < CHAINS) nanosleep(&nap, NULL);
  printf("%ld %.6f\n", CHAINS * lives * rounds * PLACES, cpu_seconds() - from);
  return 0;
}
