//! What is said of an image that was written, to people and to programs.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::cli::env::Env;
use crate::cli::ui::configuration::ConfigurationJson;
use crate::cli::ui::disk::{KeyJson, own_keys, tell_configuration};
use crate::cli::ui::json;
use crate::cli::ui::proof;
use crate::cli::ui::stick::onto_a_stick;
use crate::cli::ui::style::Style;
use crate::cli::ui::text;
use crate::image::first_boot::{FOLDER, LOG};
use crate::image::{BOOT_FILE, DiskFormat, Door, Load, WrittenImage};
use crate::lock::Lock;
use crate::proof::{CardProof, Proofs, SharedIds};
use crate::release::image::fwtool::Appended;
use crate::release::{Image, Images};
use crate::trust::Digest;
use crate::uci_defaults::Setup;

/// An image that was written.
pub(crate) struct Report<'a> {
    /// Where, as the user said it.
    pub(crate) out: &'a str,
    /// The images of the release.
    pub(crate) images: &'a Images,
    /// Which one it is.
    pub(crate) image: &'a Image,
    /// The format of the file.
    pub(crate) format: DiskFormat,
    /// Whether programs read it.
    pub(crate) json: bool,
}

/// The disk in it.
pub(crate) struct Carried<'a> {
    /// What it was made from.
    pub(crate) lock: &'a Lock,
    /// What it sets up at the first start.
    pub(crate) setup: &'a Setup,
    /// How large it is.
    pub(crate) load: Load,
    /// What the bytes of its packages show.
    pub(crate) proofs: &'a Proofs,
}

/// One image.
#[derive(Serialize)]
pub(crate) struct ImageJson<'a> {
    name: &'a str,
    kind: &'a str,
    filesystem: Option<&'a str>,
    sha256: Option<String>,
    url: String,
}

impl<'a> ImageJson<'a> {
    /// Of an image of these.
    pub(crate) fn of(images: &Images, image: &'a Image) -> ImageJson<'a> {
        ImageJson {
            name: &image.name,
            kind: &image.kind,
            filesystem: image.filesystem.as_deref(),
            sha256: image.sha256.map(|value| Digest::sha256(value).hex()),
            url: format!("{}/{}", images.folder, image.name),
        }
    }
}

/// `owpkg.image/1`.
#[derive(Serialize)]
struct WrittenJson<'a> {
    schema: &'static str,
    out: &'a str,
    format: &'static str,
    size: u64,
    disk_size: u64,
    image_size: u64,
    appended_bytes: usize,
    release: Option<&'a str>,
    target: &'a str,
    verified_by: Vec<String>,
    image: ImageJson<'a>,
    disk: Option<DiskJson<'a>>,
}

#[derive(Serialize)]
struct DiskJson<'a> {
    door: &'static str,
    archive_size: u64,
    root_size: u64,
    packages: usize,
    install: &'a [String],
    accepted_unsigned: bool,
    configuration: Option<ConfigurationJson<'a>>,
    keys: Vec<KeyJson<'a>>,
    cards: &'a [CardProof],
    shared_ids: &'a [SharedIds],
}

