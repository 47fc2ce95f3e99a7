//! `owpkg fill`: writes the disk for the router that made a request.

use clap::Args;

use crate::cli::args::{SelectionArgs, SourceArgs};
use crate::cli::env::Env;
use crate::cli::error::{ASK_MORE, Exit, Failure};
use crate::cli::listing;
use crate::cli::planning::Opened;
use crate::cli::selection;
use crate::cli::session::Session;
use crate::cli::ui::warnings::warn_of;
use crate::cli::writing::{DiskOptions, ImageOptions, OutputArgs};
use crate::disk::check_fit;
use crate::release::Release;
use crate::stick::Request;

/// How many devices an error names.
const MOST_NAMED: usize = 8;

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
                  owpkg fill /media/stick/owpkg-request.txt /media/stick/pkgs/ --add tcpdump"
)]
pub(crate) struct FillArgs {
    /// The router's request, owpkg-request.txt; - reads standard input
    #[arg(value_name = "REQUEST|-")]
    pub(crate) request: String,
    /// The image (.img), tar (.tar, .tar.gz) or folder (ending in /) to write; - writes to standard output
    pub(crate) out: String,
    /// What to install.
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Where from.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What to write.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Runs the command.
pub(crate) fn run(env: &mut Env, args: &FillArgs) -> Result<(), Failure> {
    let settings = ImageOptions::read(env, &args.output, &args.out)?;
    refuse_what_is_answered(args)?;
    let request_file = Some(args.request.clone());
    let wishes = DiskOptions::read(env, &args.output, &args.out, &[&request_file])?;
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
    let (mut lock, setup) = wishes.plan(env, &session.upstream, &joined, &selection)?;
    check_fit(&request, &lock)?;
    if request.free_kb.is_none() {
        warn_of(env, "the request does not say how much space the router has")?;
    }
    // A tree that does not state its release is of the router's, as far as its kernel and its architecture tell.
    lock.release.get_or_insert(request.release);
    lock.router = Some(request.router);
    let bundle = joined.bundle(&session.upstream, lock)?;
    let proofs = joined.proofs_of(env, &session.upstream, &bundle, setup.router())?;
    setup.write(env, &session.upstream, &bundle, &proofs, &args.out, &settings)
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
