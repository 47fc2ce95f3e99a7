//! Outside judges, and the hand that kills.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

/// An outside judge.
pub fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("these tests need {name}: install the package {name}"))
}

/// What leads a shell of busybox to the stand-ins in `bin`, where it prefers its own applets to the PATH, as Debian's
/// busybox-static does; nothing elsewhere.
pub fn ways_to_stand_ins(bin: &Path) -> String {
    let mut applet = Command::new(tool("busybox"));
    applet.args(["ash", "-c", "PATH=/nowhere; sleep 0"]).stderr(Stdio::null());
    if !applet.status().unwrap().success() {
        return String::new();
    }
    let programs = fs::read_dir(bin).unwrap().map(|entry| entry.unwrap().path());
    let own = programs.filter(|path| !path.is_symlink());
    let way = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        format!("{name}() {{ '{}' \"$@\"; }}\n", path.display())
    };
    own.map(way).collect()
}

/// Says that a test did nothing, and why: past the capture of what passing tests print.
pub fn skipped(why: &str) {
    // The message is all that there is to lose.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// A script of which shellcheck has nothing to say.
#[track_caller]
pub fn passes_shellcheck(script: &str) {
    let mut child = Command::new(tool("shellcheck"))
        .args(["--shell=sh", "--severity=style", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Runs an ignored test of this binary in a process of its own, and kills it after a while unless it has ended; without
/// a limit it must end well.
#[track_caller]
pub fn run_and_kill(test: &str, variables: &[(&str, &str)], patience: Option<Duration>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--ignored"])
        .envs(variables.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    match patience {
        Some(patience) => {
            thread::sleep(patience);
            // It may have ended.
            let _ = child.kill();
            child.wait().unwrap();
        }
        None => assert!(child.wait().unwrap().success()),
    }
}
