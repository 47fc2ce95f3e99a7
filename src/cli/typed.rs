//! The arguments of one command, put together when it is typed: no run needs those of the others.

use clap::builder::Resettable;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};

use super::{completing, global, help};

/// The arguments of a command, with all that goes with every one.
#[derive(Debug)]
pub(crate) struct Typed<T>(pub(crate) Box<T>);

impl<T: Args> Args for Typed<T> {
    fn augment_args(command: Command) -> Command {
        whole(command, T::augment_args)
    }

    fn augment_args_for_update(command: Command) -> Command {
        whole(command, T::augment_args_for_update)
    }
}

impl<T: FromArgMatches> FromArgMatches for Typed<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(|args| Typed(Box::new(args)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

fn whole(command: Command, own: fn(Command) -> Command) -> Command {
    let (about, long_about) = (command.get_about().cloned(), command.get_long_about().cloned());
    let command = global::with_all(own(command));
    // What the groups of arguments say of themselves is not about the command.
    completing::attach(help::shorten(
        command.about(Resettable::from(about)).long_about(Resettable::from(long_about)),
    ))
}
