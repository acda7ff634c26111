# As root: what hub, proxy and notebooks run is copied to where their accounts may read and not write. The checkout may lie in
# a home that only root can enter.

as_hub() {
  (cd / && exec setpriv --reuid=bulkhead --regid=bulkhead --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent LANG=C.UTF-8 "$@")
}

as_proxy() {
  (cd / && exec setpriv --reuid=bulkhead-proxy --regid=bulkhead-proxy --init-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/nonexistent LANG=C.UTF-8 "$@")
}

# have_staged: under a name that tells all that is in it, and that it got by being renamed when it was whole.
have_staged() {
  [ -e "$STORE/code-$CODE_HASH" ]
}

make_staged() {
  say "copying the code to $STORE, where the accounts of hub and proxy can read it"
  new=$STORE/new-code
  rm -rf "$new"
  mkdir "$new"
  tar -C "$ROOT" --exclude='*.test.ts' --exclude='*.test.tsx' --exclude=apps/web/dist -cf - apps core adapters package.json tools/set-up |
    tar -C "$new" --no-same-owner --no-same-permissions -xf -
  ln -s "../modules-$LOCK_HASH" "$new/node_modules"
  chmod -R u=rwX,go=rX "$new"
  "$NODE" "$new/apps/supervisor/main.ts" --accounts --data "$DATA"
  [ -e "$STORE/web-$WEB_HASH" ] || stage_web "$new"
  cp -R "$STORE/web-$WEB_HASH" "$new/apps/web/dist"
  rm -rf "$STORE/compiled-$CODE_HASH"
  mv "$new" "$STORE/code-$CODE_HASH"
}

# The bundler and its plugins are other people's code: it does not run as root.
stage_web() {
  say 'building the web application'
  open_workshop bulkhead
  as_hub sh -c '. "$1/tools/set-up/say.sh"; . "$1/tools/set-up/code.sh"; NODE=$2; build_web "$1" "$3"' sh "$1" "$NODE" "$STORE/workshop/web" \
    > "$STORE/web.log" 2>&1 < /dev/null || fail_with 'The web application' "$STORE/web.log"
  take_out as_hub web "web-$WEB_HASH"
  [ -e "$STORE/web-$WEB_HASH/index.html" ] || fail "The web application was not built; see $STORE/web.log"
}

# V8's cache holds programs: whose it is decides what runs. It is made by the accounts, and kept by root.
stage_compiled() {
  [ ! -e "$STORE/compiled-$CODE_HASH" ] || return 0
  mkdir "$STORE/new-compiled" 2> /dev/null || { rm -rf "$STORE/new-compiled"; mkdir "$STORE/new-compiled"; }
  for account in hub proxy; do
    if [ $account = hub ]; then open_workshop bulkhead; else open_workshop bulkhead-proxy; fi
    "as_$account" NODE_COMPILE_CACHE="$STORE/workshop/cache" "$NODE" "$STORE/code-$CODE_HASH/apps/$account/main.ts" > /dev/null 2>&1 < /dev/null || :
    "as_$account" tar -C "$STORE/workshop/cache" -cf - . 2> /dev/null |
      tar -C "$STORE/new-compiled" --no-same-owner --no-same-permissions -xf - 2> /dev/null || :
  done
  rm -rf "$STORE/workshop"
  chmod -R u=rwX,go=rX "$STORE/new-compiled"
  mv "$STORE/new-compiled" "$STORE/compiled-$CODE_HASH"
}

# A folder for an account to work in, gone afterwards.
open_workshop() {
  rm -rf "$STORE/workshop"
  mkdir -m 0700 "$STORE/workshop"
  chown "$1:$1" "$STORE/workshop"
}

# take_out WHO FROM TO: read by the account itself, so that root follows no link of the account's.
take_out() {
  rm -rf "$STORE/new-$2"
  mkdir "$STORE/new-$2"
  "$1" tar -C "$STORE/workshop/$2" -cf - . | tar -C "$STORE/new-$2" --no-same-owner --no-same-permissions -xf -
  chmod -R u=rwX,go=rX "$STORE/new-$2"
  rm -rf "$STORE/workshop"
  mv "$STORE/new-$2" "$STORE/$3"
}

# What nothing runs any more goes. Notebooks outlive hubs, so an old Python may well be in use.
remove_unused() {
  for old in "$STORE"/code-* "$STORE"/modules-* "$STORE"/python-* "$STORE"/web-* "$STORE"/compiled-*; do
    case $old in
      *'*' | "$STORE/code-$CODE_HASH" | "$STORE/modules-$LOCK_HASH" | "$PYTHON_ENV" | "$STORE/web-$WEB_HASH" | "$STORE/compiled-$CODE_HASH") continue ;;
    esac
    grep -qsaF "$old/" /proc/[0-9]*/cmdline || rm -rf "$old"
  done
}
