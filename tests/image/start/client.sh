#!/bin/ash
# The package manager, on a machine whose power may fail while it installs.
"/client/${0##*/}" "$@" || exit
case " $* " in
*' --simulate '* | *' --noaction '*) ;;
*' add '* | *' install '*)
	if grep -q cut=installing /proc/cmdline; then
		# Half of it was written.
		sed -i '$d' /client/installed
		sync
		echo 'guest: power fails at installing' >/dev/console
		poweroff -nf
	fi
	;;
esac
