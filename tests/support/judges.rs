//! Outside judges, and the hand that kills.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

/// An outside judge.
pub fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("these tests need {name}: install the package {name}"))
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
