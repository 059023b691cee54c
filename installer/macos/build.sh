#!/usr/bin/env bash
# Builds the macOS application and its disk image: installer/macos/build.sh OUT
# Needs Python 3.11 or later and Apple's command line tools. It was not run here: no Mac was at hand
# (docs/install-windows-macos.md says what to check first).
#
# Signing: WARDLIGHT_SIGN_IDENTITY, a "Developer ID Application" of the keychain. Notarisation: WARDLIGHT_NOTARY_PROFILE, what
# `xcrun notarytool store-credentials` was given as its name. Without them the application is signed for this machine only, and
# that is said.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
mkdir -p "${1:?name the folder for the disk image}"
out=$(cd "$1" && pwd)
cd "$root"
python=${PYTHON:-python3}
test "$(uname -s)" = Darwin || { echo "build.sh: this builds on macOS only" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- an environment that holds what the locks name, by their hashes
"$python" installer/supply/environment.py --out "$work/environment"
bin=$work/environment/bin
version=$("$bin/python" -c 'from app import __version__; print(__version__)')
case $(uname -m) in arm64) machine=arm64 ;; *) machine=x86_64 ;; esac

# --- the program, then the application around it
"$bin/python" installer/freeze/build.py --out "$work/frozen"
"$bin/python" -m installer.pictures "$work/wardlight.icns"
app=$work/image/Wardlight.app
mkdir -p "$work/image"
"$bin/python" -m installer.macos.bundle "$work/frozen/wardlight" "$work/wardlight.icns" "$app"
plutil -lint "$app/Contents/Info.plist" "$here/entitlements.plist"

# --- signed from the inside out; "-" is a signature for this machine only
identity=${WARDLIGHT_SIGN_IDENTITY:--}
stamp=--timestamp
if [ "$identity" = - ]; then stamp=--timestamp=none; fi
"$bin/python" -m installer.macos.bundle --list "$app" | while IFS= read -r one; do
  codesign --force --options runtime "$stamp" --entitlements "$here/entitlements.plist" --sign "$identity" "$one"
done
codesign --verify --deep --strict --verbose=2 "$app"

# --- tried before it is packed
"$app/Contents/MacOS/wardlight" --version
"$app/Contents/MacOS/wardlight" selftest

# --- the disk image
ln -s /Applications "$work/image/Applications"
image=$out/wardlight-$version-macos-$machine.dmg
rm -f "$image"
hdiutil create -volname "Wardlight $version" -srcfolder "$work/image" -fs HFS+ -format UDZO "$image"
if [ "$identity" != - ]; then
  codesign --sign "$identity" --timestamp "$image"
fi
if [ "$identity" != - ] && [ -n "${WARDLIGHT_NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$image" --keychain-profile "$WARDLIGHT_NOTARY_PROFILE" --wait
  xcrun stapler staple "$image"
  spctl --assess --type open --context context:primary-signature --verbose "$image"
else
  echo "build.sh: the disk image is NOT notarised: macOS will refuse to open it on other machines without being told to." >&2
fi
shasum -a 256 "$image"
