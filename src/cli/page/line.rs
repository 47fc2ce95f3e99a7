//! The command line that does what is asked for: the page shows it, and runs it.

use std::ffi::OsString;

use clap::{Args, Command};

use super::order::{Given, Order};
use crate::cli::error::{Exit, Failure};
use crate::shell;

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    command: &'static str,
    /// What stands before the flags: names of files, none of which comes from the form.
    files: Vec<String>,
    flags: Vec<(&'static str, String)>,
}

impl Line {
    fn new(command: &'static str, files: &[&str]) -> Line {
        Line { command, files: files.iter().map(|&file| file.to_owned()).collect(), flags: Vec::new() }
    }

    /// Names the cards of what was given.
    pub(super) fn detect(order: &Order) -> Line {
        let release = (!order.given.is_request()).then(|| order.release.clone()).flatten();
        Line::new("detect", &[order.given.file().unwrap_or("-")]).with("release", release)
    }

    /// Makes the plan.
    pub(super) fn resolve(order: &Order, mirror: &str) -> Line {
        let line = Line::new("resolve", &[]);
        match &order.given {
            Given::Request(_) => line.with("from-request", order.given.file()).of_request(order, mirror),
            _ => line.of_selection(order, mirror),
        }
    }

    /// Says where the router's release is, and nothing else.
    pub(super) fn router(order: &Order, mirror: &str) -> Line {
        Line::new("resolve", &[]).of_router(order, mirror)
    }

    /// Writes the disk.
    pub(super) fn disk(order: &Order, mirror: &str, out: &str) -> Line {
        match (&order.given, order.given.file()) {
            (Given::Request(_), Some(file)) => Line::new("fill", &[file, out]).of_request(order, mirror),
            _ => Line::new("disk", &[out]).of_selection(order, mirror),
        }
    }

    /// Writes the image that installs all of it at its first start; without a file, lists the images.
    pub(super) fn image(order: &Order, mirror: &str, out: Option<&str>) -> Line {
        let (kind, filesystem) = order.image.clone().unzip();
        let line = Line::new("image", out.as_slice());
        let line = match (&order.given, out) {
            (Given::Request(_), Some(_)) => {
                line.with("from-request", order.given.file()).of_request(order, mirror)
            }
            (_, Some(_)) => line.of_selection(order, mirror),
            (_, None) => line.of_router(order, mirror),
        };
        line.with("kind", kind).with("filesystem", filesystem.flatten())
    }

    fn with(mut self, flag: &'static str, values: impl IntoIterator<Item = impl Into<String>>) -> Line {
        self.flags.extend(values.into_iter().map(|value| (flag, value.into())));
        self
    }

    fn of_selection(self, order: &Order, mirror: &str) -> Line {
        let line = self.with("detect", order.given.file()).of_packages(order);
        line.of_router(order, mirror)
    }

    /// What a request says of the router cannot be said otherwise.
    fn of_request(self, order: &Order, mirror: &str) -> Line {
        self.of_packages(order).with("mirror", [mirror])
    }

    fn of_packages(self, order: &Order) -> Line {
        self.with("chip", order.chips.clone())
            .with("device", order.devices.clone())
            .with("add", order.add.clone())
            .with("omit", order.omit.clone())
            .with("wpa", order.wpa.clone())
    }

    fn of_router(self, order: &Order, mirror: &str) -> Line {
        self.with("release", order.release.clone())
            .with("target", order.target.clone())
            .with("profile", order.profile.clone())
            .with("mirror", [mirror])
    }

    /// The same with flags that only others need, who lack what the server was started with.
    pub(super) fn for_others(self, keys: &[String], unsigned: &[String]) -> Line {
        self.with("key", keys.to_vec()).with("accept-unsigned", unsigned.to_vec())
    }

    /// As a shell reads it.
    pub(super) fn shown(&self) -> String {
        let files = self.files.iter().map(|file| shell::word(file));
        let flags = self.flags.iter().map(|(flag, value)| match value.starts_with('-') {
            // It would be read as a flag of its own.
            true => format!("--{flag}={}", shell::word(value)),
            false => format!("--{flag} {}", shell::word(value)),
        });
        ["owpkg".to_owned(), self.command.to_owned()]
            .into_iter()
            .chain(files)
            .chain(flags)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Its words. No value can be taken for a flag.
    pub(super) fn words(&self) -> Vec<OsString> {
        let flags = self.flags.iter().map(|(flag, value)| format!("--{flag}={value}"));
        let words = [self.command.to_owned()].into_iter().chain(self.files.iter().cloned()).chain(flags);
        words.map(OsString::from).collect()
    }

    /// What it means to its command.
    pub(super) fn read<A: Args>(&self) -> Result<A, Failure> {
        let command = A::augment_args(Command::new(self.command)).no_binary_name(false);
        let matches = command.try_get_matches_from(self.words());
        matches.and_then(|matches| A::from_arg_matches(&matches)).map_err(|error| {
            let text = error.to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text).lines().next().unwrap_or_default();
            Failure::new(Exit::Usage, text.to_owned(), None)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::cli::commands::{disk::DiskArgs, resolve::ResolveArgs};
    use crate::cli::page::order::{Given, Order};

    fn order(words: &[&str]) -> Order {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Order { chips: words.clone(), add: words, ..Order::default() }
    }

    #[test]
    fn no_value_becomes_a_flag_or_a_file() {
        let odd = ["--files=/etc", "-", "--", "-h", "a b", "$(reboot)", "'", "@x", "--help", "=x", "é"];
        let line = Line::disk(&order(&odd), "http://lan:8080", "pkgs.img");
        let args: DiskArgs = line.read().unwrap();
        assert_eq!(args.selection.chip, odd);
        assert_eq!(args.selection.add, odd);
        assert_eq!(args.out, "pkgs.img");
        assert!(args.output.router.configuration.files.is_none());
        assert_eq!(args.source.mirror.as_deref(), Some("http://lan:8080"));
        let shown = line.shown();
        assert!(shown.contains("--chip=--files=/etc --chip=- "), "{shown}");
        assert!(shown.contains("--chip 'a b' --chip '$(reboot)' --chip ''\\'''"), "{shown}");
    }

    #[test]
    fn a_request_says_itself_which_router_it_is_of() {
        let order = Order {
            given: Given::Request("owpkg-request 2\n".to_owned()),
            release: Some("24.10.0".to_owned()),
            target: Some("x86/64".to_owned()),
            profile: Some("generic".to_owned()),
            ..order(&["iw"])
        };
        let args: ResolveArgs = Line::resolve(&order, "http://lan").read().unwrap();
        assert_eq!(args.from_request.as_deref(), Some("owpkg-request.txt"));
        assert_eq!((args.source.release, args.source.target, args.source.profile), (None, None, None));
        assert_eq!(
            Line::disk(&order, "http://lan", "pkgs.tar").shown(),
            "owpkg fill owpkg-request.txt pkgs.tar --chip iw --add iw --mirror http://lan"
        );
        assert_eq!(Line::detect(&order).shown(), "owpkg detect owpkg-request.txt");
    }
}
