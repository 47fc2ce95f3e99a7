# A stand-in for OpenWrt's `uci`, as far as the scripts for /etc/uci-defaults use it:
#
#     UCI_DIR=FOLDER busybox awk -f uci.awk -- [-q] COMMAND [ARGUMENT]
#
# What it keeps of the real one (openwrt/uci: cli.c, list.c, file.c, util.c), which `uci.transcript` shows case by case:
#
# - A configuration is a file; one that is not there cannot be changed. Changes are seen at once by every later call, and
#   are in the file after `commit` (here they wait in a whole copy in FOLDER/.uci, there in a list of changes).
# - Sections have a name, or are anonymous: these are `@TYPE[N]`, from 0 or from the end with a minus, in `show` and as
#   arguments, and have a made-up name (`cfg…`) besides. `set C.S=TYPE` makes a section, or changes its type.
# - `set C.S.O=VALUE` needs the section; an empty value deletes. `add_list` makes a list of an option, or adds to it.
#   `delete` takes a section or an option, and says 'Entry not found' of neither.
# - Names are letters, digits and `_`; values have no control characters but tab and line ends.
# - `batch` reads a command a line, with quotes as a shell has them, which may go on over lines; `#` starts a comment. It
#   goes on after a command that fails, and always succeeds.
# - Status 0 done, 1 refused, 255 not a command. `-q` leaves out the reason.

BEGIN {
	folder = ENVIRON["UCI_DIR"]
	saved = folder "/.uci"
	program = "uci"
	first = 1
	if (ARGV[1] == "--") first = 2
	if (ARGV[first] == "-q") { quiet = 1; first++ }
	count = 0
	for (i = first; i < ARGC; i++) words[++count] = ARGV[i]
	if (count == 1 && words[1] == "batch") { batch(); exit 0 }
	exit run()
}

# Does what `words` says, and answers with the status.
function run(    name, status) {
	name = words[1]
	if (name == "commit" && count <= 2) return commit(count == 2 ? words[2] : "")
	if (name == "show" && count == 2) return show(words[2])
	if (name == "get" && count == 2) return get(words[2])
	if (name == "set" && count == 2) return set(words[2])
	if (name == "add_list" && count == 2) return add_list(words[2])
	if ((name == "delete" || name == "del") && count == 2) return drop(words[2])
	if (name == "add" && count == 3) return add(words[2], words[3])
	return 255
}

function refuse(why) {
	if (!quiet) print program ": " why > "/dev/stderr"
	return 1
}

# Commands from standard input.
function batch(    text, line, at) {
	while ((getline line < "/dev/stdin") > 0) text = text line "\n"
	at = 1
	while (at <= length(text)) {
		at = words_of(text, at)
		if (count == 0) continue
		if (run() == 255 && !quiet) print "Unknown command" > "/dev/stderr"
	}
}

# Splits the command that begins at a place of a text into `words`; answers with the place after it.
function words_of(text, at,    c, word, inside, is_word) {
	count = 0
	for (; at <= length(text); at++) {
		c = substr(text, at, 1)
		if (inside == "'") {
			if (c == "'") inside = ""; else word = word c
		} else if (inside == "\"") {
			if (c == "\"") inside = ""
			else if (c == "\\") word = word substr(text, ++at, 1)
			else word = word c
		} else if (c == "'" || c == "\"") {
			inside = c; is_word = 1
		} else if (c == "\\") {
			word = word substr(text, ++at, 1); is_word = 1
		} else if (c == " " || c == "\t" || c == "\n") {
			if (is_word) words[++count] = word
			word = ""; is_word = 0
			if (c == "\n") return at + 1
		} else if (c == "#") {
			while (at < length(text) && substr(text, at + 1, 1) != "\n") at++
		} else {
			word = word c; is_word = 1
		}
	}
	if (is_word) words[++count] = word
	return at
}

