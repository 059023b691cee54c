#!/usr/bin/env bash
# The packages on a clean system, as root on Debian: built, installed, used, upgraded, removed; nothing may be left of them.
# debian.sh [--frozen DIR] [--packages DIR] [--pictures DIR] [--keep]: frozen folders or packages that are made already, where
# pictures of the window go, and whether the systems stay for a look. Needs debootstrap, systemd-container, xvfb, tcpreplay,
# iproute2, lintian, binutils, chrpath, the environment of the program, and a package registry for the locks of the build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
python=${PYTHON:-${WARDLIGHT_ENVIRONMENT:-$top/.venv}/bin/python}
cache=${WARDLIGHT_CHECK_CACHE:-${TMPDIR:-/tmp}/wardlight-check}
frozen='' packages='' pictures=$cache/pictures keep=
while [ $# -gt 0 ]; do
  case "$1" in
    --frozen) frozen=$2; shift ;;
    --packages) packages=$2; shift ;;
    --pictures) pictures=$2; shift ;;
    --keep) keep=1 ;;
    *) echo "debian.sh: $1 is no option" >&2; exit 1 ;;
  esac
  shift
done
over() { echo "The packages are not tried on a clean Debian: $*."; exit 0; }
[ "$(id -u)" = 0 ] || over "only root can make one"
[ -r /etc/debian_version ] && command -v apt-get > /dev/null || over "this is no Debian"
for one in debootstrap systemd-nspawn Xvfb tcpreplay ip lintian readelf chrpath; do
  command -v "$one" > /dev/null || over "$one is not installed"
done
# shellcheck disable=SC1091
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
  awk -v release="$release" '$1 == release && $2 == "main" {print $3; exit}')
