# Set-up that every script shares: finds the package manager, installs only what is missing, asks for sudo only then.
# To be sourced by bash; it changes nothing by itself.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

package_manager() {
  local tool
  for tool in apt-get dnf pacman brew; do
    if have "$tool"; then echo "$tool"; return; fi
  done
}

# What a package is called by each manager: the first word is ours. An empty name: the system brings it.
package_name() {
  case "$1:$2" in
    procps:dnf | procps:pacman) echo procps-ng ;;
    user-manager:apt-get) echo "systemd dbus-user-session" ;;
    user-manager:dnf) echo "systemd dbus-daemon" ;;
    user-manager:pacman) echo "systemd dbus" ;;
    compiler:apt-get) echo "gcc libc6-dev" ;;
    compiler:dnf | compiler:pacman) echo gcc ;;
    ssh:apt-get) echo "openssh-server openssh-client" ;;
    ssh:dnf) echo "openssh-server openssh-clients" ;;
    ssh:pacman) echo openssh ;;
    ssh:brew | procps:brew | user-manager:brew | util-linux:brew | compiler:brew) ;;
    *) echo "$1" ;;
  esac
}

# as_root WORDS…: runs them as root; says so before sudo asks.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo; then
    say "sudo is needed for: $*"
    sudo "$@"
  else
    die "this needs root, and there is no sudo. Run as root, then start this again: $*"
  fi
}

# install_missing THING…: installs what those things are called here.
install_missing() {
  local manager thing names=()
  manager=$(package_manager)
  [ -n "$manager" ] || die "there is no apt, dnf, pacman or brew here. Install by hand: $*"
  for thing in "$@"; do
    # A thing may be several packages: split at spaces on purpose.
    # shellcheck disable=SC2207
    names+=($(package_name "$thing" "$manager"))
  done
  [ "${#names[@]}" -gt 0 ] || return 0
  say "installing: ${names[*]}"
  case "$manager" in
    apt-get)
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >&2
      ;;
    dnf) as_root dnf install -y -q "${names[@]}" >&2 ;;
    pacman) as_root pacman -Sy --noconfirm --needed "${names[@]}" >&2 ;;
    brew) brew install "${names[@]}" >&2 ;;
  esac
}

# tmux_is_new_enough [MINOR [TMUX]]: 3.MINOR or newer, 3.2 without it; development builds ("next-3.6", "master") count as
# newer.
tmux_is_new_enough() {
  local version major minor least=${1:-2} tmux=${2:-tmux}
  have "$tmux" || return 1
  version=$("$tmux" -V)
  version=${version#tmux }
  version=${version#next-}
  case "$version" in
    [0-9]*.[0-9]*) ;;
    *) return 0 ;;
  esac
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%[!0-9]*}
  [ "$major" -gt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -ge "$least" ]; }
}

need_tmux() {
  tmux_is_new_enough && return
  install_missing tmux
  tmux_is_new_enough || die "tmux 3.2 or newer is needed; this system brings '$(tmux -V 2>/dev/null || echo none)'"
}

# Rust: never installed behind anybody's back; rustup's own directory is looked into, because a fresh shell may not
# have it in PATH yet.
need_rust() {
  have cargo || PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  have cargo || die "cargo is missing. Install Rust 1.89 or newer: https://rustup.rs"
  have cc || [ "$(package_manager)" = brew ] || install_missing compiler
}

has_user_manager() {
  have systemctl || return 1
  { [ -e /usr/lib/systemd/systemd ] || [ -e /lib/systemd/systemd ]; } || return 1
  # The user's bus, whichever daemon serves it.
  [ -e /usr/lib/systemd/user/dbus.socket ] || [ -e /lib/systemd/user/dbus.socket ]
}

# Debian puts sshd beside the other servers, where a user's PATH does not lead.
has_sshd() {
  have ssh && have ssh-keygen && { have sshd || [ -x /usr/sbin/sshd ]; }
}

# The tests start an sshd of their own. The one that Debian would start with the package, now and at each boot, is not
# wanted: it is masked before it comes, and stays so until somebody says otherwise.
need_sshd() {
  has_sshd && return
  if [ "$(package_manager)" = apt-get ] && have systemctl; then
    as_root systemctl mask --quiet ssh.service ssh.socket
    say "the machine's own sshd is kept from starting; to have it: systemctl unmask ssh.service ssh.socket"
  fi
  install_missing ssh
}

# What the tests need beside the demo's: process tools, and on Linux a real user manager with its bus and the tools
# that keep a private one apart. Nothing that would run or listen afterwards by itself.
need_test_components() {
  local missing=()
  have ps || missing+=(procps)
  if [ "$(uname)" = Linux ]; then
    has_user_manager || missing+=(user-manager)
    { have unshare && have setpriv; } || missing+=(util-linux)
  fi
  [ "${#missing[@]}" -eq 0 ] || install_missing "${missing[@]}"
}
