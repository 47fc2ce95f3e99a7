//! The house stands as `src/lib.rs` says: a module uses only those below it, and no circle joins the files of `cli`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, Meta, UseTree};

/// A module's place in the crate: `cli::ui::style` as three names; the crate itself is none.
type Place = Vec<String>;
/// The text of a source file below `src/`, if there is one.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

#[test]
fn modules_use_only_what_stands_below_them() {
    let found = violations(&|file| fs::read_to_string(format!("src/{file}")).ok());
    assert!(found.is_empty(), "{} arrows go wrong:\n{}", found.len(), found.join("\n"));
}

#[test]
fn each_kind_of_violation_is_found() {
    const MAP: &str = "//! | [`trust`] | who? |\n//! | [`fetch`], [`cli`] | how? |\n//! | `cli::env` | - |\n\
                       //! | `cli::ui` | - |\npub mod trust;\npub mod fetch;\npub mod cli;\n";
    let planted = |file: &'static str, text: &'static str| {
        let tree = BTreeMap::from([
            ("lib.rs", MAP),
            ("trust/mod.rs", "mod key;"),
            ("trust/key.rs", "pub fn key() {}"),
            (
                "fetch.rs",
                "use crate::trust::{self, key::{key as other}}; fn get() { crate::trust::key::key() }",
            ),
            ("cli/mod.rs", "mod env; mod ui; use ui::style;"),
            ("cli/env.rs", "pub struct Env;"),
            ("cli/ui/mod.rs", "pub mod text; pub mod style;"),
            ("cli/ui/text.rs", "use super::style;"),
            ("cli/ui/style.rs", "use crate::cli::env::Env; #[cfg(test)] mod tests { use crate::cli::run; }"),
        ]);
        violations(&move |asked| {
            let text = if asked == file { Some(&text) } else { tree.get(asked) };
            text.map(ToString::to_string)
        })
    };
    assert_eq!(planted("", ""), [""; 0]);
    let upwards = "src/trust/key.rs:2: trust uses fetch, which stands above it";
    for text in [
        "\nuse crate::fetch;",
        "\nuse super::super::{fetch::get, trust};",
        "\nfn key() { crate::fetch::get() }",
        "\nfn key() -> Vec<crate::fetch::Got> { Vec::new() }",
        "\nfn key() { println!(\"{}\", crate::fetch::get()) }",
        "\nmod inner { fn key() { super::super::super::fetch::get() } }",
        "\n#[arg(value_parser = crate::fetch::get())] struct Args;",
        "\n#[cfg(not(test))] use crate::fetch;",
    ] {
        assert_eq!(planted("trust/key.rs", text), [upwards], "{text}");
    }
    assert_eq!(planted("trust/key.rs", "#[cfg(test)] use crate::fetch;"), [""; 0]);
    assert_eq!(planted("trust/key.rs", "/// [`crate::fetch`]\npub(crate) fn key() {}"), [""; 0]);

    let in_cli = "src/cli/env.rs:1: cli::env uses cli::ui, which stands above it";
    assert_eq!(planted("cli/env.rs", "use super::ui;"), [in_cli]);
    let of_root = "src/cli/ui/text.rs:1: cli::ui uses cli, which stands above it";
    assert_eq!(planted("cli/ui/text.rs", "use crate::cli::Env;"), [of_root]);
    let circle = "a circle: src/cli/ui/style.rs:1 uses src/cli/ui/text.rs; src/cli/ui/text.rs:1 uses src/cli/ui/style.rs";
    assert_eq!(planted("cli/ui/style.rs", "use super::text;"), [circle]);
    let unlisted = planted("lib.rs", "//! | [`trust`] | - |\npub mod trust;\npub mod fetch;");
    assert_eq!(unlisted, ["src/lib.rs: the map has no row for fetch"]);
}

