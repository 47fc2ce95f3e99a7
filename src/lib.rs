//! owpkg: from the network card in your hand to a disk that a stock OpenWrt accepts with no network.
//!
//! # The map of the house
//!
//! Data flows one way. Each arrow is a function, each noun a value that nothing changes afterwards:
//!
//! ```text
//! name, id, pasted text ──hardware──▶ chip ──catalogue + release──▶ roots
//! feed ──fetch──▶ bytes ──trust──▶ Verified ──index──▶ packages ──join──▶ universe
//! (universe, what the router holds, roots) ──resolve──▶ plan | refusal
//! plan, configuration ⇄ lock ──fetch──▶ bundle of verified bytes ──output──▶ disk | tar | folder
//! ```
//!
//! Three ways lead into it from elsewhere: a router far from any network says by a request what it holds and which cards
//! it has ([`stick`]); a folder of one's own packages becomes a feed ([`index::LocalFeed`]); and what of releases was
//! mirrored ([`output::mirror`]) is served to routers ([`serve`]).
//!
//! | module | what it answers |
//! |---|---|
//! | [`hardware`] | which chip is this, and which packages does it want? |
//! | [`release`] | what does a release tree hold: target, kernel, manifest, feeds? |
//! | [`fetch`] | how do bytes get here? The only module that uses the network, and the only asynchronous one inside |
//! | [`trust`] | who vouches for them? Only it can make a [`trust::Verified`] |
//! | [`index`] | what do they say? One trait, [`index::Format`], stands before opkg and apk |
//! | [`resolve`] | what must be added, in which order, and why? Pure: no clock, no network, no file |
//! | [`package`] | what is inside a package file, and is it whole? |
//! | [`output`] | how is the answer written down, whole or not at all? |
//! | [`stick`] | what does a router far from any network say of itself, and which router was it? |
//! | [`serve`] | which file of a mirror does a router ask for? |
//! | [`cli`] | what was typed, and what is printed? The only module that prints |
//!
//! Besides, [`snapshot`] holds the facts of one release for answers with no network, [`blueprint`] makes release trees
//! of descriptions, [`demo`] makes one of the snapshot's facts, [`suggest`] finds names like one that is unknown, and
//! [`parallel`] does the same to many things at once.
//!
//! # Where a change goes
//!
//! A chip, an id, a key or a newer snapshot is data in `indexes/`. A package format is a folder in [`index`] and its
//! name in [`index::FORMATS`]. A kind of output is a file in [`output`], what a disk can set on a router one in
//! [`output::setup`], a command a file in [`cli`] and a variant of its `Command`, the status that an error ends with a
//! line in `cli::failure`. A request that resolves wrongly is first a test, then a change in [`resolve`] or in the format's
//! `choice`.
//!
//! # What the types promise
//!
//! Index parsers take a [`trust::Verified`] index, and outputs are made of [`output::Content`], which is text made here,
//! the user's own files or something verified; so writing fetched bytes that no key vouches for does not compile.
#![forbid(unsafe_code)]

pub mod blueprint;
pub mod cli;
pub mod demo;
pub mod fetch;
pub mod hardware;
pub mod index;
pub mod kmod;
pub mod output;
pub mod package;
pub mod parallel;
pub mod release;
pub mod resolve;
pub mod serve;
pub mod snapshot;
pub mod stick;
pub mod suggest;
pub mod trust;
