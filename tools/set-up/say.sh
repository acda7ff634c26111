# Words for whoever typed the command. Progress goes to standard error, a line a step.

say() {
  printf 'set-up | %s\n' "$*" >&2
}

# One sentence: what is wrong, and the remedy.
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

is_root() {
  [ "${WHO:=$(id -u)}" -eq 0 ]
}

# `apt-get install …`, as this person would have to type it.
apt_line() {
  if is_root; then printf 'apt-get install %s' "$*"; else printf 'sudo apt-get install %s' "$*"; fi
}

# fail_with WHAT LOG: the network's fault, or what the tool said last.
fail_with() {
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network (timeout|request)|NewConnectionError|Failed to establish a new connection|ConnectTimeoutError|ReadTimeoutError|Temporary failure in name resolution|Name or service not known|Connection (refused|broken|aborted)|No route to host' "$2"; then
    fail "$1 could not be fetched because its registry cannot be reached from here: mend the network (or the proxy settings of npm and pip), then run this again; nothing half-made was left."
  fi
  if grep -qE 'ENOSPC|No space left on device' "$2"; then
    fail "$1 could not be installed because the disk is full: free some space (about 1.5 GB is needed), then run this again."
  fi
  tail -n 12 "$2" >&2
  fail "$1 could not be installed; the lines above are the last of $2. Run this again when the cause is mended."
}

hash_of() {
  cat -- "$@" | sha256sum | cut -c1-16
}
