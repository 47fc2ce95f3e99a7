lib=/lib

# The list of what an upgrade keeps has done its work, or never will.
rm -f "$lib/upgrade/keep.d/owpkg"
rm -rf "$etc/owpkg/disk.new"
if [ "$(sed -n "s/^$fact=['\"]\{0,1\}\([^'\"]*\).*/\1/p" "$etc/openwrt_release")" = "$value" ]; then
	main
else
	say "The upgrade for which this was put here did not take place: it goes away again."
	rm -rf "$disk"
fi