[ -n "$mirror" ] || over "no source of apt is this release of Debian"
work=$(mktemp -d "${TMPDIR:-/tmp}/wardlight-clean.XXXXXX")
mkdir -p "$cache" "$pictures"
started=$(date +%s)
say() { echo "[$(($(date +%s) - started)) s] $*"; }
fail() { echo "debian.sh: FAILED: $*" >&2; exit 1; }
children=()
end() {
  status=$?
  for one in "${children[@]}"; do kill "$one" 2> /dev/null || true; done
  if [ -n "$keep" ]; then echo "The systems are in $work."; else
    sleep 1
    for one in "$work"/*/; do mountpoint -q "$one" && umount "$one" || true; done
    rm -rf --one-file-system "$work"
  fi
  exit $status
}
trap end EXIT

# ---- the packages, and an older version of each -------------------------------------------------------------------------------
if [ -z "$packages" ]; then
  packages=$work/packages
  [ -n "$frozen" ] || {
    say "freezing the program and the sensor"
    frozen=$work/frozen
    freezer=$("$python" "$top/installer/supply/environment.py" --out "$cache/environment") # what the locks name, nothing else
    "$freezer" "$top/installer/freeze/build.py" --out "$frozen" > /dev/null
    "$freezer" "$top/installer/freeze/build.py" --sensor --out "$frozen" > /dev/null
    "$python" "$top/installer/check/frozen.py" --frozen "$frozen" --pictures "$pictures"
  }
  say "an update of the program, there and back"
  "$python" "$top/installer/check/update.py" --frozen "$frozen" || fail "an update of the frozen program"
  say "building the packages, and the same as an older version"
  "$python" "$top/installer/debian/build.py" --frozen "$frozen" --out "$packages/new" --fast
  "$python" "$top/installer/debian/build.py" --frozen "$frozen" --out "$packages/old" --fast --version 0.0.9
fi
lintian --fail-on error --tag-display-limit 0 --allow-root \
  --suppress-tags uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball "$packages"/new/*.deb > "$work/lintian.txt" 2>&1 &
lintian=$!
children+=("$lintian")

# ---- a clean system -----------------------------------------------------------------------------------------------------------
base=$cache/base-$release.tar.zst
if [ ! -e "$base" ] || [ -n "$(find "$base" -mtime +30)" ]; then
  say "making a clean system"
  debootstrap --variant=minbase "$release" "$work/base" "$mirror" > "$work/debootstrap.log" || fail "$(tail -1 "$work/debootstrap.log")"
  rm -f "$work/base/etc/apt/sources.list"
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    grep -v -- '-backports' | sort -u > "$work/base/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https)::Proxy|^Acquire::ForceIPv' > "$work/base/etc/apt/apt.conf.d/90machine" || true
  systemd-nspawn -q -D "$work/base" --register=no --keep-unit --pipe sh -c 'apt-get update -qq && useradd --create-home analyst' < /dev/null
  tar -C "$work/base" --one-file-system -c . | zstd -q -3 -T0 -f -o "$base"
  rm -rf "$work/base"
fi
deb() { # deb old|new NAME: the package, as it is called inside
  local one=("$packages/$1/$2"_*.deb)
  echo "/packages/$1/${one[0]##*/}"
}
clean() { # clean NAME: a system of that name
  mkdir "$work/$1"
  zstd -q -d -c "$base" | tar -x -C "$work/$1"
}
mkdir -p -m 1777 /tmp/.X11-unix # a machine on which no window was ever shown has none
apart=() # what else the next commands inside are told
inside() { # inside NAME USER COMMAND...: run in that system, with the screen of this one
  local name=$1 user=$2
  shift 2
  systemd-nspawn -q -D "$work/$name" --register=no --keep-unit --suppress-sync=yes --pipe --user="$user" --bind-ro="$packages:/packages" \
    --bind=/tmp/.X11-unix --setenv=DISPLAY="${screen:-}" --setenv=DEBIAN_FRONTEND=noninteractive --setenv=LC_ALL=C.UTF-8 "${apart[@]}" "$@" < /dev/null \
    2> >(grep -v -e 'Attempted to remove disk file system under "/run/systemd/nspawn' -e 'terminated by signal' >&2)
}
install() { # install NAME PACKAGE...
  local name=$1
  shift
  inside "$name" root apt-get install -y -qq --no-install-recommends "$@" > "$work/apt.log" 2>&1 || { tail -20 "$work/apt.log" >&2; fail "apt"; }
}
purge() { # purge NAME PACKAGE...
  local name=$1
  shift
  inside "$name" root apt-get purge -y -qq --auto-remove "$@" > "$work/apt.log" 2>&1 || { tail -20 "$work/apt.log" >&2; fail "apt"; }
}
files() { # files NAME: all that is there but what apt and dpkg remember, and caches of others
  (cd "$work/$1" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./home \
    -o -path ./packages -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/log -o -path './var/lib/dpkg/*-old' \
    -o -path './var/lib/dpkg/triggers' -o -path ./var/tmp \) -prune -o -print | sort)
}
same() { # same NAME BEFORE: nothing is there that was not
  files "$1" | grep -v ./var/lib/systemd > "$work/after.txt"
  diff "$2" "$work/after.txt" > "$work/diff.txt" || { head -20 "$work/diff.txt" >&2; fail "something is left in $1, or was taken away"; }
  ! grep -q wardlight "$work/$1/etc/passwd" "$work/$1/etc/group" || fail "a user is left in $1"
}

# ---- the program --------------------------------------------------------------------------------------------------------------
say "the older program on a clean system"
clean desk
files desk | grep -v ./var/lib/systemd > "$work/before.txt"
install desk "$(deb old wardlight)"
[ "$(inside desk analyst dpkg-query -W -f '${Version}' wardlight)" = 0.0.9 ] || fail "the older version is not there"
case_of_old=$work/desk/home/analyst/Wardlight/old.wardlight
mkdir -p "$(dirname "$case_of_old")"
gzip -dc "$top/tests/data/workspace-version-3.wardlight.gz" > "$case_of_old"
chown -R --reference="$work/desk/home/analyst" "$(dirname "$case_of_old")"

