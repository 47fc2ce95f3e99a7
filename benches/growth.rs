//! How time and memory grow: `resolve` over 1,000 to 100,000 packages in both formats, `detect` over 10 to 100,000 lines.
//!
//! `cargo bench --bench growth` runs the program on release trees and listings made for it, prints what it took, and
//! draws `docs/growth.svg`. Times are the best of several runs, so that other work on the machine counts least; memory
//! is the most that was resident, as `time` of GNU says it, and is left out where there is none.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use camino::Utf8PathBuf;
use owpkg::demo::{self, Blueprint, PackageSpec};
use owpkg::format::{FORMATS, Format};
use owpkg::release::snapshot::Snapshot;

const ROUNDS: usize = 7;
const PACKAGES: [usize; 6] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000];
const LINES: [usize; 6] = [10, 1_000, 10_000, 25_000, 50_000, 100_000];

/// A line of a drawing: how much there was, and what it took.
struct Curve {
    name: String,
    points: Vec<(usize, f64)>,
}

fn main() {
    let root = Utf8PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/growth");
    let (mut times, mut sizes) = (Vec::new(), Vec::new());
    for format in FORMATS {
        let runs = PACKAGES.map(|count| (count, resolve(&tree(&root, format, count))));
        times.push(curve(format.name(), &runs, |run| Some(run.millis)));
        sizes.push(curve(format.name(), &runs, |run| run.mebibytes));
    }
    let runs = LINES.map(|count| (count, detect(&listing(&root, count))));
    let detected = vec![curve("detect", &runs, |run| Some(run.millis))];
    let panels = [
        ("resolve: milliseconds over packages", times),
        ("resolve: MiB over packages", sizes),
        ("detect: milliseconds over lines", detected),
    ];
    for (title, curves) in &panels {
        for Curve { name, points } in curves {
            let points: Vec<String> =
                points.iter().map(|(count, value)| format!("{count} {value:.1}")).collect();
            println!("{title}, {name}: {}", points.join(", "));
        }
    }
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/growth.svg"), drawing(&panels)).unwrap();
}

fn curve(name: &str, runs: &[(usize, Run)], value: impl Fn(&Run) -> Option<f64>) -> Curve {
    let points = runs.iter().filter_map(|(count, run)| Some((*count, value(run)?))).collect();
    Curve { name: name.to_owned(), points }
}

