/*
 * What Linux does with mappings: reads cases from standard input, carries them out with the real system
 * calls and writes what /proc/self/smaps says after each step. One step a line:
 *
 *   case NAME              begins a case in an empty window
 *   map OFF N PROT [FLAGS] mmap at the page offset OFF of the window (MAP_FIXED_NOREPLACE)
 *   fix OFF N PROT [FLAGS] the same with MAP_FIXED
 *   anchor N               mmap of N pages that the kernel places; the window begins there, holes above are plugged
 *   place N PROT [FLAGS]   mmap of N pages that the kernel places; the result is the offset
 *   unmap OFF N            munmap
 *   protect OFF N PROT     mprotect
 *   dontneed|free|huge|nohuge OFF N   madvise
 *   touch OFF N            writes one byte of each page
 *   brk N                  moves the break by N pages (may be negative)
 *   room K                 maps elsewhere until mmap is K entries short of its limit
 *
 * PROT is none or rw; FLAGS are letters: n MAP_NORESERVE, s MAP_STACK.
 * Every step answers: RESULT | entries of the window, of the heap and the process's page tables in bytes,
 * an entry being OFF+PAGES:PROT:FLAGS:RESIDENT:LAZY, with the flags n (no reserve), a (accounted), g (huge
 * pages advised), h (huge pages refused).
 * Nothing here allocates through the C library, whose heap is ours to move.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096L
#define WINDOW 0x100000000000L
#define BELOW (1L << 24) /* pages below the window that belong to it */
#define ABOVE (1L << 24)
/* Between the heap and what the kernel places: nothing of ours is printed from here on, unless it is placed. */
#define ELSEWHERE 0x600000000000L

static char *window = (char *)WINDOW;
static char *first_break;
static long elsewhere; /* entries mapped by room */
static long anchored; /* pages of the anchor */
static char out[1 << 16];
static char scratch[2 * PAGE] __attribute__((aligned(PAGE)));
static size_t out_used;

static void flush(void) {
  for (size_t done = 0; done < out_used;) {
    ssize_t wrote = write(1, out + done, out_used - done);
    if (wrote <= 0) _exit(2);
    done += wrote;
  }
  out_used = 0;
}
static void say(const char *format, ...) {
  va_list args;
  va_start(args, format);
  if (out_used > sizeof out - 4096) flush();
  out_used += vsnprintf(out + out_used, 4096, format, args);
  va_end(args);
}

/* A file of /proc, line by line, without the C library's buffers. */
struct lines {
  int fd;
  char buffer[1 << 15];
  size_t at, end;
};
static struct lines in;
static int next_line(struct lines *from, char *line, size_t most) {
  size_t length = 0;
  for (;;) {
    if (from->at == from->end) {
      ssize_t got = read(from->fd, from->buffer, sizeof from->buffer);
      if (got <= 0) return length > 0 ? (line[length] = 0, 1) : 0;
      from->at = 0;
      from->end = got;
    }
    char c = from->buffer[from->at++];
    if (c == '\n') {
      line[length] = 0;
      return 1;
    }
    if (length + 1 < most) line[length++] = c;
  }
}
static void open_lines(struct lines *from, const char *path) {
  from->fd = open(path, O_RDONLY);
  from->at = from->end = 0;
  if (from->fd < 0) _exit(3);
}

static long page_tables(void) {
  static struct lines status;
  char line[512];
  long kib = 0;
  open_lines(&status, "/proc/self/status");
  while (next_line(&status, line, sizeof line))
    if (sscanf(line, "VmPTE: %ld", &kib) == 1) break;
  close(status.fd);
  return kib * 1024;
}

static void say_state(void) {
  static struct lines smaps;
  char line[512];
  long low = (long)window - BELOW * PAGE;
  long high = (long)window + (anchored ? anchored : ABOVE) * PAGE;
  long start = 0, end = 0, rss = 0, lazy = 0, origin = 0;
  char prot[8] = "";
  int wanted = 0;
  open_lines(&smaps, "/proc/self/smaps");
  while (next_line(&smaps, line, sizeof line)) {
    long a, b;
    char p[8];
    if (sscanf(line, "%lx-%lx %7s", &a, &b, p) == 3) {
      if (!anchored && a >= ELSEWHERE) break;
      start = a, end = b;
      memcpy(prot, p, sizeof prot);
      wanted = a >= low && b <= high;
      origin = (long)window;
      if (a >= (long)first_break && b <= (long)sbrk(0)) wanted = 2, origin = (long)first_break;
    } else if (sscanf(line, "Rss: %ld", &a) == 1) rss = a;
    else if (sscanf(line, "LazyFree: %ld", &a) == 1) lazy = a;
    else if (wanted && strncmp(line, "VmFlags:", 8) == 0) {
      say(" %s%ld+%ld:%s:%s%s%s%s:%ld:%ld", wanted == 2 ? "brk" : "", (start - origin) / PAGE,
          (end - start) / PAGE, prot[0] == '-' ? "none" : "rw", strstr(line, " nr") ? "n" : "",
          strstr(line, " ac") ? "a" : "", strstr(line, " hg") ? "g" : "",
          strstr(line, " nh") ? "h" : "", rss / 4, lazy / 4);
    }
  }
  close(smaps.fd);
  say(" | %ld\n", page_tables());
}

