# A value of openwrt_release.
release_fact() {
	sed -n "s/^$1=['\"]\{0,1\}\([^'\"]*\).*/\1/p" "$etc/openwrt_release"
}
