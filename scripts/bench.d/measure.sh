# How scripts/bench measures: time, CPU, wake-ups, memory and bytes, from /proc. To be sourced by it.
# shellcheck shell=bash disable=SC2154

row() { printf '%-36s %12s  %s\n' "$1" "$2" "${3:-}"; }
now() { echo $(($(date +%s%N) / 1000)); }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
per() { awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN { printf "%.*f", digits, b ? a / b : 0 }'; }

# await WHAT COMMAND…: until it succeeds; after 15 s says what was on the screen instead.
await() {
  local what=$1 until=$((SECONDS + 15))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$until" ] || die "not within 15 s: $what. The dashboard: $(outer capture-pane -p -t =dash: 2>&1)"
  done
}

gone() { ! [ -e "/proc/$1" ]; }

# The tap's process: our binary's, by path.
tap_of() {
  local process
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/exe" 2>/dev/null)" = "$binary" ] &&
      tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q ' __tap .*--serve'; then
      basename "$process"
      return
    fi
  done
}

# cpu PID own|children: CPU time in milliseconds, of a process or of the children it has waited for. The name in field 2
# may hold spaces: count from behind it.
cpu() {
  local fields first=11
  [ "$2" = own ] || first=13
  read -r -a fields <<<"$(sed 's/^.*) //' "/proc/$1/stat")"
  echo $(((fields[first] + fields[first + 1]) * 1000 / $(getconf CLK_TCK)))
}

# How often its threads went to sleep of their own accord, and so were woken.
sleeps() { cat "/proc/$1"/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'; }
threads() { awk '/^Threads/ { print $2 }' "/proc/$1/status"; }
memory() { awk '/^VmRSS/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$1/status"; }
shared() { awk '/^RssFile/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$1/status"; }

# The counters of a moment: what dashboard, its children, the server and the tap have used; wake-ups; bytes printed.
counters() {
  echo "$(now) $(cpu "$dashboard" own) $(cpu "$dashboard" children) $(cpu "$server" own) $(cpu "$tap" own)" \
    "$(sleeps "$dashboard") $(sleeps "$tap") $(stat -c %s "$printed")"
}

# spend SECONDS: what each has used meanwhile is in $spent, the microseconds that it really took in $time.
spend() {
  local from to i
  read -r -a from <<<"$(counters)"
  sleep "$1"
  read -r -a to <<<"$(counters)"
  [ -e "/proc/$tap" ] || die "the tap $tap ended while it was measured"
  spent=()
  for i in "${!from[@]}"; do spent+=($((to[i] - from[i]))); done
  time=${spent[0]}
  all=$((spent[1] + spent[2] + spent[3] + spent[4]))
}
share() { awk -v ms="$1" -v us="$time" 'BEGIN { printf "%.2f %%", 100000 * ms / us }'; }
rate() { per "$1" "$((time / 1000000))" 0; }

# idle_figures SECONDS: nobody presses a key, no agent prints, every heartbeat beats.
idle_figures() {
  spend "$1"
  row "idle: the dashboard" "$(share "${spent[1]}")" "of one core, over $1 s"
  row "idle: tmux clients and systemctl" "$(share "${spent[2]}")" "its children"
  row "idle: the tmux server" "$(share "${spent[3]}")" "the watched one"
  row "idle: the tap" "$(share "${spent[4]}")"
  row "idle: all of these" "$(share "$all")" "aim: below 1 %"
  row "idle: wake-ups of the dashboard" "$(rate "${spent[5]}") /s" "voluntary context switches of its $(threads "$dashboard") threads"
  row "idle: wake-ups of the tap" "$(rate "${spent[6]}") /s"
  row "idle: bytes to the terminal" "$(rate "${spent[7]}") /s"
}

# attended_figures SECONDS: the same with a key now and then, so that it looks every second.
attended_figures() {
  local i
  for i in $(seq 0 4 "$1"); do sleep "$((i > 0 ? 4 : 0))"; outer send-keys -t =dash: Escape; done &
  spend "$1"
  wait
  row "attended: all of these" "$(share "$all")" "a key every 4 s, a look every second"
  # In microseconds for each second, which is one look.
  look_cpu=$((all * 1000 * 1000 / (time / 1000)))
}

# timed N COMMAND…: the median of N runs, in microseconds.
timed() {
  local n=$1 from
  shift
  for _ in $(seq "$n"); do
    from=$(now)
    "$@" >/dev/null || true
    echo $(($(now) - from))
  done | median
}

# burnt N COMMAND…: CPU time that a run of it costs, itself and the watched server, in microseconds.
burnt() {
  local n=$1 before after
  shift
  # A shell of its own, because only a process that waited for a child knows what it has used.
  before=$(cpu "$server" own)
  after=$(for _ in $(seq "$n"); do "$@" >/dev/null || true; done; cpu "$BASHPID" children)
  echo $(((after + $(cpu "$server" own) - before) * 1000 / n))
}

# refresh_figures N: what a look costs beside the barest one that tmux offers.
refresh_figures() {
  local bare whole bare_cpu
  bare=$(timed "$1" fleet list-panes -a)
  whole=$(timed "$1" "$binary" ps --json)
  bare_cpu=$(burnt "$1" fleet list-panes -a)
  row "tmux list-panes -a" "$(per "$bare" 1000 1) ms" "median of $1"
  row "ps --json" "$(per "$whole" 1000 1) ms" "starts, gathers, judges, prints; $(per "$whole" "$bare" 1) × list-panes"
  row "tmux list-panes -a, CPU" "$(per "$bare_cpu" 1000 1) ms" "client and server"
  row "one look, CPU" "$(per "$look_cpu" 1000 1) ms" \
    "all of an attended second; $(per "$look_cpu" "$bare_cpu" 1) × list-panes"
}
