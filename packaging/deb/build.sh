#!/bin/sh
# A .deb of this checkout, by cargo-deb: packaging/deb/build.sh [PROGRAM [OPTION OF CARGO-DEB]...]
# PROGRAM is one that is built already; without it, a release build is made. DEBFULLNAME and DEBEMAIL say who makes the
# package, as Debian's own tools take them; without them, git's user does.
set -eu
cd "$(dirname "$0")/../.."
if [ $# -eq 0 ]; then
    cargo build --release --locked
    set -- target/release/owpkg
fi
program=$1
shift
name=${DEBFULLNAME:-$(git config user.name)}
address=${DEBEMAIL:-$(git config user.email)}
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

rm -rf target/share
sh packaging/share.sh "$program" target/share
version=$("$program" --version)
version=${version#owpkg }
mkdir -p target/share/doc/owpkg
cat >target/share/doc/owpkg/changelog.Debian <<END
owpkg ($version-1) unstable; urgency=medium

  * owpkg $version. What is new is told in changelog.gz.

 -- $name <$address>  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
END
cargo deb --no-build --maintainer "$name <$address>" "$@"