/// What goes against the order of the map in `lib.rs`, by file and line.
fn violations(read: Read<'_>) -> Vec<String> {
    let order = order(&read("lib.rs").expect("there is a lib.rs"));
    let house = House::read(read);
    let arrows = house.arrows();
    let rooms: BTreeSet<String> = house.places.iter().filter_map(room).collect();
    let unlisted = rooms.iter().filter(|room| !order.contains(room));
    let mut found: Vec<String> =
        unlisted.map(|room| format!("src/lib.rs: the map has no row for {room}")).collect();
    for Arrow { from, to, at, .. } in &arrows {
        let Some((from, to, whole)) = apart(from, to) else { continue };
        let height = |room: &String| match room == whole {
            true => Some(usize::MAX),
            false => order.iter().position(|other| other == room),
        };
        if height(&to).zip(height(&from)).is_some_and(|(to, from)| to >= from) {
            let to = if to.is_empty() { "lib.rs" } else { &to };
            found.push(format!("{at}: {from} uses {to}, which stands above it"));
        }
    }
    found.extend(circle(arrows.iter().filter(|arrow| arrow.is_in_cli())));
    found
}

/// The rooms in the order of the map, the lowest first: the names in the first cells of the tables of `lib.rs`.
fn order(lib: &str) -> Vec<String> {
    let cells = lib.lines().filter_map(|line| line.strip_prefix("//! | ")?.split(" | ").next());
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

/// The row of the map that a module should have: each at the top, and each at the top of `cli`.
fn room(place: &Place) -> Option<String> {
    let is_room = place.len() == 1 || (place.len() == 2 && place[0] == "cli");
    is_room.then(|| place.join("::"))
}

/// The two rooms that an arrow leads between, if it does, and the name of what holds both.
fn apart(from: &Place, to: &Place) -> Option<(String, String, &'static str)> {
    let in_cli = |place: &Place| place.first().is_some_and(|name| name == "cli");
    let (depth, whole) = if in_cli(from) && in_cli(to) { (2, "cli") } else { (1, "") };
    let name = |place: &Place| place[..depth.min(place.len())].join("::");
    (name(from) != name(to)).then(|| (name(from), name(to), whole))
}

/// A circle that arrows between files make, if there is one.
fn circle<'a>(arrows: impl Iterator<Item = &'a Arrow>) -> Option<String> {
    let mut uses: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for arrow in arrows.filter(|arrow| arrow.file != arrow.to_file) {
        uses.entry(&arrow.file).or_default().entry(&arrow.to_file).or_insert(&arrow.at);
    }
    // What uses nothing is in no circle, nor is then what uses that alone: what is left at the end is.
    loop {
        let left: BTreeSet<&str> = uses.keys().copied().collect();
        uses.values_mut().for_each(|used| used.retain(|file, _| left.contains(file)));
        uses.retain(|_, used| !used.is_empty());
        if left.len() == uses.len() {
            break;
        }
    }
    let (mut file, mut way) = (*uses.keys().next()?, Vec::new());
    while !way.contains(&file) {
        way.push(file);
        file = uses[file].keys().next()?;
    }
    let start = way.iter().position(|other| *other == file)?;
    let circle = way[start..].iter().zip(way[start + 1..].iter().chain([&file]));
    let steps: Vec<String> = circle.map(|(file, used)| format!("{} uses {used}", uses[file][used])).collect();
    Some(format!("a circle: {}", steps.join("; ")))
}

/// A use of a module by another.
struct Arrow {
    from: Place,
    to: Place,
    file: String,
    to_file: String,
    at: String,
}

impl Arrow {
    fn is_in_cli(&self) -> bool {
        [&self.from, &self.to].iter().all(|place| place.first().is_some_and(|name| name == "cli"))
    }
}

/// The modules of the crate, without those for tests.
#[derive(Default)]
struct House {
    /// The file of each module that has its own, and what it says.
    files: Vec<(Place, String, syn::File)>,
    places: BTreeSet<Place>,
}

impl House {
    fn read(read: Read<'_>) -> House {
        let mut house = House::default();
        house.add(read, Place::new(), "lib.rs".to_owned());
        house
    }

