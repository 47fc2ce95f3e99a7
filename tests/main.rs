//! One test binary, in the folders of `src/`. A test stands with the room whose promise it holds, and goes through its
//! public surface; what takes the whole program goes through `support::run`.

/// What a lying mirror, a changed lock or a hostile file tries, and the refusal that it must get.
mod attacks;
/// The commands: what they print, in words and as JSON, and the status that they end with.
mod cli;
/// Feeds of one's own, from a folder of packages to the disks and mirrors that carry them.
mod custom_feeds;
/// What the program is made of.
mod dependencies;
/// What stands on a disk, and its install script run by real shells as a router has them.
mod disk;
/// Pictures of plans.
mod drawing;
/// FAT file systems, judged by fsck.fat and mtools and read back byte by byte.
mod fat;
/// Servers that fail, lie and stall, and the cache.
mod fetch;
/// Indexes, package files and versions of each format, against its own tools.
mod format;
/// The readers of foreign bytes: the fuzz targets over their seeds.
mod fuzz;
/// Cards and the packages for them: the tables, what is pasted, what is selected.
mod hardware;
/// Whether the modules stand as the map in `src/lib.rs` says.
mod house;
/// Images that carry a disk.
mod image;
/// Kernel modules: the ids that they list and the firmware that they name.
mod kmod;
/// Mirrors: what they hold, how they are kept whole, buckets.
mod mirror;
/// What people get owpkg as: the crate, the .deb, the port, the archive.
mod packaging;
/// The page that makes disks, and its JSON.
mod page;
/// Whether the bytes on a disk drive the card that it was made for.
mod proof;
/// Release trees: targets, kernels, manifests, feeds, and who vouches for them.
mod release;
/// Plans and refusals: saved cases, laws that hold for all plans, and a solver by brute force.
mod resolve;
/// What outputs are made of, as other programs read it.
mod sbom;
/// The server for a network's routers, asked by real clients.
mod serve;
/// The sets of `owpkg.toml`: what is read, what is refused, which lock is theirs.
mod sets;
/// What real releases hold, where they lie beside the checkout.
mod shared;
/// Requests of routers, and the disks that answer them.
mod stick;
/// No tests: made-up releases, the program run in process, servers that go wrong, judges.
mod support;
/// Keys, signatures and digests.
mod trust;
/// Wi-Fi and addresses of the router: what is settled, and the scripts that set it.
mod uci_defaults;
/// The next release for a router without a network: renames, images, and the script under real shells.
mod upgrade;
/// Virtual machines: the recipes, and a guest that boots one's disk.
mod vm;
