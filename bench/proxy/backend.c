/*
 * The server behind the proxies while they are measured, on one port of loopback and one unix socket at once:
 *
 *   backend PORT SOCKET        prints "ready" when it listens; ends on SIGTERM
 *
 * What a request is answered goes by the last segments of its path, whatever stands before them:
 *   …/bytes/N   N bytes (a body of known length)
 *   …/upload    how many bytes of body came (Content-Length or chunked)
 *   otherwise   a small JSON answer; with `Upgrade: websocket` a websocket that echoes
 * One thread, epoll; it trusts whoever speaks to it: it is met by proxies under measurement alone.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEARD 8192
#define PIECE (256 * 1024)

/* What a notebook server's answers carry. */
static const char SMALL[] =
    "HTTP/1.1 200 OK\r\nServer: TornadoServer/6.5\r\nContent-Type: application/json\r\nDate: Wed, 25 Nov 2026 00:00:00 GMT\r\n"
    "X-Content-Type-Options: nosniff\r\nContent-Length: 17\r\n\r\n{\"version\":\"2.0\"}";
/* The key of RFC 6455, section 1.3, with the answer to it: the load knows no other. */
static const char SWITCHING[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

enum state { HEAD, BODY, CHUNKED, SOCKET };

struct visitor {
  int fd, waits; /* waits: for the socket to take more */
  enum state state;
  size_t heard;                /* bytes in `in` */
  unsigned long long left;     /* of the body that comes */
  unsigned long long received; /* of it, so far */
  unsigned long long owed;     /* bytes of a large answer still to be sent */
  size_t out, out_at;          /* bytes in `text`, and sent of it */
  char in[HEARD + 1];
  char text[2 * HEARD];
};

static char zeros[PIECE], sunk[PIECE];
static int poller;

static void fail(const char *what) {
  fprintf(stderr, "backend: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct visitor *visitor, int waits) {
  if (visitor->waits == waits) return;
  struct epoll_event event = {.events = waits ? EPOLLOUT : EPOLLIN, .data.ptr = visitor};
  epoll_ctl(poller, EPOLL_CTL_MOD, visitor->fd, &event);
  visitor->waits = waits;
}

/* Sends what is due. 0: all of it; 1: the rest when the socket takes more; -1: gone. */
static int flush(struct visitor *visitor) {
  while (visitor->out_at < visitor->out || visitor->owed) {
    int text = visitor->out_at < visitor->out;
    size_t length = text ? visitor->out - visitor->out_at : visitor->owed < PIECE ? visitor->owed : PIECE;
    ssize_t sent = send(visitor->fd, text ? visitor->text + visitor->out_at : zeros, length,
                        MSG_NOSIGNAL | (text && visitor->owed ? MSG_MORE : 0));
    if (sent < 0) return errno == EAGAIN ? (watch(visitor, 1), 1) : -1;
    if (text) visitor->out_at += (size_t)sent;
    else visitor->owed -= (unsigned long long)sent;
  }
  visitor->out = visitor->out_at = 0;
  watch(visitor, 0);
  return 0;
}

static void say(struct visitor *visitor, const char *text, size_t length) {
  if (visitor->out + length > sizeof visitor->text) return;
  memcpy(visitor->text + visitor->out, text, length);
  visitor->out += length;
}

static void count(struct visitor *visitor) {
  char body[32], text[256];
  int length = snprintf(body, sizeof body, "%llu", visitor->received);
  length = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", length, body);
  say(visitor, text, (size_t)length);
  visitor->state = HEAD;
}

static void take(struct visitor *visitor, size_t length) {
  visitor->heard -= length;
  memmove(visitor->in, visitor->in + length, visitor->heard);
}

/* A whole head lies in `in`, ended by a NUL where its last line feed was. */
static void begin(struct visitor *visitor, size_t length) {
  char *path = strchr(visitor->in, ' '), *line = strstr(visitor->in, "\r\n");
  char *bytes = path ? strstr(path, "/bytes/") : NULL, *body = strcasestr(visitor->in, "\r\ncontent-length:");
  int chunked = strcasestr(visitor->in, "\r\ntransfer-encoding: chunked") != NULL;
  if (strcasestr(visitor->in, "\r\nupgrade: websocket")) {
    say(visitor, SWITCHING, sizeof SWITCHING - 1);
    visitor->state = SOCKET;
  } else if (chunked || body) {
    visitor->left = chunked ? 0 : strtoull(body + 17, NULL, 10);
    visitor->received = 0;
    visitor->state = chunked ? CHUNKED : BODY;
  } else if (bytes && bytes < line) {
    char text[256];
    visitor->owed = strtoull(bytes + 7, NULL, 10);
    int said = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %llu\r\n\r\n", visitor->owed);
    say(visitor, text, (size_t)said);
  } else
    say(visitor, SMALL, sizeof SMALL - 1);
  take(visitor, length);
}

/* One chunk's size line, or the end; 0 when more is needed. Trailers are not sent by anybody here. */
static int chunk(struct visitor *visitor) {
  char *at = visitor->in, *end = strstr(at, "\r\n");
  if (end == at) end = strstr(at += 2, "\r\n"); /* after the data of the chunk before */
  if (!end) return 0;
  unsigned long long size = strtoull(at, NULL, 16);
  if (size == 0) {
    if (visitor->heard < (size_t)(end + 4 - visitor->in)) return 0;
    take(visitor, (size_t)(end + 4 - visitor->in));
    count(visitor);
    return 1;
  }
  take(visitor, (size_t)(end + 2 - visitor->in));
  visitor->left = size;
  return 1;
}

/* One frame with fewer than 126 bytes, sent back without its mask; 0 when more is needed, -1 when it is the end. */
static int echo(struct visitor *visitor) {
  if (visitor->heard < 6) return 0;
  size_t length = visitor->in[1] & 0x7f;
  if (length > 125 || (visitor->in[0] & 0x0f) == 8) return -1;
  if (visitor->heard < 6 + length) return 0;
  char frame[128] = {visitor->in[0], (char)length};
  for (size_t at = 0; at < length; at++) frame[2 + at] = visitor->in[6 + at] ^ visitor->in[2 + at % 4];
  say(visitor, frame, 2 + length);
  take(visitor, 6 + length);
  return 1;
}

/* Deals with all that was heard. -1: the connection ends. */
static int heed(struct visitor *visitor) {
  for (;;) {
    visitor->in[visitor->heard] = 0;
    if (visitor->left) {
      size_t length = visitor->heard < visitor->left ? visitor->heard : visitor->left;
      visitor->left -= length;
      visitor->received += length;
      take(visitor, length);
      if (visitor->left) return 0;
    }
    int more = 0;
    if (visitor->state == HEAD) {
      char *end = strstr(visitor->in, "\r\n\r\n");
      if (!end) return visitor->heard == HEARD ? -1 : 0;
      end[2] = 0;
      begin(visitor, (size_t)(end + 4 - visitor->in));
      more = 1;
    } else if (visitor->state == BODY)
      more = (count(visitor), 1);
    else if (visitor->state == CHUNKED)
      more = chunk(visitor);
    else
      more = echo(visitor);
    if (more <= 0) return more;
    if (visitor->owed) return 0; /* a large answer first */
  }
}

static void end(struct visitor *visitor) {
  close(visitor->fd);
  free(visitor);
}

static void serve(struct visitor *visitor) {
  ssize_t got;
  if (visitor->left > HEARD) { /* the middle of a large body is looked at by nobody */
    size_t most = visitor->left < PIECE ? visitor->left : PIECE;
    got = recv(visitor->fd, sunk, most, 0);
    if (got > 0) {
      visitor->left -= (unsigned long long)got;
      visitor->received += (unsigned long long)got;
      if (visitor->left) return;
    }
  } else {
    got = recv(visitor->fd, visitor->in + visitor->heard, HEARD - visitor->heard, 0);
    if (got > 0) visitor->heard += (size_t)got;
  }
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0 || heed(visitor) < 0 || flush(visitor) < 0) end(visitor);
}

static void welcome(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), yes = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct visitor *visitor = calloc(1, sizeof *visitor);
    if (!visitor) fail("memory");
    visitor->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = visitor};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
  }
}

