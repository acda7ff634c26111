# Everything that ./start and ./test need, made once. Wants ROOT, the checkout, and DATA, the data directory.
# shellcheck shell=sh disable=SC1091,SC2034

. "$ROOT/tools/set-up/say.sh"
. "$ROOT/tools/set-up/node-modules.sh"
. "$ROOT/tools/set-up/python-env.sh"
. "$ROOT/tools/set-up/code.sh"
. "$ROOT/tools/set-up/stage.sh"

# For running the hub. Sets NODE, CODE, PYTHON_ENV and COMPILED.
set_up_to_run() {
  umask 022
  open_store
  read_hashes
  if is_root; then MODULES=$STORE/modules-$LOCK_HASH; else MODULES=$ROOT/node_modules; fi
  check_and_fetch "$MODULES" production
  if is_root; then
    have_staged || { make_staged; touched=1; }
    have_compiled || stage_compiled
    CODE=$STORE/code-$CODE_HASH
    ln -sfn "code-$CODE_HASH" "$STORE/current"
  else
    have_web || make_web
    have_compiled || { make_compiled; touched=1; }
    CODE=$ROOT
  fi
  COMPILED=$STORE/compiled-$CODE_HASH
  [ -z "${touched-}" ] || remove_unused
  close_store
}

# For checking the checkout: all packages in it, and, as always, the Python side. Sets NODE and PYTHON_ENV.
set_up_to_test() {
  umask 022
  open_store
  read_hashes
  check_and_fetch "$ROOT/node_modules" full
  close_store
}

# Where parts are kept: below the checkout; as root where other accounts can read them.
open_store() {
  if is_root; then
    STORE=/var/cache/bulkhead
  else
    STORE=$ROOT/.setup
    [ -w "$ROOT" ] || fail "$ROOT cannot be written by $(id -un), and the parts that are fetched are kept in it: clone Bulkhead into a folder of your own, or mend the rights of this one."
  fi
  mkdir -p "$STORE" || fail "$STORE cannot be made: mend the rights of the folder above it."
  [ -O "$STORE" ] && [ ! -L "$STORE" ] || fail "$STORE belongs to another account: move it away, then run this again."
  chmod 0755 "$STORE"
  exec 9> "$STORE/lock"
  if ! flock -n 9; then
    say 'another set-up is running here; waiting for it'
    flock 9
  fi
}

# The lock must not pass to what is started afterwards.
close_store() {
  exec 9>&-
}

read_hashes() {
  LOCK_HASH=$(hash_of "$ROOT/package.json" "$ROOT/package-lock.json" "$ROOT/.npmrc")
  REQUIREMENTS_HASH=$(hash_of "$ROOT/python/requirements.txt")
  WEB_HASH=$(printf '%s' "$LOCK_HASH $(hash_tree "$ROOT" apps/web core/base core/contract)" | sha256sum | cut -c1-16)
  CODE_HASH=$(printf '%s' "$LOCK_HASH $(hash_tree "$ROOT" apps core adapters tools/set-up)" | sha256sum | cut -c1-16)
}

# Whatever is missing on the machine is said before anything is fetched.
check_and_fetch() {
  have_modules "$1" "$2" && modules=there || { modules=''; require_npm; }
  have_python && python=there || { python=''; choose_python; }
  [ -n "$modules" ] || { make_modules "$1" "$2"; touched=1; }
  NODE=$1/$NODE_IN_MODULES
  [ -n "$python" ] || { make_python; touched=1; }
}