    fn add(&mut self, read: Read<'_>, place: Place, file: String) {
        let text = read(&file).unwrap_or_else(|| panic!("src/{file} is declared and missing"));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("src/{file}: {error}"));
        self.declare(read, &place, &parsed.items);
        self.files.push((place.clone(), format!("src/{file}"), parsed));
        self.places.insert(place);
    }

    /// Adds the modules that these items declare.
    fn declare(&mut self, read: Read<'_>, place: &Place, items: &[Item]) {
        for item in items {
            let Item::Mod(module) = item else { continue };
            if is_for_tests(&module.attrs) {
                continue;
            }
            let inner = join(place, &module.ident.to_string());
            if let Some((_, items)) = &module.content {
                self.declare(read, &inner, items);
                self.places.insert(inner);
            } else {
                let path = inner.join("/");
                let file = [format!("{path}.rs"), format!("{path}/mod.rs")]
                    .into_iter()
                    .find(|file| read(file).is_some());
                self.add(read, inner, file.unwrap_or_else(|| panic!("there is no file of {path}")));
            }
        }
    }

    fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (place, file, parsed) in &self.files {
            let mut reader = Reader { places: &self.places, place: place.clone(), found: Vec::new() };
            reader.visit_file(parsed);
            arrows.extend(reader.found.into_iter().map(|(from, to, line)| {
                let to_file = self.file_of(&to);
                Arrow { from, to, file: file.clone(), to_file, at: format!("{file}:{line}") }
            }));
        }
        arrows
    }

    /// The file of a module, which may be written in that of one around it.
    fn file_of(&self, place: &Place) -> String {
        let holders = self.files.iter().filter(|(other, ..)| place.starts_with(other));
        holders.max_by_key(|(other, ..)| other.len()).map(|(_, file, _)| file.clone()).unwrap_or_default()
    }
}

/// Reads what a file uses: imports, paths in code, and paths among the words of macros and attributes.
struct Reader<'a> {
    places: &'a BTreeSet<Place>,
    /// The module that is being read.
    place: Place,
    /// From which module, which one, on which line.
    found: Vec<(Place, Place, usize)>,
}

impl Reader<'_> {
    fn uses(&mut self, path: &[String], span: Span) {
        let Some(start) = self.start(&path[0]) else { return };
        let mut names = path.iter().peekable();
        let mut to = start;
        while names.peek().is_some_and(|name| ["crate", "self", "super"].contains(&name.as_str())) {
            if names.next().is_some_and(|name| name == "super") {
                to.pop();
            }
        }
        for name in names {
            let inner = join(&to, name);
            if !self.places.contains(&inner) {
                break;
            }
            to = inner;
        }
        if to != self.place {
            self.found.push((self.place.clone(), to, span.start().line));
        }
    }

    /// Where a path with this first name starts; another crate's, and what is imported, are not looked for.
    fn start(&self, first: &str) -> Option<Place> {
        match first {
            "crate" => Some(Place::new()),
            "self" | "super" => Some(self.place.clone()),
            child => self.places.contains(&join(&self.place, child)).then(|| self.place.clone()),
        }
    }

    fn imports(&mut self, before: &[String], tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.imports(&join(before, &path.ident.to_string()), &path.tree),
            UseTree::Name(name) => self.uses(&join(before, &name.ident.to_string()), name.ident.span()),
            UseTree::Rename(name) => self.uses(&join(before, &name.ident.to_string()), name.ident.span()),
            UseTree::Glob(glob) => self.uses(before, glob.star_token.spans[0]),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.imports(before, tree)),
        }
    }

    fn words(&mut self, words: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut colons, mut last) = (0, Span::call_site());
        for word in words {
            if !matches!(&word, TokenTree::Punct(sign) if sign.as_char() == ':') {
                if !(colons == 2 && matches!(word, TokenTree::Ident(_))) && path.len() > 1 {
                    self.uses(&path, last);
                }
                if colons != 2 || !matches!(word, TokenTree::Ident(_)) {
                    path.clear();
                }
                colons = 0;
            }
            match word {
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    last = name.span();
                    path.push(name.to_string());
                }
                TokenTree::Group(group) => self.words(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        if path.len() > 1 {
            self.uses(&path, last);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).is_some_and(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.place.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.place.pop();
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        self.imports(&[], &import.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_none() && names.len() > 1 {
            self.uses(&names, path.segments[0].ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        visit::visit_path(self, &called.path);
        self.words(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.words(list.tokens.clone());
        }
    }

    /// `pub(in crate::…)` says who may use it, not what it uses.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn join(place: &[String], name: &str) -> Place {
    place.iter().cloned().chain([name.to_owned()]).collect()
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test");
    attributes.iter().any(is_test)
}

fn attributes(item: &Item) -> Option<&[Attribute]> {
    Some(match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return None,
    })
}
