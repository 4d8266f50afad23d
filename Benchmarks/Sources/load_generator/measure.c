// Latencies and the server's processor time over the measured interval, printed as `name value` lines.
#include "generator.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A log-linear histogram: 64 steps for each power of two, so that a percentile is at most 1.6 % off.
#define STEPS 64
static uint64_t counts[STEPS * 64];
static uint64_t total;
static uint64_t largest;
static bool is_measuring;
static uint64_t begin;
static uint64_t end;

void measure_latency(uint64_t nanoseconds) {
  if (!is_measuring) { return; }
  total++;
  if (nanoseconds > largest) { largest = nanoseconds; }
  if (nanoseconds < STEPS) {
    counts[nanoseconds]++;
    return;
  }
  int exponent = 63 - __builtin_clzll(nanoseconds);
  counts[(exponent - 5) * STEPS + ((nanoseconds >> (exponent - 6)) & (STEPS - 1))]++;
}

static double percentile(double share) {
  uint64_t wanted = (uint64_t)(share * (double)total);
  uint64_t seen = 0;
  for (int step = 0; step < STEPS * 64; step++) {
    seen += counts[step];
    if (seen <= wanted) { continue; }
    if (step < STEPS) { return step; }
    int exponent = step / STEPS + 5;
    return (double)((1ull << exponent) + ((uint64_t)(step % STEPS) << (exponent - 6)));
  }
  return (double)largest;
}

struct processor {
  // Nanoseconds on a processor, and waiting for one.
  uint64_t running;
  uint64_t waiting;
  // Of it, that of the first thread.
  uint64_t main;
};

static struct processor before;
static struct processor after;

// Sums up the threads of a process (proc(5), schedstat).
static struct processor sample(pid_t process) {
  struct processor sum = {0, 0, 0};
  if (process == 0) { return sum; }
  char path[300];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *folder = opendir(path);
  if (!folder) { return sum; }
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    if (!isdigit((unsigned char)entry->d_name[0])) { continue; }
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", process, entry->d_name);
    FILE *file = fopen(path, "r");
    unsigned long long running = 0, waiting = 0;
    if (file && fscanf(file, "%llu %llu", &running, &waiting) == 2) {
      sum.running += running;
      sum.waiting += waiting;
      if (atoi(entry->d_name) == process) { sum.main = running; }
    }
    if (file) { fclose(file); }
  }
  closedir(folder);
  return sum;
}

void measure_prepare(const struct options *options) {
  begin = now_nanoseconds() + (uint64_t)(options->warm_seconds * 1e9);
}

bool measure_begins(const struct options *options, uint64_t now) {
  if (is_measuring || now < begin) { return false; }
  is_measuring = true;
  before = sample(options->server);
  begin = now_nanoseconds();
  end = begin + (uint64_t)(options->seconds * 1e9);
  return true;
}

bool measure_is_over(uint64_t now) { return is_measuring && now >= end; }

double measure_end(const struct options *options) {
  is_measuring = false;
  after = sample(options->server);
  return (double)(now_nanoseconds() - begin) / 1e9;
}

uint64_t server_memory(const struct options *options) {
  if (options->server == 0) { return 0; }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/statm", options->server);
  FILE *file = fopen(path, "r");
  // Pages of files, the program's text, are no connection's, and come and go with the code that runs. (What is shared in
  // memory is not counted either; no server here keeps connections there.)
  unsigned long size = 0, resident = 0, shared = 0;
  if (file && fscanf(file, "%lu %lu %lu", &size, &resident, &shared) != 3) { resident = shared = 0; }
  if (file) { fclose(file); }
  return (uint64_t)(resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
}

void measure_print(const struct options *options, const struct result *result) {
  double messages = result->messages > 0 ? (double)result->messages : 1;
  printf("messages %llu\n", (unsigned long long)result->messages);
  printf("total %llu\n", (unsigned long long)result->total);
  printf("rate %.1f\n", (double)result->messages / result->seconds);
  double load = (double)(result->total + result->lost);
  printf("lost %llu\n", (unsigned long long)result->lost);
  printf("lost_share %.6f\n", load > 0 ? (double)result->lost / load : 0);
  printf("late %llu\n", (unsigned long long)result->late);
  printf("p50_us %.1f\n", percentile(0.5) / 1e3);
  printf("p99_us %.1f\n", percentile(0.99) / 1e3);
  printf("p999_us %.1f\n", percentile(0.999) / 1e3);
  printf("server_ns_a_message %.1f\n", (double)(after.running - before.running) / messages);
  printf("server_main_ns_a_message %.1f\n", (double)(after.main - before.main) / messages);
  printf("server_busy %.4f\n", (double)(after.running - before.running) / 1e9 / result->seconds);
  printf("server_waiting %.4f\n", (double)(after.waiting - before.waiting) / 1e9 / result->seconds);
  printf("server_memory %llu\n", (unsigned long long)server_memory(options));
}
