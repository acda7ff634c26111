# The Python side: JupyterLab and the single-user server, pinned with hashes, in an environment of its own.

# Says of the Python that runs it `fits REAL_PATH VERSION`, or why it does not.
PYTHON_PROBE='
import sys
version = "%d.%d" % sys.version_info[:2]
if sys.version_info < (3, 10): print("old", version)
elif sys.version_info >= (3, 15): print("new", version)
else:
    try:
        import ensurepip, venv
    except ImportError: print("bare", version)
    else:
        import os
        print("fits", os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable), version)
'

# As root: as somebody without any rights, because notebooks run as such a one, and a Python in the home of root is closed to him.
unprivileged() {
  if is_root; then
    (cd / && exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
      env -i PATH=/usr/local/bin:/usr/bin:/bin "$@")
  else
    "$@"
  fi
}

# Sets PYTHON and PYTHON_VERSION, or says why there is none.
choose_python() {
  seen=''
  for candidate in python3 /usr/bin/python3 /usr/local/bin/python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    path=$(command -v "$candidate" 2> /dev/null) || continue
    # A name in PATH may be a script that hands on to one in a home; the real one is what counts.
    real=$("$path" -I -c 'import os, sys; print(os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable))' 2> /dev/null) || continue
    case " $seen " in *" $real "*) continue ;; esac
    seen="$seen $real"
    # shellcheck disable=SC2046 # words are wanted
    set -- $(unprivileged "$real" -I -c "$PYTHON_PROBE" 2> /dev/null || echo closed)
    case $1 in
      fits)
        PYTHON=$2 PYTHON_VERSION=$3
        return
        ;;
      closed) closed=${closed:-$real} ;;
      bare) bare=${bare:-$2} ;;
      *) unfit=${unfit:-$2} ;;
    esac
  done
  [ -z "${bare-}" ] || fail "The venv module of Python is missing: $(apt_line python3-venv)"
  [ -z "${unfit-}" ] || fail "Python 3.10 to 3.14 is needed, and the one here is $unfit: install one of those ($(apt_line python3 python3-venv) on Debian 12 or later)"
  [ -z "${closed-}" ] || fail "The only Python here ($closed) cannot be reached by the account that notebooks run as: $(apt_line python3 python3-venv)"
  fail "Python (3.10 or newer) is missing: $(apt_line python3 python3-venv)"
}

# Sets PYTHON_ENV when the environment that was chosen last is complete and its Python is still there.
have_python() {
  { read -r PYTHON PYTHON_VERSION < "$STORE/python"; } 2> /dev/null || return 1
  [ -x "$PYTHON" ] && name_python_env && [ -e "$PYTHON_ENV/.complete" ]
}

name_python_env() {
  PYTHON_ENV=$STORE/python-$(printf '%s %s %s' "$REQUIREMENTS_HASH" "$PYTHON" "$PYTHON_VERSION" | sha256sum | cut -c1-16)
}

# An environment cannot be moved, so it is made in its place; a file written last says that it is whole.
make_python() {
  name_python_env
  if [ ! -e "$PYTHON_ENV/.complete" ]; then
    say "fetching JupyterLab and the single-user server (Python $PYTHON_VERSION)"
    rm -rf "$PYTHON_ENV"
    (
      unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV PIP_NO_BINARY
      cd /
      "$PYTHON" -m venv "$PYTHON_ENV" &&
        "$PYTHON_ENV/bin/python3" -m pip install --require-hashes --no-deps --only-binary=:all: --disable-pip-version-check \
          --no-input --no-warn-script-location --progress-bar=off --retries=3 -r "$ROOT/python/requirements.txt"
    ) > "$STORE/pip.log" 2>&1 < /dev/null || {
      rm -rf "$PYTHON_ENV"
      fail_with 'The Python packages' "$STORE/pip.log"
    }
    : > "$PYTHON_ENV/.complete"
  fi
  echo "$PYTHON $PYTHON_VERSION" > "$STORE/python.new"
  mv "$STORE/python.new" "$STORE/python"
}