say "upgrade, with a workspace to migrate"
install desk "$(deb new wardlight)"
inside desk analyst wardlight --version
inside desk analyst wardlight alerts /home/analyst/Wardlight/old.wardlight --json > "$work/old.json"
grep -q 'Known scanner of the owner' "$work/old.json" || fail "a note of the older workspace is gone"
"$python" - "$case_of_old" << 'END' || fail "the older workspace was not migrated, or its copy is not there"
import glob, sqlite3, sys
number = lambda path: sqlite3.connect(path).execute("PRAGMA user_version").fetchone()[0]
copies = [one for one in glob.glob(f"{sys.argv[1]}.version-3*") if number(one) == 3]
print("workspace of version", number(sys.argv[1]), "with a copy of version 3:", *(one.rpartition("/")[2] for one in copies))
sys.exit(not (number(sys.argv[1]) > 3 and copies))
END

say "selftest, the sample case, a report as PDF"
# Some parts of it have a limit of time, which a machine that is busy elsewhere can miss once.
inside desk analyst wardlight selftest > "$work/selftest.txt" || inside desk analyst wardlight selftest > "$work/selftest.txt" ||
  { cat "$work/selftest.txt" >&2; fail "selftest"; }
tail -3 "$work/selftest.txt"
sample=$(cd "$work/desk" && find usr/lib/wardlight -name intrusion.pcap | head -1)
status=0
inside desk analyst wardlight analyze "/$sample" --json --workspace /home/analyst/Wardlight/sample.wardlight --report /home/analyst/sample.pdf > "$work/sample.json" || status=$?
[ "$status" = 2 ] || fail "the analysis of the sample ended with $status"
"$python" "$top/benchmarks/check_sample.py" "$work/sample.json"
[ "$(head -c 5 "$work/desk/home/analyst/sample.pdf")" = %PDF- ] || fail "no PDF"
inside desk analyst bash -c '. /usr/share/bash-completion/completions/wardlight; COMP_WORDS=(wardlight work); COMP_CWORD=1; _wardlight; [ "${COMPREPLY[*]}" = workspace ]' ||
  fail "completion"

say "the window"
number=90
while [ -e "/tmp/.X11-unix/X$number" ] || [ -e "/tmp/.X$number-lock" ]; do number=$((number + 1)); done
screen=:$number
mkdir -p "$work/screen"
Xvfb "$screen" -screen 0 1440x900x24 -fbdir "$work/screen" -nolisten tcp -ac > /dev/null 2>&1 &
children+=($!)
for _ in $(seq 50); do [ -e "/tmp/.X11-unix/X$number" ] && break; sleep 0.1; done
shown() { # shown NAME ARGUMENTS...: the window comes with these, a picture NAME.png of it is kept
  local name=$1 child status=1
  shift
  inside desk analyst env QT_QPA_PLATFORM=xcb wardlight "$@" > "$work/window.txt" 2>&1 &
  child=$!
  children+=("$child")
  for _ in $(seq 40); do
    sleep 0.5
    kill -0 "$child" 2> /dev/null || { cat "$work/window.txt" >&2; fail "the window closed by itself"; }
    if "$python" "$here/screen.py" "$work/screen/Xvfb_screen0" "$pictures/$name.png" > "$work/screen.txt" 2>&1; then
      status=0
      sleep 12 # what is read is there then, for whoever looks at the picture
      "$python" "$here/screen.py" "$work/screen/Xvfb_screen0" "$pictures/$name.png"
      break
    fi
  done
  pkill -TERM -P "$child" systemd-nspawn || true
  wait "$child" 2> /dev/null || true
  [ "$status" = 0 ] || { cat "$work/screen.txt" "$work/window.txt" >&2; fail "nothing is drawn"; }
  [ ! -s "$work/window.txt" ] || cat "$work/window.txt"
}
shown sample "/$sample"
shown workspace /home/analyst/Wardlight/sample.wardlight
shown migrated /home/analyst/Wardlight/old.wardlight

say "what the desktop knows of it"
install desk shared-mime-info desktop-file-utils libglib2.0-bin
cp "$case_of_old" "$work/desk/home/analyst/nameless"
for pair in "Wardlight/old.wardlight application/x-wardlight-workspace" "nameless application/x-wardlight-workspace"; do
  inside desk analyst gio info -a standard::content-type "/home/analyst/${pair% *}" | grep -q "${pair#* }" || fail "the type of ${pair% *}"
