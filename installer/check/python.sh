#!/usr/bin/env bash
# The Python ways: wheel and source archive built twice to the same bytes, then installed and used, with a window and without.
# Needs the package registry that pip is set up for; says so where there is none. About four minutes.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
work=$(mktemp -d "${TMPDIR:-/tmp}/wardlight-python.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT='' HOME="$work/home" WARDLIGHT_HOME="$work/home" QT_QPA_PLATFORM=offscreen
mkdir -p "$work/home" "$work/elsewhere"
say() { echo "python.sh: $*"; }

"$python" -m venv "$work/tools"
if ! "$work/tools/bin/pip" download -q --no-deps --require-hashes -r installer/supply/locks/build.txt -d "$work/tools/files" 2> "$work/why"; then
  if grep -qiE "connection|name resolution|unreachable|timed out" "$work/why"; then
    say "passed over: no package registry can be reached from here"
    exit 0
  fi
  cat "$work/why" >&2
  exit 1
fi
"$work/tools/bin/pip" install -q --no-index --find-links "$work/tools/files" --require-hashes -r installer/supply/locks/build.txt

# Twice, the second time from another folder, with another umask, zone and seed.
"$work/tools/bin/python" -m installer.supply.dist --out "$work/one" > "$work/one.txt" 2> "$work/why" || { cat "$work/why" >&2; exit 1; }
git clone -q . "$work/clone"
git diff HEAD --binary | git -C "$work/clone" apply --allow-empty # what is not committed yet
(
  cd "$work/clone"
  umask 077
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) TZ=Asia/Tokyo PYTHONHASHSEED=7 LC_ALL=C \
    "$work/tools/bin/python" -m installer.supply.dist --out "$work/two" > "$work/two.txt" 2> "$work/why" || { cat "$work/why" >&2; exit 1; }
)
diff "$work/one.txt" "$work/two.txt" || { say "two builds of one commit differ"; exit 1; }
say "two builds give the same bytes:"
cat "$work/one.txt"
wheel=$(echo "$work"/one/*.whl)

# With a window, as pipx installs it.
PIPX_HOME="$work/pipx" PIPX_BIN_DIR="$work/bin" "$work/tools/bin/pipx" install -q --python "$python" \
  --pip-args="--constraint $PWD/constraints.txt" "${wheel}[sigma,hub]" > "$work/why" 2>&1 || { cat "$work/why" >&2; exit 1; }
sample=$PWD/resources/samples/intrusion.pcap
check=$PWD/benchmarks/check_sample.py
expected=$(find docs docs/sources -maxdepth 1 -name '*.md' | wc -l)
cd "$work/elsewhere" # whatever lies in the checkout is not seen from here
"$work/bin/wardlight" --version
"$work/bin/wardlight" selftest
inside=$(echo "$work"/pipx/venvs/wardlight/lib/python*/site-packages)
status=0
"$work/bin/wardlight" analyze "$inside/app/_data/resources/samples/intrusion.pcap" --json > sample.json || status=$?
test "$status" = 2
"$work/pipx/venvs/wardlight/bin/python" "$check" sample.json
"$work/pipx/venvs/wardlight/bin/python" - "$expected" << 'END'
import sys
from pathlib import Path
import app
from app import paths
from app.licences import notices
from app.ui.help.library import DETECTORS, find, library
there = [one for one in library() if one.path.startswith("docs/") and one.key not in ("query", "codes")]
detectors = [one for one in library() if one.group == DETECTORS]
assert len(there) == int(sys.argv[1]) - 1, len(there)  # docs/corpus.md tells how it was tested
assert len(detectors) > 60 and find("kerberoasting") and any(one.key == "about" for one in library())
assert paths.resources().is_relative_to(Path(app.__file__).parent), paths.resources()
assert all(one.texts or one.remark for one in notices())
print(f"help: {len(library())} articles, {len(detectors)} of them pages of detectors; {len(notices())} notices")
END
"$work/bin/wardlight" licences > licences.txt && grep -q "^Qt " licences.txt
"$work/bin/wardlight" hub --help > /dev/null

# Without a window: the lock by its hashes, then the wheel alone.
"$python" -m venv "$work/server"
"$work/server/bin/pip" install -q --require-hashes -r "$OLDPWD/installer/supply/locks/server.txt" 2> "$work/why" || { cat "$work/why" >&2; exit 1; }
"$work/server/bin/pip" install -q --no-deps "$wheel"
status=0
"$work/server/bin/wardlight" analyze "$sample" --json > sample.json || status=$?
test "$status" = 2
"$work/server/bin/python" "$check" sample.json
"$work/server/bin/python" -c "import importlib.util as u; assert u.find_spec('PySide6') is None"
status=0
"$work/server/bin/wardlight" 2> window.txt || status=$?
test "$status" = 1 && grep -q "the window cannot be opened" window.txt
say "installed and used with a window and without"
