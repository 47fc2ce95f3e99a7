//! How the commands that end in a disk make it: the plan's lock, the verified files, the output, what is said of it.

use std::fs::File;
use std::io::{self, Write as _};

use camino::Utf8PathBuf;
use ipnet::Ipv4Net;

use super::args::wifi::{TypedSetup, bring};
use super::args::{OutputArgs, RouterArgs};
use super::env::Env;
use super::error::{Exit, Failure};
use super::planning::{self, Joined};
use super::ui::disk::{WrittenDisk, next, next_for_upgrade};
use super::ui::proof;
use super::ui::status;
use super::ui::text::size;
use super::ui::warnings::{warn, warn_of_readers, warn_of_setup};
use crate::disk::{self, OutputFormat, OutputOptions, write};
use crate::fat::{FatKind, Label, Size};
use crate::files::{Entry, Permissions, WrittenFile, replace_file};
use crate::format::Installed;
use crate::lock::{Bundle, Lock};
use crate::overlay::Overlay;
use crate::proof::Proofs;
use crate::release::{Release, Upstream};
use crate::sbom::Sbom;
use crate::selection::{Selection, Warning};
use crate::uci_defaults::{Mode, RouterPackages, Setup, StaticAddress, add_give_back};
use crate::upgrade::Comparison;

/// What stands for standard output.
pub(crate) const STDOUT: &str = "-";

/// What the arguments say of the output.
pub(crate) struct ImageOptions {
    format: OutputFormat,
    size: Size,
    kind: Option<FatKind>,
    label: Label,
    partition: Option<bool>,
    sbom: Option<String>,
    /// Whether programs read what is said.
    pub(crate) json: bool,
}

/// What the arguments say of the router beside its packages.
#[derive(Clone)]
pub(crate) struct DiskOptions<'a> {
    args: &'a RouterArgs,
    /// What the router holds, where the release was opened for another.
    router: Option<&'a Installed>,
    /// Whether the router must mount a FAT for it.
    on_fat: bool,
    overlay: Overlay,
    setup: TypedSetup,
}

/// What a disk brings beside the packages.
pub(crate) struct RouterSetup {
    /// The user's own files, and the scripts of what is set up.
    pub(crate) overlay: Overlay,
    /// What is set up at the next start.
    pub(crate) setup: Setup,
    router: Option<Installed>,
}

impl ImageOptions {
    /// Reads them, and refuses what does not go together; nothing is fetched for it.
    pub(crate) fn read(env: &Env, args: &OutputArgs, out: &str) -> Result<ImageOptions, Failure> {
        let format = args.format(out);
        let of_fat = args.size.is_some() || args.fat.is_some() || args.partition.is_some();
        if format != OutputFormat::Fat && of_fat {
            return Err(Failure::usage(
                "--size, --fat and --partition are for --format fat",
                "leave them out",
            ));
        }
        if out == STDOUT && (format == OutputFormat::Dir || args.json || env.out_is_terminal) {
            return Err(Failure::usage(
                "standard output takes an image or a tar, and neither a terminal nor JSON beside it",
                "name a file, or send it on: owpkg disk - | ssh root@router 'cat > /tmp/pkgs.img'",
            ));
        }
        let label = Label::new(&args.label)
            .map_err(|error| Failure::new(Exit::Usage, error.to_string(), error.help()))?;
        Ok(ImageOptions {
            format,
            size: args.size.map_or(Size::Smallest, Size::Exactly),
            kind: args.fat,
            label,
            partition: args.partition,
            sbom: args.sbom.clone(),
            json: args.json,
        })
    }

    /// Writes the files of a disk, as its `own` options are where nothing was typed; nothing comes of it where they went to
    /// standard output.
    pub(crate) fn write(
        &self,
        env: &mut Env,
        out: &str,
        entries: &[Entry],
        own: OutputOptions,
    ) -> Result<Option<WrittenFile>, Failure> {
        let ImageOptions { format, size, kind, label, partition, .. } = *self;
        let partition = partition.unwrap_or(own.partition);
        let options = OutputOptions { format, size, kind, label, partition, ..own };
        match out {
            STDOUT => write_to_stdout(env, entries, &options).map(|()| None),
            _ => Ok(Some(write(&env.path(out), entries, &options)?)),
        }
    }

