#!/usr/bin/env bash
# Makes sure that the Hyperscan library can be found: asks pkg-config, else the system's package manager.
set -euo pipefail

have_hyperscan() {
  command -v pkg-config >/dev/null 2>&1 && pkg-config --exists libhs
}

# Hyperscan itself is for x86-64; Vectorscan is the same library for every processor.
hyperscan_or_vectorscan() {
  case "$(uname -m)" in
    x86_64 | amd64) echo "$1" ;;
    *) echo "$2" ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The command that installs what is missing, or nothing where the package manager is unknown.
install_command() {
  if command -v apt-get >/dev/null 2>&1; then
    echo "apt-get install --yes --no-install-recommends pkg-config $(hyperscan_or_vectorscan libhyperscan-dev libvectorscan-dev)"
  elif command -v dnf >/dev/null 2>&1; then
    echo "dnf install --assumeyes pkgconf-pkg-config $(hyperscan_or_vectorscan hyperscan-devel vectorscan-devel)"
  elif command -v apk >/dev/null 2>&1; then
    echo "apk add pkgconf vectorscan-dev"
  elif command -v brew >/dev/null 2>&1; then
    echo "brew install pkgconf vectorscan"
  elif command -v pacman >/dev/null 2>&1; then
    echo "pacman --sync --noconfirm --needed pkgconf $(hyperscan_or_vectorscan hyperscan vectorscan)"
  elif command -v zypper >/dev/null 2>&1; then
    echo "zypper --non-interactive install pkg-config $(hyperscan_or_vectorscan hyperscan-devel vectorscan-devel)"
  fi
}

give_up() {
  cat >&2 <<TXT
edge needs the Hyperscan library (libhs 5.4 or later, or Vectorscan) with its headers, and pkg-config.
$1
Install them and see that \`pkg-config --modversion libhs\` answers; then run this again. On Debian and Ubuntu:
  apt-get install pkg-config libhyperscan-dev     (x86-64)
  apt-get install pkg-config libvectorscan-dev    (other processors)
From source: https://github.com/VectorCamp/vectorscan, with PKG_CONFIG_PATH naming the folder of its libhs.pc.
TXT
  exit 1
}

install() {
  local command
  command=$(install_command)
  [ -n "$command" ] || give_up "No package manager was found that this script knows."
  echo "setup: $command" >&2
  case "$command" in
    # Homebrew refuses to run as root and needs no root.
    brew*) $command ;;
    *)
      [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 || give_up "Not root, and there is no sudo to run: $command"
      case "$command" in apt-get*) as_root apt-get update >&2 || true ;; esac
      as_root env DEBIAN_FRONTEND=noninteractive $command >&2
      ;;
  esac || give_up "This failed: $command"
}

command -v cargo >/dev/null 2>&1 || {
  echo "edge needs Rust: see https://rustup.rs" >&2
  exit 1
}
have_hyperscan || install
have_hyperscan || give_up "It was installed, but pkg-config does not find it."