done
inside desk analyst gio mime application/x-ms-evtx | grep -q wardlight.desktop || fail "event logs are not opened with the program"
purge desk shared-mime-info desktop-file-utils libglib2.0-bin

say "removed"
purge desk wardlight
same desk "$work/before.txt"
[ -e "$case_of_old" ] || fail "a workspace was removed with the program"

# ---- the sensor ---------------------------------------------------------------------------------------------------------------
say "a server with systemd, a hub and the older sensor"
clean server
install server systemd systemd-sysv dbus
inside server root mkdir -p /media/stick/partial
install server --download-only -o Dir::Cache::archives=/media/stick "$(deb new wardlight)"
apart=(--private-network)
inside server root sh -c 'dpkg -i /media/stick/*.deb "$0"' "$(deb new wardlight)" > "$work/apt.log" 2>&1 ||
  { tail -20 "$work/apt.log" >&2; fail "it cannot be installed without a network"; }
apart=()
rm -r "$work/server/media/stick"
systemd-nspawn -q -D "$work/server" --register=no --keep-unit --private-network --boot --bind-ro="$packages:/packages" \
  --console=pipe < /dev/null > "$work/boot.log" 2>&1 &
nspawn=$!
children+=("$nspawn")
leader=
for _ in $(seq 100); do
  leader=$(pgrep -P "$nspawn" | head -1 || true)
  [ -n "$leader" ] && nsenter -t "$leader" -m -p test -S /run/systemd/private 2> /dev/null && break
  sleep 0.3
done
booted() { # booted COMMAND...: as root on the server that runs
  nsenter -t "$leader" -m -p -u -i -n -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root \
    DEBIAN_FRONTEND=noninteractive "$@"
}
net() { nsenter -t "$leader" -n "$@"; } # a program of this machine on the network of the server
until_is() { # until_is SECONDS WORDS COMMAND...: wait until what it prints has these words
  local left=$(($1 * 2)) words=$2
  shift 2
  while [ "$left" -gt 0 ]; do
    grep -q -- "$words" <<< "$("$@" 2>&1 || true)" && return 0
    left=$((left - 1))
    sleep 0.5
  done
  "$@" >&2 || true
  fail "no \"$words\""
}
until_is 60 'running\|degraded' booted systemctl is-system-running
net ip link set lo up
net ip link add mirror0 type veth peer name mirror1
net ip link set mirror0 up
net ip link set mirror1 up
booted useradd --system --home-dir /var/lib/wardlight-hub --shell /usr/sbin/nologin wardlight-hub
booted install -d -o wardlight-hub -g wardlight-hub -m 0700 /var/lib/wardlight-hub
hub() { booted runuser -u wardlight-hub -- env WARDLIGHT_HOME=/var/lib/wardlight-hub wardlight hub "$@"; }
hub init --folder /var/lib/wardlight-hub/hub --name 127.0.0.1 --workspace corp > /dev/null
booted cp /usr/share/doc/wardlight/examples/wardlight-hub.service /etc/systemd/system/
booted systemctl daemon-reload
booted systemctl enable --quiet --now wardlight-hub
until_is 30 connection hub status --folder /var/lib/wardlight-hub/hub
hub add-sensor --folder /var/lib/wardlight-hub/hub dc1 > "$work/sensor.line"
hub add-analyst --folder /var/lib/wardlight-hub/hub ann > "$work/server/home/analyst/ann.line"
files server | grep -v -e ./var/lib/wardlight-hub -e '^./etc/systemd/.*wardlight-hub' -e ./var/lib/systemd > "$work/before.txt"

booted dpkg -i "$(deb old wardlight-sensor)" > "$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail "the sensor is not installed"; }
unit=wardlight-sensor.service
[ "$(booted systemctl is-enabled $unit || true)" = disabled ] || fail "the sensor is enabled before it is configured"
[ "$(booted systemctl is-active $unit || true)" = inactive ] || fail "the sensor runs before it is configured"
! booted wardlight-sensor --check > "$work/check.txt" || fail "the example of a configuration is taken"
cat "$work/check.txt"
booted wardlight-sensor selftest > "$work/selftest.txt" || { cat "$work/selftest.txt" >&2; fail "selftest of the sensor"; }