    /// What to do with a disk for many routers that was written to `out`.
    pub(crate) fn next(&self, out: &str) -> String {
        next(true, self.format, &self.label, out)
    }
}

impl<'a> DiskOptions<'a> {
    /// Reads them, with the key of a Wi-Fi; nothing is fetched for it. `others` are the other arguments that may name
    /// standard input.
    pub(crate) fn read(
        env: &mut Env,
        args: &'a OutputArgs,
        out: &str,
        others: &[&Option<String>],
    ) -> Result<DiskOptions<'a>, Failure> {
        let on_fat = args.format(out) == OutputFormat::Fat;
        Ok(DiskOptions { on_fat, ..DiskOptions::of_image(env, &args.router, others)? })
    }

    /// The same for an image, which is no disk to be mounted.
    pub(crate) fn of_image(
        env: &mut Env,
        args: &'a RouterArgs,
        others: &[&Option<String>],
    ) -> Result<DiskOptions<'a>, Failure> {
        let mut overlay = args.configuration.overlay(env)?;
        if args.vm.is_some() {
            add_give_back(&mut overlay)?;
        }
        let setup = args.setup.read(env, others)?;
        setup.leaves(&overlay)?;
        Ok(DiskOptions { args, router: None, on_fat: false, overlay, setup })
    }
}

impl<'a> DiskOptions<'a> {
    /// The same for a router that holds these packages, whichever the release was opened for.
    pub(crate) fn for_router(&self, router: &'a Installed) -> DiskOptions<'a> {
        DiskOptions { router: Some(router), ..self.clone() }
    }

    /// The same for a disk that is written so.
    pub(crate) fn for_disk(self, settings: &ImageOptions) -> DiskOptions<'a> {
        DiskOptions { on_fat: settings.format == OutputFormat::Fat, ..self }
    }

    /// Whether nothing is to be set.
    pub(crate) fn is_empty(&self) -> bool {
        self.setup.is_empty() && self.args.configuration.is_empty() && self.args.vm.is_none()
    }

    /// The same with all keys typed.
    pub(crate) fn complete(self, env: &mut Env) -> Result<Self, Failure> {
        Ok(DiskOptions { setup: self.setup.typed(env)?, ..self })
    }

    /// A lock that was read, with the configuration of its disk.
    pub(crate) fn join_lock(self, env: &mut Env, lock: Lock) -> Result<(Lock, RouterSetup), Failure> {
        let DiskOptions { args, mut overlay, setup, .. } = self;
        let (setup, warnings) = bring(setup.complete(env)?, &RouterPackages::of_lock(&lock), &mut overlay)?;
        warn_of_setup(env, &warnings)?;
        let lock = args.configuration.join(lock, &overlay)?.with_lan(lan(&setup));
        Ok((lock, RouterSetup { overlay, setup, router: None }))
    }

    /// The lock of the plan for a selection, whose warnings are told, with the configuration of its disk.
    pub(crate) fn plan<'o>(
        self,
        env: &mut Env,
        upstream: &Upstream,
        joined: &'o Joined<'o>,
        selection: &Selection,
    ) -> Result<(Lock, RouterSetup), Failure> {
        let DiskOptions { args, router, on_fat, mut overlay, setup } = self;
        let guest = args.vm.map(|host| selection.clone().guest_of(host));
        let mut planned = joined.plan_for(env, upstream, guest.as_ref().unwrap_or(selection), router)?;
        if on_fat {
            planned.warn_of_fat();
        }
        let series = planned.facts().release.as_ref().and_then(Release::series);
        let router = RouterPackages::of_plan(&planned.plan, &planned.baseline.installed, series);
        let (setup, warnings) = bring(setup.complete(env)?, &router, &mut overlay)?;
        let configuration = args.configuration.plan(&mut planned, &overlay)?;
        // Where the router only joins, nobody needs to hear of access points.
        let joins = !setup.wifis.is_empty() && setup.wifis.iter().all(|wifi| wifi.mode == Mode::Station);
        let is_idle = |warning: &Warning| {
            joins && matches!(warning, Warning::Chip(warning) if warning.is_of_access_point())
        };
        warn(env, planned.warnings.iter().filter(|warning| !is_idle(warning)).cloned())?;
        warn_of_setup(env, &warnings)?;
        let lock = planning::lock(env, &planned)?.configured(configuration).with_lan(lan(&setup));
        let router = Some(planned.baseline.installed);
        Ok((lock, RouterSetup { overlay, setup, router }))
    }
}