# Reads a configuration into memory: its sections by number, their options by number.
function load(config,    file, line, text, at, keep, i) {
	file = saved "/" config
	if ((getline line < file) < 0) {
		file = folder "/" config
		if ((getline line < file) < 0) return refuse("Entry not found")
	}
	close(file)
	while ((getline line < file) > 0) text = text line "\n"
	close(file)
	for (i = 1; i <= count; i++) keep[i] = words[i]
	kept = count
	sections = 0
	loaded = config
	at = 1
	while (at <= length(text)) {
		at = words_of(text, at)
		if (words[1] == "config" && count > 0) new_section(words[2], count > 2 ? words[3] : "")
		else if (words[1] == "option" && count > 0) option(sections, words[2], words[3], 0)
		else if (words[1] == "list" && count > 0) option(sections, words[2], words[3], 1)
	}
	for (i = 1; i <= kept; i++) words[i] = keep[i]
	count = kept
	return 0
}

function new_section(kind, name) {
	sections++
	type[sections] = kind
	is_anonymous[sections] = name == ""
	section[sections] = name == "" ? sprintf("cfg%02x", sections) : name
	options[sections] = 0
	return sections
}

# Sets an option, or adds to a list.
function option(at, name, value, to_list,    o) {
	o = option_at(at, name)
	if (o == 0) {
		o = ++options[at]
		key[at, o] = name
		values[at, o] = 0
		is_list[at, o] = 0
	}
	if (!to_list) { values[at, o] = 0; is_list[at, o] = 0 }
	else is_list[at, o] = 1
	held[at, o, ++values[at, o]] = value
}

function option_at(at, name,    o) {
	for (o = 1; o <= options[at]; o++) if (key[at, o] == name) return o
	return 0
}

# Takes `config.section.option=value` apart and finds the section; 0 when all is well formed.
function parse(text, wants_value,    split_at, parts, n) {
	value = ""; has_value = 0; path_option = ""; path_section = ""
	split_at = index(text, "=")
	if (split_at > 0) {
		value = substr(text, split_at + 1)
		text = substr(text, 1, split_at - 1)
		has_value = 1
	}
	n = split(text, parts, ".")
	if (n < 1 || n > 3 || parts[1] !~ /^[A-Za-z0-9_-]+$/) return refuse("Parse error")
	if (n == 3 && parts[3] !~ /^[A-Za-z0-9_]+$/) return refuse("Parse error")
	if (value ~ /[\001-\010\013\014\016-\037]/) return refuse("Parse error")
	if (n >= 2) path_section = parts[2]
	if (n == 3) path_option = parts[3]
	depth = n
	if (load(parts[1]) != 0) return 1
	if (wants_value && (!has_value || n < 2)) return refuse("Invalid argument")
	at_section = 0
	if (n >= 2) {
		at_section = section_at(path_section)
		if (at_section < 0) return refuse("Invalid argument")
	}
	return 0
}

