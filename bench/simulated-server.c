/*
 * A single-user server that serves nothing: it answers every request at once, so that what a hub itself costs can be measured.
 * It listens where JUPYTERHUB_SERVICE_URL says (http://HOST:PORT/… or http+unix://%2Fpath/…), and ends on SIGTERM. Of its arguments
 * it heeds --ServerApp.sock_mode=MODE.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 64
#define LONGEST 16384

static const char ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-JupyterHub-Version: 6.1.1\r\nContent-Length: 17\r\n\r\n{\"version\":\"2.0\"}";
static const char CLOSING[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-JupyterHub-Version: 6.1.1\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{\"version\":\"2.0\"}";

struct visitor {
  char heard[LONGEST];
  size_t length;
};

static struct pollfd polled[MOST + 1];
static struct visitor *visitors[MOST + 1];

static void fail(const char *what) {
  fprintf(stderr, "simulated server: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int hex(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

static int listen_on_path(const char *encoded, mode_t mode) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = 0;
  for (const char *at = encoded; *at && *at != '/'; at++) {
    if (length + 1 >= sizeof address.sun_path) errno = ENAMETOOLONG, fail("its address");
    if (*at == '%' && hex(at[1]) >= 0 && hex(at[2]) >= 0) {
      address.sun_path[length++] = (char)(hex(at[1]) * 16 + hex(at[2]));
      at += 2;
    } else
      address.sun_path[length++] = *at;
  }
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  unlink(address.sun_path);
  umask(0777 & ~mode);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  return listener;
}

static int listen_on_port(const char *where) {
  char host[64] = "";
  struct sockaddr_in address = {.sin_family = AF_INET};
  unsigned port = 80;
  if (sscanf(where, "%63[^:/]:%u", host, &port) < 1) errno = EINVAL, fail("its address");
  address.sin_port = htons((unsigned short)port);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  return listener;
}

static void drop(int at) {
  close(polled[at].fd);
  free(visitors[at]);
  polled[at].fd = -1;
  visitors[at] = NULL;
}

/* Answers every whole request that has been heard; bodies are not read, for nobody sends any. */
static void answer(int at) {
  struct visitor *visitor = visitors[at];
  ssize_t got = read(polled[at].fd, visitor->heard + visitor->length, LONGEST - 1 - visitor->length);
  if (got <= 0) {
    drop(at);
    return;
  }
  visitor->length += (size_t)got;
  visitor->heard[visitor->length] = 0;
  char *end;
  while ((end = strstr(visitor->heard, "\r\n\r\n"))) {
    *end = 0;
    int closing = strcasestr(visitor->heard, "\r\nconnection: close") != NULL;
    const char *said = closing ? CLOSING : ANSWER;
    size_t length = closing ? sizeof CLOSING - 1 : sizeof ANSWER - 1;
    if (write(polled[at].fd, said, length) != (ssize_t)length || closing) {
      drop(at);
      return;
    }
    visitor->length -= (size_t)(end + 4 - visitor->heard);
    memmove(visitor->heard, end + 4, visitor->length + 1);
  }
  if (visitor->length == LONGEST - 1) drop(at);
}

static void welcome(int listener) {
  int visitor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (visitor < 0) return;
  for (int at = 1; at <= MOST; at++) {
    if (polled[at].fd >= 0) continue;
    visitors[at] = calloc(1, sizeof(struct visitor));
    if (!visitors[at]) break;
    polled[at] = (struct pollfd){.fd = visitor, .events = POLLIN};
    return;
  }
  close(visitor);
}

int main(int count, char **arguments) {
  const char *url = getenv("JUPYTERHUB_SERVICE_URL");
  mode_t mode = 0600;
  for (int at = 1; at < count; at++) {
    unsigned given;
    if (sscanf(arguments[at], "--ServerApp.sock_mode=%o", &given) == 1) mode = given;
  }
  signal(SIGPIPE, SIG_IGN);
  int listener = -1;
  if (url && !strncmp(url, "http+unix://", 12)) listener = listen_on_path(url + 12, mode);
  else if (url && !strncmp(url, "http://", 7)) listener = listen_on_port(url + 7);
  else errno = EINVAL, fail("JUPYTERHUB_SERVICE_URL");
  if (listen(listener, 128) < 0) fail("listen");
  polled[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (int at = 1; at <= MOST; at++) polled[at].fd = -1;
  for (;;) {
    if (poll(polled, MOST + 1, -1) < 0 && errno != EINTR) fail("poll");
    for (int at = 1; at <= MOST; at++)
      if (polled[at].fd >= 0 && polled[at].revents) answer(at);
    if (polled[0].revents) welcome(listener);
  }
}
