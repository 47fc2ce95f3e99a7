midway=no

say() {
	printf '%s\n' "$*"
}

# A line of progress, which `ok` or a refusal ends.
begin() {
	printf '%s... ' "$*"
	midway=yes
}

ok() {
	say "${1:-ok}"
	midway=no
}

# refuse WHAT [EXPECTED FOUND] NEXT-STEP
refuse() {
	if [ "$midway" = yes ]; then say no; fi
	{
		say "${0##*/}: $1"
		if [ $# -eq 4 ]; then
			say "  expected: $2"
			say "  found:    $3"
			shift 2
		fi
		say "  next:     $2"
	} >&2
	exit 1
}
