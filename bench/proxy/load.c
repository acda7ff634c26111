/*
 * The load on a proxy: one thread, epoll, one core.
 *
 *   load MODE HOST:PORT CONNECTIONS SECONDS PATH [NUMBER]        prints one line of JSON
 *
 *   rate      each connection asks, waits for the answer, and asks again
 *   steady    NUMBER requests a second altogether, each at its time: what waits behind a slow answer is counted from when it was
 *             due, and not from when it could be sent (no coordinated omission)
 *   upload    as `rate`, each request with NUMBER bytes of body
 *   websocket each connection is upgraded, then sends 32 bytes, waits for the echo, and sends again
 *   hold      opens websockets, fifty at once, one echo each, prints the line, and keeps them until its standard input ends
 *
 * `{}` in PATH becomes a number below NUMBER, another one each time (`rate` only). Latencies are kept in steps of a hundredth.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define HEARD 65536
#define PIECE (256 * 1024)
#define STEPS 4096
#define AT_ONCE 50
#define GRACE 10.0 /* seconds that the last answers may take */

#define ECHO_LENGTH 34
#define FRAME_LENGTH 38
static const char SAID[] = "thirty-two bytes that come back.";

enum mode { RATE, STEADY, UPLOAD, WEBSOCKET, HOLD };

struct caller {
  int fd, waits, busy, upgraded;
  double due;               /* when the request that is under way was to be sent */
  double next;              /* `steady`: when the next one is */
  size_t sent, length;      /* of the head */
  unsigned long long owed;  /* bytes of the body still to be sent */
  unsigned long long left;  /* bytes of the answer's body still to come */
  size_t heard;
  char head[1024];
  char in[4096];
};

static enum mode mode;
static struct sockaddr_in address;
static const char *host, *path;
static double number, seconds, began, end;
static int connections, poller, up;
static struct caller *callers;
static unsigned long long answers, failed, bytes, late, histogram[STEPS];
static char zeros[PIECE], sunk[HEARD];

static void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Step n begins at 1.01^n microseconds. */
static void record(double took) {
  int step = took < 1e-6 ? 0 : (int)(log(took * 1e6) / log(1.01));
  histogram[step < STEPS ? step : STEPS - 1]++;
}

static double quantile(double share) {
  unsigned long long all = 0, seen = 0;
  for (int step = 0; step < STEPS; step++) all += histogram[step];
  for (int step = 0; step < STEPS; step++)
    if ((seen += histogram[step]) >= share * (double)all && seen) return pow(1.01, step + 1) / 1e3;
  return 0;
}

static void watch(struct caller *caller, int waits) {
  if (caller->waits == waits) return;
  struct epoll_event event = {.events = EPOLLIN | (waits ? EPOLLOUT : 0), .data.ptr = caller};
  epoll_ctl(poller, EPOLL_CTL_MOD, caller->fd, &event);
  caller->waits = waits;
}