impl Report<'_> {
    /// Says what was written, and what to do with it.
    pub(crate) fn tell(
        &self,
        env: &mut Env,
        written: &WrittenImage,
        carried: Option<Carried<'_>>,
    ) -> io::Result<()> {
        let Report { out, images, image, format, json } = *self;
        let carried = carried.as_ref().zip(written.door);
        if json {
            let json = WrittenJson {
                schema: "owpkg.image/1",
                out,
                format: format.word(),
                size: written.file.bytes,
                disk_size: written.disk,
                image_size: written.image,
                appended_bytes: written.appended.iter().map(Appended::size).sum(),
                release: images.release.as_deref(),
                target: images.target.as_str(),
                verified_by: images.by.key_ids(),
                image: ImageJson::of(images, image),
                disk: carried.map(|(carried, door)| DiskJson::of(carried, door)),
            };
            return json::print(&mut env.out, &json);
        }
        writeln!(env.out, "wrote {out}: {}, {}", image.name, text::size(written.file.bytes))?;
        let keys = images.by.key_ids();
        if !keys.is_empty() {
            writeln!(env.out, "  its digest is signed by {}", keys.join(", "))?;
        }
        for appended in &written.appended {
            let what = match appended {
                Appended::Signature { .. } => "a signature".to_owned(),
                Appended::Description { of, .. } => format!("a description: {of}"),
            };
            writeln!(
                env.out,
                "  {} bytes that OpenWrt appends to images were left off: {what}",
                appended.size()
            )?;
        }
        if format != DiskFormat::Raw {
            writeln!(env.out, "  as {}: a disk of {}", format.word(), text::size(written.disk))?;
        }
        if written.disk > written.image {
            let grown = text::size(written.disk - written.image);
            let by_itself = "OpenWrt does not use them by itself";
            writeln!(env.out, "  {grown} at its end are in no partition: {by_itself}")?;
        }
        let by_dd = written.is_partitioned && format == DiskFormat::Raw;
        let Some((carried, door)) = carried else {
            return if by_dd { writeln!(env.out, "next: {}", onto_a_stick(out)) } else { Ok(()) };
        };
        carried.tell(env, door)?;
        let style = Style::new(env.out_is_terminal, env);
        proof::print(&mut env.out, style, carried.proofs)?;
        tell_configuration(env, carried.lock, carried.setup, written.file.permissions)?;
        writeln!(
            env.out,
            "next: start it with the card in the machine; it needs no network, and tells in /{LOG} what it did"
        )?;
        if by_dd {
            writeln!(env.out, "{}", onto_a_stick(out))?;
        }
        carried.tell_keys(env)
    }
}

impl Carried<'_> {
    fn tell(&self, env: &mut Env, door: Door) -> io::Result<()> {
        let size = text::size(self.load.archive);
        let place = match door {
            Door::BootPartition => format!("{BOOT_FILE} on the boot partition ({size})"),
            Door::BehindSquashfs => {
                format!("the archive behind the squashfs ({size}), which is there for that start alone")
            }
        };
        writeln!(
            env.out,
            "  its first start installs {}, from {place}",
            text::count(self.lock.packages.len(), "package")
        )
    }

    fn tell_keys(&self, env: &mut Env) -> io::Result<()> {
        let Ok(format) = self.lock.format() else { return Ok(()) };
        for (key, KeyJson { file, router_folder, in_image, .. }) in
            self.lock.keys.iter().zip(own_keys(self.lock, format))
        {
            if !in_image {
                writeln!(
                    env.out,
                    "once after the first start, which cannot install yet: add the key {1} of {0}, which official images \
                     lack, and restart:\n  cp /{FOLDER}/{file} {router_folder}/ && reboot",
                    key.feeds_in_words(),
                    key.id
                )?;
            }
        }
        Ok(())
    }
}

impl<'a> DiskJson<'a> {
    fn of(carried: &Carried<'a>, door: Door) -> DiskJson<'a> {
        let Carried { lock, load, proofs, .. } = *carried;
        DiskJson {
            door: door_word(door),
            archive_size: load.archive,
            root_size: load.unpacked + load.installed,
            packages: lock.packages.len(),
            install: &lock.install,
            accepted_unsigned: lock.accepted_unsigned,
            configuration: lock.configuration.as_ref().map(ConfigurationJson::of),
            keys: lock.format().map(|format| own_keys(lock, format)).unwrap_or_default(),
            cards: &proofs.cards,
            shared_ids: &proofs.shared,
        }
    }
}

/// The word for a door in JSON.
pub(crate) fn door_word(door: Door) -> &'static str {
    match door {
        Door::BootPartition => "boot-partition",
        Door::BehindSquashfs => "behind-squashfs",
    }
}