say "the sensor is joined and configured, and captures the sample that is sent past it"
grep . "$work/sensor.line" | tail -1 | nsenter -t "$leader" -m -p -u -i -n wardlight-sensor --join - --no-run
booted sed -E -i 's#^// ([ {}])#\1#; s/eth1/mirror0/; s/"reserve": 0.15/"reserve": 0/' /etc/wardlight/sensor.json
booted wardlight-sensor --check
booted systemctl enable --quiet --now $unit
until_is 30 '"state": "running"' booted wardlight-sensor --status
pid=$(booted systemctl show -p MainPID --value $unit)
booted cat "/proc/$pid/status" > "$work/status.txt"
grep -E '^(Cap(Eff|Bnd)|NoNewPrivs|Seccomp):' "$work/status.txt" | tr '\n\t' '  '
echo
grep -q '^CapEff:.*0000000000002400$' "$work/status.txt" || fail "the sensor may more, or less, than capture and listen"
! grep -q '^Uid:.*\b0\b' "$work/status.txt" || fail "the sensor is root"
booted systemd-analyze security $unit | tail -1
# --- what it sees goes over the hub into a workspace
booted runuser -u analyst -- env HOME=/home/analyst wardlight listen /home/analyst/live.wardlight --hub /home/analyst/ann.line --for 60 \
  > "$work/listen.txt" 2>&1 &
listen=$!
sleep 5
net tcpreplay -q -i mirror1 --multiplier=120 "$work/server/$sample" > "$work/replay.txt" 2>&1 || { cat "$work/replay.txt" >&2; fail "tcpreplay"; }
status=0
wait "$listen" || status=$?
[ "$status" = 2 ] || { tail -20 "$work/listen.txt" >&2; booted wardlight-sensor --status >&2; fail "listening ended with $status"; }
count() { booted runuser -u analyst -- env HOME=/home/analyst wardlight query /home/analyst/live.wardlight --count; }
live=$(count)
booted runuser -u analyst -- env HOME=/home/analyst wardlight alerts /home/analyst/live.wardlight --json > "$work/live.json"
"$python" - "$work/live.json" "$live" << 'END' || fail "the sensor did not see the intrusion"
import json, sys
found = {one["detector"] for one in json.load(open(sys.argv[1]))["alerts"]}
print("activities in the workspace:", sys.argv[2], "alerts of:", ", ".join(sorted(found)))
sys.exit(not {"kerberoasting", "dcsync", "samr_reconnaissance"} <= found)
END

say "the sensor is upgraded while it runs"
booted dpkg -i "$(deb new wardlight-sensor)" > "$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail "upgrade"; }
until_is 30 '"state": "running"' booted wardlight-sensor --status
now=$(booted systemctl show -p MainPID --value $unit)
[ "$now" != "$pid" ] && [ "$now" != 0 ] || fail "the older sensor runs still"
booted cat /etc/wardlight/sensor.json | grep -q mirror0 || fail "the configuration is gone"

say "removed"
booted dpkg --remove wardlight-sensor > "$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail "removing"; }
[ "$(booted systemctl is-active $unit || true)" = inactive ] || fail "the sensor runs after it was removed"
[ -e "$work/server/etc/wardlight/sensor.json" ] || fail "removing took the configuration away"
booted dpkg --purge wardlight-sensor > "$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; fail "purging"; }
booted systemctl disable --quiet --now wardlight-hub
booted userdel wardlight-hub
booted rm -rf /var/lib/wardlight-hub /etc/systemd/system/wardlight-hub.service
same server "$work/before.txt"
say "lintian"
wait "$lintian" || { grep '^E:' "$work/lintian.txt" | head -20 >&2; fail "lintian finds errors"; }
grep -c '^W:' "$work/lintian.txt" | sed 's/$/ warnings of lintian, no errors/'
say "The packages install, run, are upgraded and leave nothing."
