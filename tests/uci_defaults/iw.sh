#!/bin/sh
# A stand-in for `iw phy NAME info`: the bands of a made-up radio, as Linux numbers them.
[ "$1 $3" = 'phy info' ] || exit 1
echo "Wiphy $2"
sed -e 's/^2g .*/	Band 1:/' -e 's/^5g .*/	Band 2:/' -e 's/^6g .*/	Band 4:/' "$ROOT/sys/class/ieee80211/$2/bands"