static void dial(struct caller *caller) {
  int yes = 1;
  if (caller->fd > 0) close(caller->fd);
  caller->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (caller->fd < 0 || connect(caller->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  setsockopt(caller->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  caller->heard = caller->left = caller->owed = caller->sent = caller->length = 0;
  caller->busy = caller->waits = caller->upgraded = 0;
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = caller};
  epoll_ctl(poller, EPOLL_CTL_ADD, caller->fd, &event);
}

/* A connection that ends is an error of whoever ended it; another one is opened, or there would be no load. */
static void lose(struct caller *caller) {
  failed++;
  if (mode == HOLD) errno = ECONNRESET, fail("a websocket");
  dial(caller);
}

static void flush(struct caller *caller) {
  while (caller->sent < caller->length || caller->owed) {
    int head = caller->sent < caller->length;
    size_t length = head ? caller->length - caller->sent : caller->owed < PIECE ? caller->owed : PIECE;
    ssize_t sent = send(caller->fd, head ? caller->head + caller->sent : zeros, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) {
      watch(caller, 1);
      return;
    }
    if (sent < 0) {
      lose(caller);
      return;
    }
    if (head) caller->sent += (size_t)sent;
    else {
      caller->owed -= (unsigned long long)sent;
      bytes += (unsigned long long)sent;
    }
  }
  watch(caller, 0);
}

/* What a browser in a lab sends, but for the length of its cookies. */
static void ask(struct caller *caller, double due) {
  char where[256], rest[160] = "";
  const char *hole = strstr(path, "{}");
  if (hole) snprintf(where, sizeof where, "%.*s%d%s", (int)(hole - path), path, (int)(drand48() * number), hole + 2);
  else snprintf(where, sizeof where, "%s", path);
  if (mode == WEBSOCKET || mode == HOLD)
    snprintf(rest, sizeof rest, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  if (mode == UPLOAD) {
    caller->owed = (unsigned long long)number;
    snprintf(rest, sizeof rest, "Content-Type: application/octet-stream\r\nContent-Length: %llu\r\n", caller->owed);
  }
  caller->length = (size_t)snprintf(
      caller->head, sizeof caller->head,
      "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
      "Cookie: jupyterhub-session-id=0123456789abcdef0123456789abcdef; _xsrf=2|01234567|89abcdef\r\n%s\r\n",
      mode == UPLOAD ? "POST" : "GET", where, host, rest);
  caller->sent = 0;
  caller->busy = 1;
  caller->due = due;
  flush(caller);
}

static void send_frame(struct caller *caller) {
  static const char opening[] = "\x81\xa0\1\2\3\4"; /* final text frame, masked, 32 bytes; the mask */
  memcpy(caller->head, opening, 6);
  for (int at = 0; at < 32; at++) caller->head[6 + at] = SAID[at] ^ opening[2 + at % 4];
  caller->length = FRAME_LENGTH;
  caller->sent = 0;
  caller->busy = 1;
  caller->due = now();
  flush(caller);
}

static void open_socket(struct caller *caller) {
  dial(caller);
  ask(caller, now());
}

static void answered(struct caller *caller) {
  double at = now();
  caller->busy = 0;
  if (mode == HOLD) {
    up++;
    if (up + AT_ONCE <= connections) open_socket(&callers[up + AT_ONCE - 1]);
    return;
  }
  /* `steady` counts every request that was due in time, however late its answer; the others count what came in time. */
  if (mode == STEADY || at < end) {
    answers++;
    record(at - caller->due);
  } else
    late++;
  if (at >= end) return;
  if (mode == WEBSOCKET) send_frame(caller);
  else if (mode != STEADY) ask(caller, at);
  else if (caller->next <= at && caller->next < end) {
    double due = caller->next;
    caller->next += connections / number;
    ask(caller, due);
  }
}

static void take(struct caller *caller, size_t length) {
  caller->heard -= length;
  memmove(caller->in, caller->in + length, caller->heard);
}

/* A whole head of an answer, ended by a NUL; `length` with its last line. */
static void begin_answer(struct caller *caller, size_t length) {
  int status = atoi(caller->in + 9);
  char *body = strcasestr(caller->in, "\r\ncontent-length:");
  if (status == 101 && (mode == WEBSOCKET || mode == HOLD)) {
    caller->upgraded = 1;
    take(caller, length);
    send_frame(caller);
    return;
  }
  if (status != 200 || !body) {
    if (failed == 0) fprintf(stderr, "load: answered %.200s\n", caller->in);
    lose(caller);
    return;
  }
  caller->left = strtoull(body + 17, NULL, 10);
  take(caller, length);
}

static void hear(struct caller *caller) {
  ssize_t got;
  if (caller->left > sizeof caller->in) {
    got = recv(caller->fd, sunk, caller->left < HEARD ? caller->left : HEARD, MSG_DONTWAIT);
    if (got > 0) {
      caller->left -= (unsigned long long)got;
      bytes += (unsigned long long)got;
      if (caller->left == 0) answered(caller);
    }
  } else {
    got = recv(caller->fd, caller->in + caller->heard, sizeof caller->in - 1 - caller->heard, MSG_DONTWAIT);
    if (got > 0) caller->heard += (size_t)got;
  }
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    lose(caller);
    return;
  }
  while (caller->heard) {
    if (caller->upgraded) {
      if (caller->heard < ECHO_LENGTH) return;
      if (memcmp(caller->in + 2, SAID, 32)) failed++;
      take(caller, ECHO_LENGTH);
      answered(caller);
    } else if (caller->left) {
      size_t length = caller->heard < caller->left ? caller->heard : caller->left;
      caller->left -= length;
      if (mode != UPLOAD) bytes += length;
      else if (caller->in[caller->heard] = 0, caller->left == 0 && strtod(caller->in, NULL) != number) failed++; /* the server counted something else */
      take(caller, length);
      if (caller->left) return;
      answered(caller);
    } else {
      caller->in[caller->heard] = 0;
      char *stop = strstr(caller->in, "\r\n\r\n");
      if (!stop) return;
      stop[2] = 0;
      begin_answer(caller, (size_t)(stop + 4 - caller->in));
    }
  }
}

static int timer(double at) {
  static int fd = -1;
  static double armed;
  if (fd < 0) fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (at > 0 && at != armed) {
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)at, .tv_nsec = (long)((at - floor(at)) * 1e9)}};
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL);
    armed = at;
  }
  return fd;
}

