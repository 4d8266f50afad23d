// load_generator: keeps a server busy, checks every answer, and prints what it measured as `name value` lines.
#include "generator.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Noreturn void usage(void) {
  fprintf(
      stderr,
      "usage: load_generator --port PORT | --unix PATH [--udp] [--reply ok|echo] [--mode steady|accept|idle]\n"
      "       [--connections N] [--depth N] [--size BYTES] [--rate N] [--warm SECONDS] [--seconds SECONDS] [--server PID]\n");
  exit(64);
}

static struct options parse(int count, char **arguments) {
  struct options options = {
      .connections = 1, .depth = 1, .size = 16, .warm_seconds = 0.3, .seconds = 1, .reply = REPLY_OK};
  static const struct option names[] = {
      {"port", required_argument, NULL, 'p'},  {"unix", required_argument, NULL, 'x'},
      {"udp", no_argument, NULL, 'u'},         {"reply", required_argument, NULL, 'r'},
      {"mode", required_argument, NULL, 'm'},  {"connections", required_argument, NULL, 'c'},
      {"depth", required_argument, NULL, 'd'}, {"size", required_argument, NULL, 's'},
      {"warm", required_argument, NULL, 'w'},  {"seconds", required_argument, NULL, 't'},
      {"rate", required_argument, NULL, 'R'},  {"server", required_argument, NULL, 'P'},
      {NULL, 0, NULL, 0}};
  int option;
  while ((option = getopt_long(count, arguments, "", names, NULL)) != -1) {
    switch (option) {
    case 'p': options.port = (uint16_t)atoi(optarg); break;
    case 'x':
      options.path = optarg;
      options.transport = TRANSPORT_UNIX;
      break;
    case 'u': options.transport = TRANSPORT_UDP; break;
    case 'r': options.reply = strcmp(optarg, "echo") == 0 ? REPLY_ECHO : REPLY_OK; break;
    case 'm':
      options.mode = strcmp(optarg, "accept") == 0 ? MODE_ACCEPT : strcmp(optarg, "idle") == 0 ? MODE_IDLE : MODE_STEADY;
      break;
    case 'c': options.connections = atoi(optarg); break;
    case 'd': options.depth = atoi(optarg); break;
    case 's': options.size = (size_t)atol(optarg); break;
    case 'w': options.warm_seconds = atof(optarg); break;
    case 't': options.seconds = atof(optarg); break;
    case 'R': options.rate = atof(optarg); break;
    case 'P': options.server = (pid_t)atoi(optarg); break;
    default: usage();
    }
  }
  bool has_address = options.path || options.port > 0;
  bool fits = options.transport != TRANSPORT_UDP || (options.size >= 8 && options.size <= 65507);
  if (options.mode == MODE_ACCEPT && options.transport != TRANSPORT_TCP) { usage(); }
  if (!has_address || !fits || options.connections < 1 || options.depth < 1 || options.size < 2) { usage(); }
  return options;
}

// Load stands for what comes from elsewhere: who is woken on its processor, as the kernel's worker is between a terminal and
// its reader, is not to wait for its turn's end, but runs at once (sched_setattr(2), Linux 6.12).
static void take_long_turns(void) {
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
  } scheduling;
  if (syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0) { return; }
  scheduling.size = sizeof scheduling;
  // The longest that the kernel grants.
  scheduling.runtime = 100000000;
  syscall(SYS_sched_setattr, 0, &scheduling, 0);
}

int main(int count, char **arguments) {
  struct options options = parse(count, arguments);
  signal(SIGPIPE, SIG_IGN);
  take_long_turns();
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (options.mode == MODE_IDLE) {
    run_idle(&options);
    return 0;
  }
  struct result result = options.mode == MODE_ACCEPT                 ? run_accepts(&options)
                         : options.transport == TRANSPORT_UDP ? run_datagrams(&options)
                                                                     : run_streams(&options);
  measure_print(&options, &result);
  return 0;
}
