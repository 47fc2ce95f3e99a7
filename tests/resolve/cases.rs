//! The cases of `tests/resolve/case/*.case`: requests, and the plan or refusal that must come of them. A new case is a new file;
//! `owpkg resolve … --save-case FILE` writes one.

use std::fs;
use std::path::Path;

use owpkg::resolve::case::{Case, Outcome};

#[test]
fn every_case_comes_out_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resolve/case");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    files.sort();
    assert!(files.len() > 20, "the cases are gone");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let case =
            Case::parse(&fs::read_to_string(&path).unwrap()).unwrap_or_else(|bad| panic!("{name}: {bad}"));
        assert!(!case.remarks.is_empty() && !case.formats.is_empty(), "{name}: what is it about?");
        for &format in &case.formats {
            let outcome = case.run(format);
            if outcome != case.outcome {
                wrong.push(format!(
                    "{name}, {}:\n expected {:?}\n but got  {outcome:?}",
                    format.name(),
                    case.outcome
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_that_breaks_the_grammar_is_named() {
    let bad = Case::parse("format opkg\n\nfeed core\npackage a\n").unwrap_err();
    assert_eq!((bad.line, bad.text.as_str()), (4, "package a"));
    assert_eq!(Case::parse("format rpm\n").unwrap_err().line, 1);
    assert_eq!(Case::parse("request\n  want a chip ax210\n  want b somehow\n").unwrap_err().line, 3);
    assert!(
        matches!(Case::parse("refusal\n  no\n").unwrap().outcome, Outcome::Refusal(text) if text == "no")
    );
}
