#!/usr/bin/env bash
# Makes a Python environment with what a requirements file pins, and prints its interpreter.
# usage: python.sh REQUIREMENTS
set -euo pipefail

requirements=$1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/edge-python
# Named after what is in it: another set of pins is another environment, and none is ever changed.
environment=$cache/$(cksum <"$requirements" | tr ' ' '-')

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

# Debian's python3 comes without the module that makes environments.
install_venv() {
  command -v apt-get >/dev/null 2>&1 && {
    as_root apt-get update || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv
  } >&2
}

# Exit code where there is no way to an environment, as opposed to one that went wrong.
readonly no_way=3

create() {
  local building=$environment.$$
  mkdir -p "$cache"
  rm -rf "$building"
  if ! python3 -m venv "$building" >&2; then
    rm -rf "$building"
    { install_venv && python3 -m venv "$building" >&2; } || {
      echo "python3 cannot make virtual environments; install its venv module (Debian: python3-venv)" >&2
      exit "$no_way"
    }
  fi
  "$building/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  touch "$building/complete"
  # Two test processes may build at once: the first one to move wins, the other throws its own away.
  if [ -e "$environment/complete" ]; then rm -rf "$building"; else mv "$building" "$environment"; fi
}

[ -e "$environment/complete" ] || create
echo "$environment/bin/python"
