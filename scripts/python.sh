#!/usr/bin/env bash
# Makes a Python environment with what a requirements file pins, and prints its interpreter.
# usage: python.sh REQUIREMENTS
set -euo pipefail

requirements=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/edge-python
# Named after what is in it: another set of pins is another environment, and none is ever changed.
environment=$cache/$(cksum <"$requirements" | tr ' ' '-')

create() {
  local building=$environment.$$
  mkdir -p "$cache"
  rm -rf "$building"
  if ! python3 -m venv "$building" >&2; then
    # Debian's python3 comes without the module.
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || {
      echo "python3 cannot make virtual environments; install its venv module (Debian: python3-venv)" >&2
      exit 1
    }
    apt-get update >&2 || true
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv >&2
    rm -rf "$building"
    python3 -m venv "$building" >&2
  fi
  "$building/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  touch "$building/complete"
  # Two test processes may build at once: the first one to move wins, the other throws its own away.
  if [ -e "$environment/complete" ]; then rm -rf "$building"; else mv "$building" "$environment"; fi
}

[ -e "$environment/complete" ] || create
echo "$environment/bin/python"
