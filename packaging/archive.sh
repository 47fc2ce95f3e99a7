#!/bin/sh
# The archive that people and cargo-binstall unpack: packaging/archive.sh PROGRAM TARGET [FOLDER]
# PROGRAM is the release's owpkg and must run here; TARGET is Rust's name for what it was built for.
set -eu
if [ $# -lt 2 ]; then
    echo "usage: packaging/archive.sh PROGRAM TARGET [FOLDER]" >&2
    exit 2
fi
program=$1 target=$2 folder=${3:-.}
root=$(cd "$(dirname "$0")/.." && pwd)

version=$("$program" --version)
name=owpkg-${version#owpkg }-$target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/$name"
cp "$program" "$work/$name/owpkg"
cp "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-APACHE" "$root/LICENSE-MIT" "$work/$name"
sh "$root/packaging/share.sh" "$program" "$work/$name/share"
mkdir -p "$folder"
(cd "$work" && tar -cf - "$name") | gzip -9n >"$folder/$name.tgz"
echo "$folder/$name.tgz"