static int listener(struct sockaddr *address, socklen_t length) {
  int yes = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, address, length) < 0 || listen(fd, 8192) < 0) fail("listen");
  return fd;
}

int main(int words, char **word) {
  if (words != 3) {
    fprintf(stderr, "usage: backend PORT SOCKET\n");
    return 2;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  struct sockaddr_in port = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(word[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_un path = {.sun_family = AF_UNIX};
  snprintf(path.sun_path, sizeof path.sun_path, "%s", word[2]);
  unlink(path.sun_path);
  int listeners[2] = {listener((struct sockaddr *)&port, sizeof port), listener((struct sockaddr *)&path, sizeof path)};
  poller = epoll_create1(EPOLL_CLOEXEC);
  for (int at = 0; at < 2; at++) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[at]};
    epoll_ctl(poller, EPOLL_CTL_ADD, listeners[at], &event);
  }
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct epoll_event events[256];
    int count = epoll_wait(poller, events, 256, -1);
    for (int at = 0; at < count; at++) {
      void *what = events[at].data.ptr;
      if (what == &listeners[0] || what == &listeners[1]) welcome(*(int *)what);
      else if (!(events[at].events & EPOLLOUT)) serve(what);
      else if (flush(what) < 0) end(what);
      else if (!((struct visitor *)what)->owed && heed(what) < 0) end(what);
    }
  }
}