/// A release tree of so many packages, each of which needs the one of half its number; the packages themselves are left
/// out.
fn tree(root: &Utf8PathBuf, format: &'static dyn Format, count: usize) -> Utf8PathBuf {
    let folder = root.join(format!("{}-{count}", format.name()));
    if folder.exists() {
        return folder;
    }
    let name = |number: usize| format!("package-{number:06}");
    let spec = |number: usize| PackageSpec {
        name: name(number),
        version: format!("1.{number}-r1"),
        depends: if number == 0 { String::new() } else { name(number / 2) },
        provides: format!("virtual-{}", number / 3),
        description: format!("{} of many, with a description of the usual length", name(number)),
        ..PackageSpec::default()
    };
    let known = demo::blueprint(&Snapshot::read().unwrap());
    let core = known.feeds.iter().filter(|(name, _)| name == "core").cloned();
    let feeds = core.chain([("packages".to_owned(), (0..count).map(spec).collect())]).collect();
    let signers = demo::signers().unwrap();
    let files = Blueprint { feeds, ..known }.build(format, &signers).unwrap();
    let is_package = |path: &String| path.ends_with(format.facts().package_ending);
    for (path, bytes) in files.into_iter().filter(|(path, _)| !is_package(path)) {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    fs::write(folder.join("key.pem"), signers.ec.public().to_pem()).unwrap();
    fs::write(folder.join("key.pub"), signers.usign.public().to_text()).unwrap();
    folder
}

/// A listing of so many network cards, a line each.
fn listing(root: &Utf8PathBuf, count: usize) -> Utf8PathBuf {
    let file = root.join(format!("lspci-{count}"));
    let line = |number: usize| {
        let (bus, id) = (number / 256 % 256, 0x0500 + number % 0x1000);
        format!(
            "{bus:02x}:{:02x}.0 Network controller [0280]: Intel Corporation [8086:{id:04x}] (rev 59)\n",
            number % 32
        )
    };
    fs::create_dir_all(root).unwrap();
    fs::write(&file, (0..count).map(line).collect::<String>()).unwrap();
    file
}

fn resolve(tree: &Utf8PathBuf) -> Run {
    let keys = ["key.pem", "key.pub"].map(|name| tree.join(name).to_string());
    let line =
        ["resolve", "--no-lock", "--format", "names", "--add", "package-000999", "--tree", tree.as_str()];
    run(&[&line[..], &["--key", &keys[0], "--key", &keys[1]]].concat())
}

fn detect(listing: &Utf8PathBuf) -> Run {
    run(&["detect", listing.as_str()])
}

/// What a run of the program took.
struct Run {
    millis: f64,
    mebibytes: Option<f64>,
}

fn run(arguments: &[&str]) -> Run {
    let program = env!("CARGO_BIN_EXE_owpkg");
    let quiet = |program: &str| {
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    let time = || {
        let start = Instant::now();
        let ran = quiet(program).args(arguments).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        start.elapsed().as_secs_f64() * 1000.0
    };
    let millis = (0..ROUNDS).map(|_| time()).fold(f64::INFINITY, f64::min);
    let measured = quiet("time").args(["-f", "%M", program]).args(arguments).output().ok();
    let kibibytes =
        measured.and_then(|ran| String::from_utf8_lossy(&ran.stderr).lines().last()?.parse::<f64>().ok());
    Run { millis, mebibytes: kibibytes.map(|size| size / 1024.0) }
}

const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 200.0;
const MARGIN: f64 = 50.0;
const COLOURS: [&str; 2] = ["#0969da", "#cf222e"];

/// The panels side by side, each with axes from nothing to its largest values.
fn drawing(panels: &[(&str, Vec<Curve>)]) -> String {
    let step = WIDTH + 2.0 * MARGIN;
    let (width, height) = (step * panels.len() as f64, HEIGHT + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (position, (title, curves)) in panels.iter().enumerate() {
        let (left, bottom) = (MARGIN + step * position as f64, MARGIN + HEIGHT);
        let points = || curves.iter().flat_map(|curve| &curve.points);
        let most = points().map(|point| point.0).max().unwrap_or(1) as f64;
        let highest = points().map(|point| point.1).fold(1.0, f64::max);
        writeln!(svg, "<text x=\"{left}\" y=\"{}\" font-size=\"13\">{title}</text>", MARGIN / 2.0).unwrap();
        writeln!(
            svg,
            "<path d=\"M{left} {MARGIN}V{bottom}H{}\" fill=\"none\" stroke=\"#57606a\"/>",
            left + WIDTH
        )
        .unwrap();
        writeln!(svg, "<text x=\"{left}\" y=\"{}\">0</text>", bottom + 15.0).unwrap();
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{most}</text>",
            left + WIDTH,
            bottom + 15.0
        )
        .unwrap();
        writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{highest:.0}</text>",
            left - 5.0,
            MARGIN + 4.0
        )
        .unwrap();
        for (Curve { name, points }, colour) in curves.iter().zip(COLOURS) {
            let at = |(count, value): &(usize, f64)| {
                (left + WIDTH * *count as f64 / most, bottom - HEIGHT * value / highest)
            };
            let line: Vec<String> = points.iter().map(at).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                line.join(" ")
            )
            .unwrap();
            for (x, y) in points.iter().map(at) {
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>").unwrap();
            }
            if let Some((x, y)) = points.last().map(at) {
                writeln!(svg, "<text x=\"{:.1}\" y=\"{y:.1}\" fill=\"{colour}\">{name}</text>", x + 6.0)
                    .unwrap();
            }
        }
    }
    svg + "</svg>\n"
}