static int map_count(void) {
  static struct lines maps;
  char line[512];
  int count = 0;
  open_lines(&maps, "/proc/self/maps");
  while (next_line(&maps, line, sizeof line))
    if (!strstr(line, "[vsyscall]")) count++;
  close(maps.fd);
  return count;
}

static const char *word(int error) {
  switch (error) {
    case 0: return "ok";
    case ENOMEM: return "ENOMEM";
    case EEXIST: return "EEXIST";
    case EINVAL: return "EINVAL";
    case EAGAIN: return "EAGAIN";
    default: return "error";
  }
}
static int prot_of(const char *text) {
  return strcmp(text, "rw") == 0 ? PROT_READ | PROT_WRITE : PROT_NONE;
}
static int flags_of(const char *text) {
  return MAP_PRIVATE | MAP_ANONYMOUS | (strchr(text, 'n') ? MAP_NORESERVE : 0) |
         (strchr(text, 's') ? MAP_STACK : 0);
}

static void clear(void) {
  munmap((char *)WINDOW - BELOW * PAGE, (BELOW + ABOVE) * PAGE);
  if (anchored) munmap(window - BELOW * PAGE, (BELOW + anchored) * PAGE);
  munmap((void *)ELSEWHERE, 1L << 32);
  brk(first_break);
  window = (char *)WINDOW;
  elsewhere = anchored = 0;
}

/* The kernel places the anchor below everything; what would fit above it is plugged page by page. */
static long anchor(long pages) {
  char *at = mmap(NULL, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return -1;
  for (;;) {
    char *plug = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (plug > at) continue;
    munmap(plug, PAGE);
    break;
  }
  window = at;
  anchored = pages;
  return 0;
}

static long most(void) {
  static struct lines file;
  char line[64];
  open_lines(&file, "/proc/sys/vm/max_map_count");
  next_line(&file, line, sizeof line);
  close(file.fd);
  return atol(line);
}

int main(void) {
  char line[512];
  first_break = sbrk(0);
  in.fd = 0;
  while (next_line(&in, line, sizeof line)) {
    char op[32] = "", x[64] = "", y[32] = "", z[32] = "", f[32] = "";
    if (sscanf(line, "%31s %63s %31s %31s %31s", op, x, y, z, f) < 1 || op[0] == '#') continue;
    char *at = window + atol(x) * PAGE;
    size_t length = atol(y) * PAGE;
    long result = 0;
    errno = 0;
    if (strcmp(op, "case") == 0) {
      clear();
      say("case %s\n", x);
      continue;
    }
    if (strcmp(op, "map") == 0)
      result = mmap(at, length, prot_of(z), flags_of(f) | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED;
    else if (strcmp(op, "fix") == 0)
      result = mmap(at, length, prot_of(z), flags_of(f) | MAP_FIXED, -1, 0) == MAP_FAILED;
    else if (strcmp(op, "anchor") == 0) result = anchor(atol(x));
    else if (strcmp(op, "place") == 0) {
      char *got = mmap(NULL, atol(x) * PAGE, prot_of(y), flags_of(z), -1, 0);
      if (got != MAP_FAILED) {
        say("%ld |", (got - window) / PAGE);
        say_state();
        continue;
      }
      result = 1;
    } else if (strcmp(op, "unmap") == 0) result = munmap(at, length);
    else if (strcmp(op, "protect") == 0) result = mprotect(at, length, prot_of(z));
    else if (strcmp(op, "dontneed") == 0) result = madvise(at, length, MADV_DONTNEED);
    else if (strcmp(op, "free") == 0) {
      result = madvise(at, length, MADV_FREE);
      int error = errno;
      madvise(scratch, PAGE, MADV_COLD); /* the kernel marks pages in batches; this empties the batch */
      errno = error;
    }
    else if (strcmp(op, "huge") == 0) result = madvise(at, length, MADV_HUGEPAGE);
    else if (strcmp(op, "nohuge") == 0) result = madvise(at, length, MADV_NOHUGEPAGE);
    else if (strcmp(op, "touch") == 0) {
      for (size_t i = 0; i < length; i += PAGE) ((volatile char *)at)[i] = 1;
    } else if (strcmp(op, "brk") == 0) result = brk((char *)sbrk(0) + atol(x) * PAGE);
    else if (strcmp(op, "room") == 0) {
      long missing = most() - map_count() - atol(x);
      for (long i = 0; i < missing; i++, elsewhere++)
        if (mmap((char *)ELSEWHERE + elsewhere * PAGE, PAGE, elsewhere % 2 ? PROT_NONE : PROT_READ,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
          _exit(4);
    } else {
      say("unknown step: %s\n", line);
      flush();
      return 1;
    }
    say("%s |", word(result ? errno : 0));
    say_state();
  }
  flush();
  return 0;
}
