# The pinned Node is linked with libatomic, which a small Debian does not have. Sourced; needs $here and $state.
# shellcheck shell=sh

# Lets Node find the library where an earlier set-up put it for an ordinary person.
use_libatomic() {
  [ ! -e "$here/.setup/lib/libatomic.so.1" ] || export LD_LIBRARY_PATH="$here/.setup/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# $1: Node. Root installs the package; anybody else gets it fetched by apt-get, which checks its signature, into the checkout.
set_up_libatomic() {
  [ "$(id -u)" -eq 0 ] || use_libatomic
  "$1" --version >/dev/null 2>"$state/node.log" && return 0
  if ! grep -q libatomic "$state/node.log"; then
    tail -n 3 "$state/node.log" >&2
    die "The pinned Node does not run on this machine: its own words are above. Debian 12 or 13, or an Ubuntu since 22.04, is needed."
  fi
  step 'fetching the library that Node needs (libatomic1)'
  if [ "$(id -u)" -eq 0 ]; then install_libatomic >"$state/apt.log" 2>&1; else fetch_libatomic >"$state/apt.log" 2>&1 && use_libatomic; fi || :
  "$1" --version >/dev/null 2>&1 || {
    tail -n 3 "$state/apt.log" >&2
    if [ "$(id -u)" -eq 0 ]; then die 'Node needs the package libatomic1: apt-get update && apt-get install libatomic1'; fi
    die 'Node needs the package libatomic1: sudo apt-get install libatomic1'
  }
}

install_libatomic() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends libatomic1 || { apt-get update && apt-get install -y --no-install-recommends libatomic1; }
}

# With lists of its own when the machine's are not there: those can only be fetched by root.
fetch_libatomic() (
  rm -rf "$state/apt"
  mkdir -p "$state/apt/lists/partial" "$state/apt/archives/partial" "$state/apt/root" "$state/lib"
  cd "$state/apt"
  private="-o Dir::State::lists=$PWD/lists -o Dir::Cache=$PWD"
  # shellcheck disable=SC2086 # options are words
  apt-get -q download libatomic1 || { apt-get -q $private update && apt-get -q $private download libatomic1; } || return 1
  dpkg-deb -x libatomic1_*.deb root && cp -L root/usr/lib/*/libatomic.so.1 "$state/lib/new" || return 1
  mv "$state/lib/new" "$state/lib/libatomic.so.1"
  rm -rf "$state/apt"
)
