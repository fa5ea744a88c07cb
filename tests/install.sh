# What the parts of ./test need, how to see whether it is there, and how it is installed.
#
# Nothing is installed without --install. Debian's packages come from apt-get. Tools come as pinned
# binaries from PyPI into target/tools, or are compiled by `cargo install` where no binary fits.
# shellcheck shell=bash disable=SC2154  # `target` is set by ./test

# is_there NEED
is_there() {
  case "$1" in
    chromium) [ -n "${CHROMIUM:-}" ] || [ -x /usr/bin/chromium ] ;;
    fonts-liberation) [ -n "${CHROMIUM:-}" ] || [ -d /usr/share/fonts/truetype/liberation ] ;;
    node) [ "$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')" -ge 20 ] 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# provide IS_INSTALLING NEED...: installs what is missing, or reports it and exits with 3.
provide() {
  local is_installing=$1 need
  local -A seen=()
  local packages=() tools=() manual=()
  shift
  for need in "$@"; do
    if [ -n "${seen[$need]:-}" ] || is_there "$need"; then
      continue
    fi
    seen[$need]=1
    case "$need" in
      chromium | fonts-liberation | redis-server | valgrind | curl) packages+=("$need") ;;
      cargo-nextest | cargo-deny | shellcheck) tools+=("$need") ;;
      *) manual+=("$need") ;;
    esac
  done
  if [ "${#manual[@]}" -gt 0 ]; then
    printf 'missing, to be installed by hand: %s\n' "${manual[*]}" >&2
    printf './test needs Rust with rustfmt and clippy, a C compiler, Node.js 20 or newer, and npm.\n' >&2
    exit 3
  fi
  if [ "${#packages[@]}" -eq 0 ] && [ "${#tools[@]}" -eq 0 ]; then
    return
  fi
  if ! "$is_installing"; then
    printf 'missing: %s\n' "${packages[*]} ${tools[*]}" >&2
    printf 'This command installs it and runs the tests:\n\n    ./test --install\n\n' >&2
    if [ "${#packages[@]}" -gt 0 ]; then
      printf 'It calls apt-get. Without apt-get, install them yourself and set CHROMIUM to the path of a Chromium.\n' >&2
    fi
    exit 3
  fi
  install_packages "${packages[@]}"
  install_tools "${tools[@]}"
}

install_packages() {
  [ $# -gt 0 ] || return 0
  printf '== installing packages: %s\n' "$*"
  if ! command -v apt-get >/dev/null; then
    printf 'no apt-get here: install %s, and set CHROMIUM to the path of a Chromium\n' "$*" >&2
    exit 3
  fi
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

install_tools() {
  [ $# -gt 0 ] || return 0
  printf '== installing tools: %s\n' "$*"
  install_binaries || printf 'no binaries for this machine; compiling\n'
  local tool
  for tool in "$@"; do
    is_there "$tool" && continue
    if [ "$tool" = shellcheck ]; then
      install_packages shellcheck
    else
      cargo install --locked --root "$target/tools" "$tool"
    fi
  done
}

# The binaries that tests/tools.txt pins by version and hash.
install_binaries() {
  command -v python3 >/dev/null &&
    python3 -m venv "$target/tools" &&
    "$target/tools/bin/pip" install --quiet --disable-pip-version-check \
      --no-deps --only-binary :all: --require-hashes --requirement tests/tools.txt
}