/* Asks what is due, and sets the timer to what is next. A caller that is busy asks when it is answered. */
static void keep_time(void) {
  double at = now(), next = end;
  for (int which = 0; which < connections; which++) {
    struct caller *caller = &callers[which];
    if (caller->busy || caller->next >= end) continue;
    if (caller->next <= at) {
      double due = caller->next;
      caller->next += connections / number;
      ask(caller, due);
    } else if (caller->next < next)
      next = caller->next;
  }
  timer(next);
}

static int anything_under_way(void) {
  for (int which = 0; which < connections; which++)
    if (callers[which].busy || (mode == STEADY && callers[which].next < end)) return 1;
  return 0;
}

static void run(void) {
  if (mode == STEADY) keep_time();
  for (;;) {
    struct epoll_event events[512];
    int count = epoll_wait(poller, events, 512, 100);
    for (int at = 0; at < count; at++) {
      struct caller *caller = events[at].data.ptr;
      if (!caller) {
        unsigned long long times;
        if (read(timer(0), &times, sizeof times) < 0 && errno != EAGAIN) fail("timer");
        continue;
      }
      if (events[at].events & EPOLLOUT) flush(caller);
      if (events[at].events & ~(unsigned)EPOLLOUT) hear(caller);
    }
    if (mode == STEADY) keep_time();
    if (mode == HOLD ? up == connections : now() >= end && (now() > end + GRACE || !anything_under_way())) return;
  }
}

int main(int words, char **word) {
  static const char *const MODES[] = {"rate", "steady", "upload", "websocket", "hold"};
  if (words < 6) {
    fprintf(stderr, "usage: load MODE HOST:PORT CONNECTIONS SECONDS PATH [NUMBER]\n");
    return 2;
  }
  for (mode = RATE; mode <= HOLD && strcmp(word[1], MODES[mode]); mode++) {}
  char where[64];
  unsigned port = 0;
  host = word[2];
  if (mode > HOLD || sscanf(host, "%63[^:]:%u", where, &port) != 2) return 2;
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  inet_pton(AF_INET, where, &address.sin_addr);
  connections = atoi(word[3]);
  seconds = atof(word[4]);
  path = word[5];
  number = words > 6 ? atof(word[6]) : 1;

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = epoll_create1(EPOLL_CLOEXEC);
  callers = calloc((size_t)connections, sizeof *callers);
  if (!callers) fail("memory");
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(poller, EPOLL_CTL_ADD, timer(0), &event);

  began = now();
  end = began + seconds;
  for (int which = 0; which < connections; which++) {
    callers[which].next = began + which / number;
    if (mode == STEADY) dial(&callers[which]);
    else if (mode != HOLD || which < AT_ONCE) open_socket(&callers[which]);
  }
  run();
  double took = (now() < end ? now() : end) - began;
  unsigned long long never = 0;
  for (int which = 0; which < connections; which++) never += mode != HOLD && callers[which].busy;
  printf("{\"answers\":%llu,\"failed\":%llu,\"perSecond\":%.1f,\"megabytesPerSecond\":%.1f,\"p50\":%.4f,\"p99\":%.4f,\"p999\":%.4f}\n", answers,
         failed + never, (double)answers / took, (double)bytes / 1e6 / took, quantile(.5), quantile(.99), quantile(.999));
  fflush(stdout);
  if (mode == HOLD)
    while (read(0, sunk, sizeof sunk) > 0) {}
  return 0;
}