# The number of a section, 0 when there is none of the name, -1 when the name is none.
function section_at(name,    i, kind, n, wanted) {
	if (name ~ /^[A-Za-z0-9_]+$/) {
		for (i = 1; i <= sections; i++) if (section[i] == name) return i
		return 0
	}
	if (name !~ /^@[^\[]*\[-?[0-9]+\]$/) return -1
	kind = substr(name, 2, index(name, "[") - 2)
	wanted = substr(name, index(name, "[") + 1) + 0
	n = 0
	for (i = 1; i <= sections; i++) if (type[i] == kind) n++
	if (wanted < 0) wanted += n
	n = 0
	for (i = 1; i <= sections; i++) if (type[i] == kind && n++ == wanted) return i
	return -2
}

function set(text,    o) {
	if (parse(text, 1) != 0) return 1
	if (at_section == -2) return refuse("Entry not found")
	if (depth == 2) {
		if (value == "") { if (at_section) remove_section(at_section) }
		else if (value !~ /^[!-~]+$/) return refuse("Invalid argument")
		else if (at_section) type[at_section] = value
		else new_section(value, path_section)
		return save()
	}
	if (!at_section) return refuse("Invalid argument")
	o = option_at(at_section, path_option)
	if (value == "") { if (o) remove_option(at_section, o) }
	else option(at_section, path_option, value, 0)
	return save()
}

function add_list(text) {
	if (parse(text, 1) != 0) return 1
	if (at_section <= 0 || depth < 3) return refuse("Invalid argument")
	option(at_section, path_option, value, 1)
	return save()
}

function add(config, kind) {
	if (load(config) != 0) return 3
	print section[new_section(kind, "")]
	return save()
}

function drop(text,    o) {
	if (parse(text, 0) != 0) return 1
	if (depth < 2) return refuse("Invalid argument")
	if (at_section <= 0) return refuse("Entry not found")
	if (depth == 2) remove_section(at_section)
	else {
		o = option_at(at_section, path_option)
		if (!o) return refuse("Entry not found")
		remove_option(at_section, o)
	}
	return save()
}

function remove_section(at,    i, o, v) {
	for (i = at; i < sections; i++) {
		type[i] = type[i + 1]; section[i] = section[i + 1]; is_anonymous[i] = is_anonymous[i + 1]
		options[i] = options[i + 1]
		for (o = 1; o <= options[i]; o++) move(i + 1, o, i, o)
	}
	sections--
}

function remove_option(at, o) {
	for (; o < options[at]; o++) move(at, o + 1, at, o)
	options[at]--
}

function move(from, a, to, b,    v) {
	key[to, b] = key[from, a]; values[to, b] = values[from, a]; is_list[to, b] = is_list[from, a]
	for (v = 1; v <= values[to, b]; v++) held[to, b, v] = held[from, a, v]
}

function get(text,    o, v, line, each) {
	if (parse(text, 0) != 0) return 1
	if (at_section <= 0) return refuse("Entry not found")
	if (depth == 2) { print type[at_section]; return 0 }
	o = option_at(at_section, path_option)
	if (!o) return refuse("Entry not found")
	for (v = 1; v <= values[at_section, o]; v++) {
		each = held[at_section, o, v]
		# Of a list, what holds blanks is quoted.
		if (is_list[at_section, o] && each ~ /[ \t\r\n]/) each = quoted(each)
		line = line (v > 1 ? " " : "") each
	}
	print line
	return 0
}

function show(text,    i, o) {
	if (parse(text, 0) != 0) return 1
	if (depth >= 2 && at_section <= 0) return refuse("Entry not found")
	if (depth == 3) {
		o = option_at(at_section, path_option)
		if (!o) return refuse("Entry not found")
		show_option(at_section, o, section[at_section])
		return 0
	}
	for (i = 1; i <= sections; i++) {
		if (depth == 2 && i != at_section) continue
		print loaded "." shown(i) "=" type[i]
		for (o = 1; o <= options[i]; o++) show_option(i, o, shown(i))
	}
	return 0
}

function show_option(at, o, name,    v, line) {
	for (v = 1; v <= values[at, o]; v++) line = line (v > 1 ? " " : "") quoted(held[at, o, v])
	print loaded "." name "." key[at, o] "=" line
}

# A section's name in `show`.
function shown(at,    i, n) {
	if (!is_anonymous[at]) return section[at]
	n = 0
	for (i = 1; i < at; i++) if (type[i] == type[at]) n++
	return "@" type[at] "[" n "]"
}

function quoted(text,    parts, n, i, out) {
	n = split(text, parts, "'")
	out = parts[1]
	for (i = 2; i <= n; i++) out = out "'\\''" parts[i]
	return "'" out "'"
}

# Writes what is in memory where later calls see it.
function save() {
	write(saved "/" loaded)
	return 0
}

function write(file,    i, o, v) {
	printf "" > file
	for (i = 1; i <= sections; i++) {
		printf "\nconfig %s%s\n", type[i], is_anonymous[i] ? "" : " " quoted(section[i]) > file
		for (o = 1; o <= options[i]; o++)
			for (v = 1; v <= values[i, o]; v++)
				printf "\t%s %s %s\n", is_list[i, o] ? "list" : "option", key[i, o], quoted(held[i, o, v]) > file
	}
	print "" > file
	close(file)
}

# Puts a configuration, or all, into its file.
function commit(config,    line, names, n, list, i) {
	if (config != "") {
		if (load(config) != 0) return 1
		if ((getline line < (saved "/" config)) < 0) return 0
		close(saved "/" config)
		write(folder "/" config)
		system("rm -f '" saved "/" config "'")
		return 0
	}
	list = "ls '" saved "'"
	n = 0
	while ((list | getline line) > 0) names[++n] = line
	close(list)
	for (i = 1; i <= n; i++) commit(names[i])
	return 0
}
