lib=/lib

# The list of what an upgrade keeps has done its work, or never will.
rm -f "$lib/upgrade/keep.d/owpkg"
rm -rf "$etc/owpkg/disk.new"
if [ "$(sed -n "s/^$fact=['\"]\{0,1\}\([^'\"]*\).*/\1/p" "$etc/openwrt_release")" = "$value" ]; then
	main
else
	echo 'owpkg: the upgrade for which the packages were put here did not take place: they go away again' >>"$kmsg"
	rm -rf "$disk"
fi
