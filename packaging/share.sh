#!/bin/sh
# What owpkg says of itself, as it stands below /usr/share or a prefix's share: manual pages, and what shells complete.
set -eu
if [ $# -ne 2 ]; then
    echo "usage: packaging/share.sh PROGRAM SHARE" >&2
    exit 2
fi
program=$1 share=$2

mkdir -p "$share/man/man1" "$share/bash-completion/completions" "$share/fish/vendor_completions.d" \
    "$share/zsh/site-functions"
"$program" man "$share/man/man1" >/dev/null
"$program" completions bash >"$share/bash-completion/completions/owpkg"
"$program" completions fish >"$share/fish/vendor_completions.d/owpkg.fish"
"$program" completions zsh >"$share/zsh/site-functions/_owpkg"
