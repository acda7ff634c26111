# The web application, built; and what V8 makes of our code, kept, so that a start need not compile it.

# hash_tree FOLDER NAMES…: of the files below, their names and contents, without what is built and what only tests read.
hash_tree() {
  folder=$1
  shift
  (cd "$folder" && find "$@" -path apps/web/dist -prune -o -type f ! -name '*.test.ts' ! -name '*.test.tsx' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-16
}

# build_web CODE OUT: by whoever runs it.
build_web() {
  [ -e "$1/apps/web/index.html" ] || fail "$1/apps/web/index.html is missing: the checkout is not whole (git status)"
  "$NODE" "$1/node_modules/vite/bin/vite.js" build "$1/apps/web" --configLoader native --outDir "$2" --emptyOutDir --logLevel warn
}

have_web() {
  [ "$(cat "$STORE/web" 2> /dev/null)" = "$WEB_HASH" ] && [ -e "$ROOT/apps/web/dist/index.html" ]
}

make_web() {
  say 'building the web application'
  new=$STORE/new-web
  rm -rf "$new"
  build_web "$ROOT" "$new" > "$STORE/web.log" 2>&1 || fail_with 'The web application' "$STORE/web.log"
  rm -rf "$ROOT/apps/web/dist"
  mv "$new" "$ROOT/apps/web/dist"
  echo "$WEB_HASH" > "$STORE/web"
}

# warm CODE CACHE: each program loads all its code before it complains that it was told nothing.
warm() {
  for app in hub proxy; do
    NODE_COMPILE_CACHE=$2 "$NODE" "$1/apps/$app/main.ts" > /dev/null 2>&1 < /dev/null || :
  done
}

have_compiled() {
  [ -e "$STORE/compiled-$CODE_HASH" ]
}

make_compiled() {
  rm -rf "$STORE/new-compiled"
  warm "$ROOT" "$STORE/new-compiled"
  mkdir -p "$STORE/new-compiled"
  mv "$STORE/new-compiled" "$STORE/compiled-$CODE_HASH"
}
