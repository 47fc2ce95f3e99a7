//! `owpkg fill`: writes the disk for the router that made a request.

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::{Exit, Failure};
use crate::cli::listing;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskFormat, DiskOptions, ImageOptions, OutputArgs};
use crate::lock::Lock;
use crate::release::Release;
use crate::stick::Request;

/// How many devices an error names.
const MOST_NAMED: usize = 8;
const ASK_MORE: &str = "name a card that is not plugged in yet with --chip, or packages with --add";

/// `owpkg fill`
#[derive(Debug, Args)]
#[command(
    mut_arg("detect", |arg| arg.hide(true)),
    mut_arg("release", |arg| arg.hide(true)),
    mut_arg("target", |arg| arg.hide(true)),
    mut_arg("profile", |arg| arg.hide(true)),
    mut_arg("installed", |arg| arg.hide(true)),
    after_help = "Examples:\n  owpkg request > request.sh           run it on the router: sh request.sh\n  \
                  owpkg fill owpkg-request.txt pkgs.img\n  \
                  owpkg fill /media/stick/owpkg-request.txt /media/stick/pkgs --format dir --add tcpdump"
)]
pub struct FillArgs {
    /// The router's request, owpkg-request.txt; - reads standard input
    #[arg(value_name = "REQUEST|-")]
    pub request: String,
    /// The image, tar or folder to write
    pub out: String,
    /// What to install.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub source: SourceArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
pub fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(&args.output)?;
    refuse_what_is_answered(args)?;
    let request_file = Some(args.request.clone());
    let wishes = DiskOptions::read(env, &args.output, &[&request_file])?;
    let request = listing::read_text(env, &args.request)?;
    let request =
        Request::parse(&request.0).map_err(|error| Failure::from(error).about(&request.1.to_string()))?;
    let mut selection = selection::read(env, &args.selection, &args.source)?;
    selection.take_router(&request.devices);
    if selection.is_empty() {
        return Err(no_card(&request));
    }
    let source = source_for(&request, &args.source)?;
    let session = Session::new(env, &source)?;
    let opened = Opened::release(session.open_for(env, &source, request.installed.clone())?);
    let joined = opened.join()?;
    let (mut lock, setup) = wishes.plan(env, &joined, &selection)?;
    check_fits(&request, &lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    // A tree that does not state its release is of the router's, as far as its kernel and its architecture tell.
    lock.release.get_or_insert(request.release);
    lock.router = Some(request.router);
    let bundle = joined.bundle(&session.upstream, lock)?;
    setup.write(env, &bundle, &args.out, &settings, next(args.output.format))
}

/// What the request says of the router cannot be said otherwise: the disk would be for another.
fn refuse_what_is_answered(args: &FillArgs) -> Result<(), Failure> {
    let (selection, source) = (&args.selection, &args.source);
    let answered = [
        ("--detect", &selection.detect),
        ("--release", &source.release),
        ("--target", &source.target),
        ("--profile", &source.profile),
        ("--installed", &source.installed),
    ];
    match answered.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((flag, _)) => Err(Failure::usage(
            format!("{flag} is answered by the request"),
            "leave it out, or make the disk without a request: owpkg disk",
        )),
    }
}

/// Where to look for the router's release. A tree tells its own, which is compared later; a server is asked for the
/// router's.
fn source_for(request: &Request, args: &SourceArgs) -> Result<SourceArgs, Failure> {
    let mut source = SourceArgs { target: Some(request.target.to_string()), ..args.clone() };
    if args.tree.is_none() {
        let known = Release::parse(&request.release).map_err(|error| {
            let help = "give the release tree of its build: --tree DIR, the folder that holds targets/ and packages/";
            Failure::new(Exit::Usage, format!("the router's release: {error}"), Some(help.to_owned()))
        })?;
        source.release = Some(known.to_string());
    }
    Ok(source)
}

/// Whether the disk that the lock tells of is one for the router.
fn check_fits(request: &Request, lock: &Lock) -> Result<(), Failure> {
    let release = lock.release.as_deref().unwrap_or(&request.release);
    for (what, asked, found) in [
        ("release", request.release.as_str(), release),
        ("architecture", &request.arch, &lock.arch),
        ("package format", request.format, &lock.format),
    ] {
        if asked != found {
            return Err(Failure::new(
                Exit::Unresolvable,
                format!("{} is of another {what}: expected the router's {asked}, found {found}", lock.source),
                Some("name the release tree of the router's own build with --tree".to_owned()),
            ));
        }
    }
    if lock.packages.is_empty() && lock.configuration.is_none() {
        return Err(Failure::new(
            Exit::Unknown,
            "the router needs nothing: it holds all that its cards take",
            Some(ASK_MORE.to_owned()),
        ));
    }
    check_space(request, lock)
}

/// Whether what is to be installed and the files of the configuration have room on the router. Unpacked sizes count, as
/// in the install script, although a flash that compresses may hold more: where the disk is going, nobody can make a
/// smaller one.
fn check_space(request: &Request, lock: &Lock) -> Result<(), Failure> {
    let packages = lock.packages.iter().map(|package| package.installed_size.or(package.size).unwrap_or(0));
    let files = lock.configuration.iter().flat_map(|own| &own.files).map(|file| file.size);
    let needed: u64 = packages.chain(files).map(|bytes| bytes.div_ceil(1024)).sum();
    match request.free_kb {
        Some(free) if needed > free => Err(Failure::new(
            Exit::Unresolvable,
            format!("the router has too little space: expected {needed} kB for the plan, found {free} kB"),
            Some(
                "leave packages out with --omit or --wpa none, or remove some on the router and run request.sh again"
                    .to_owned(),
            ),
        )),
        _ => Ok(()),
    }
}

/// What to do with the disk.
fn next(format: DiskFormat) -> &'static str {
    match format {
        DiskFormat::Fat => {
            "write it over a stick (all that the stick holds is lost), take that to the router, then there:\n  \
             mkdir -p /tmp/pkgs && mount -t vfat /dev/sda /tmp/pkgs && sh /tmp/pkgs/install.sh"
        }
        DiskFormat::Tar => format.next(),
        DiskFormat::Dir => {
            "carry the folder to the router on the stick, then there, in the folder: sh install.sh"
        }
    }
}

/// The failure that the router has no card that anything is known of.
fn no_card(request: &Request) -> Failure {
    let shown: Vec<String> =
        request.devices.iter().map(|device| format!("{} {}", device.id.bus, device.id)).collect();
    let seen = match shown.len() {
        0 => "it shows no device".to_owned(),
        count if count > MOST_NAMED => {
            format!("it shows {} and {} more", shown[..MOST_NAMED].join(", "), count - MOST_NAMED)
        }
        _ => format!("it shows {}", shown.join(", ")),
    };
    Failure::new(
        Exit::Unknown,
        format!("the router has no network card that needs a package: {seen}"),
        Some(ASK_MORE.to_owned()),
    )
}