/// The router's own address of IPv4 in its LAN, where that is set.
fn lan(setup: &Setup) -> Option<Ipv4Net> {
    setup.network.lan.as_ref()?.address.map(StaticAddress::net)
}

impl RouterSetup {
    /// What the router holds already, where a plan was made for it.
    pub(crate) fn router(&self) -> Option<&Installed> {
        self.router.as_ref()
    }

    /// Writes the disk of a bundle to `out`, and says so.
    pub(crate) fn write(
        &self,
        env: &mut Env,
        upstream: &Upstream,
        bundle: &Bundle,
        proofs: &Proofs,
        out: &str,
        settings: &ImageOptions,
    ) -> Result<(), Failure> {
        let entries = disk::contents(bundle, &self.overlay)?;
        if let Some(file) = &settings.sbom {
            write_sbom(env, file, &Sbom::of_disk(upstream, bundle)?)?;
        }
        self.place(env, bundle, &entries, (proofs, None), out, settings)
    }

    /// Writes the stick that upgrades a router with the disk of a bundle, and says so.
    pub(crate) fn write_upgrade(
        &self,
        env: &mut Env,
        bundle: &Bundle,
        (comparison, entries): (&Comparison, &[Entry]),
        out: &str,
        settings: &ImageOptions,
    ) -> Result<(), Failure> {
        if out != STDOUT && !settings.json {
            writeln!(env.out, "{comparison}").map_err(Failure::stdout)?;
        }
        self.place(env, bundle, entries, (&bundle.proofs, Some(comparison)), out, settings)
    }

    fn place(
        &self,
        env: &mut Env,
        bundle: &Bundle,
        entries: &[Entry],
        (proofs, upgrade): (&Proofs, Option<&Comparison>),
        out: &str,
        settings: &ImageOptions,
    ) -> Result<(), Failure> {
        let lock = &bundle.lock;
        let Some(placed) = settings.write(env, out, entries, OutputOptions::of(lock))? else { return Ok(()) };
        if lock.is_secret() && placed.permissions == Permissions::All {
            warn_of_readers(env, out)?;
        }
        proof::warn(env, proofs)?;
        let unpacked = settings.format == OutputFormat::Dir;
        let next = match upgrade {
            // A disk that a router asked for goes there on a stick.
            None => next(lock.router.is_some(), settings.format, &settings.label, out),
            Some(_) => next_for_upgrade(settings.format, &settings.label, out),
        };
        let next = &next;
        let written = WrittenDisk { out, placed, lock, setup: &self.setup, next, proofs, unpacked, upgrade };
        written.tell(env, settings.json).map_err(Failure::stdout)
    }
}

/// Writes an SBOM to the file that was named for it.
pub(crate) fn write_sbom(env: &Env, file: &str, sbom: &Sbom) -> Result<(), Failure> {
    replace_file(&env.path(file), |out| sbom.write(out))?;
    Ok(())
}

/// Writes a disk to standard output. An image is not written from its beginning to its end, so a file comes before.
fn write_to_stdout(env: &mut Env, entries: &[Entry], options: &OutputOptions) -> Result<(), Failure> {
    let folder = tempfile::tempdir().map_err(Failure::stdout)?;
    let path = Utf8PathBuf::from_path_buf(folder.path().join("disk"));
    let path =
        path.map_err(|path| Failure::new(Exit::Output, format!("{} is no UTF-8", path.display()), None))?;
    let bytes = write(&path, entries, options)?.bytes;
    let mut file = File::open(path).map_err(Failure::stdout)?;
    let copied = match &mut env.raw_out {
        Some(out) => io::copy(&mut file, out),
        None => io::copy(&mut file, &mut env.out),
    };
    copied.map_err(Failure::stdout)?;
    status::note(env, format_args!("wrote the disk to standard output: {}", size(bytes)))
}
