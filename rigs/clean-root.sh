#!/bin/bash
# A Debian root with nothing of ours in it, for trying the two commands as a newcomer would.
#
#   clean-root.sh make SUITE FOLDER       bookworm or trixie, with what the manual asks for, and a fresh clone in the home of root
#   clean-root.sh enter FOLDER COMMAND…   runs the command in it, as root, in the folder of the clone
#
# It comes to the registries the way this machine does: its settings for apt, npm, pip and certificates are handed on. Roots are
# kept as archives in .setup/roots, so that packages are fetched once.
set -eu
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P)
wanted=nodejs,npm,python3,python3-venv,ca-certificates,git

make_root() { # SUITE FOLDER
  command -v mmdebstrap > /dev/null || { echo 'mmdebstrap is missing: apt-get install mmdebstrap' >&2; exit 1; }
  local archive=$here/.setup/roots/$1.tar
  if [ ! -e "$archive" ]; then
    mkdir -p "$here/.setup/roots"
    local options=() line
    while IFS= read -r line; do options+=("--aptopt=$line"); done < <(apt-config dump | grep -iE '^Acquire::(https?::|::?Proxy|.*Verify|.*CaInfo|Retries)' || :)
    TMPDIR=/var/tmp mmdebstrap --quiet --variant=minbase --include="$wanted" "${options[@]}" --format=tar "$1" "$archive.new"
    mv "$archive.new" "$archive"
  fi
  mkdir -p "$2"
  tar -C "$2" -xpf "$archive"
  hand_on "$2"
  git clone --quiet --no-hardlinks "$here" "$2/root/bulkhead"
  chmod 0700 "$2/root"
}

# Files that say how the network is reached. Each is the administrator's own; none is part of the product.
hand_on() { # FOLDER
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
    if [ -r "$file" ]; then
      local to=${file/#$HOME//root}
      mkdir -p "$1$(dirname "$to")"
      cp -L "$file" "$1$to"
    fi
  done
  { cat "$(npm config get globalconfig 2> /dev/null)" "$HOME/.npmrc"; } > "$1/root/.npmrc" 2> /dev/null || :
  mkdir -p "$1/usr/local/share/ca-certificates"
  cp -rL /usr/local/share/ca-certificates/. "$1/usr/local/share/ca-certificates/" 2> /dev/null || :
  [ ! -r /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
}

# No name space of processes: whoever ends the command ends the command itself.
enter() { # FOLDER COMMAND…
  local kept=(HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin) line
  while IFS= read -r -d '' line; do kept+=("$line"); done < <(env -0 | grep -ziE '^([a-z_]*_proxy|npm_config_(registry|cafile)|PIP_(INDEX_URL|EXTRA_INDEX_URL|CERT|TRUSTED_HOST|DEFAULT_TIMEOUT)|SSL_CERT_(FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|CI)=')
  local folder=$1
  shift
  exec unshare --mount --propagation private /bin/bash -c '
    set -e
    cd "$1"
    shift
    mount -t proc proc proc
    mount --rbind /sys sys
    mount --rbind /dev dev
    mountpoint -q run || mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    exec chroot . /usr/bin/env -i -C /root/bulkhead "$@"' enter "$folder" "${kept[@]}" "$@"
}

case ${1-} in
  make) make_root "$2" "$3" ;;
  enter) shift && enter "$@" ;;
  *)
    echo 'clean-root.sh make SUITE FOLDER, or clean-root.sh enter FOLDER COMMAND…' >&2
    exit 2
    ;;
esac
