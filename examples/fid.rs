use owpkg::index::*;
use owpkg::resolve::*;
use owpkg::trust::{Keyring, SignedFile, Unsigned};
use std::io::BufRead;
fn main() {
    let a: Vec<String> = std::env::args().skip(1).collect();
    let format = format_named(&a[0]).unwrap();
    let mut inst = Installed::parse(&std::fs::read_to_string(&a[2]).unwrap()).unwrap();
    let file = format.index_files()[0].name;
    let idx: Vec<_> = a[3..]
        .iter()
        .map(|d| {
            let s = format
                .open(vec![SignedFile { name: file, bytes: std::fs::read(format!("{d}/{file}")).unwrap() }])
                .unwrap();
            Keyring::empty().verify(s, "x", Unsigned::Accept).unwrap()
        })
        .collect();
    let u = Universe::join(
        format,
        &a[1],
        idx.iter().enumerate().map(|(i, v)| {
            (Feed { name: i.to_string(), location: "x".into() }, format.parse(v, FeedId(i as u16)).unwrap())
        }),
    );
    inst.learn_provides(&u);
    if inst.get("libc").is_none() && a[0] == "opkg" {
        inst.insert("libc", Held::default());
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut omit = Default::default();
        let mut names: Vec<&str> = line.split_whitespace().collect();
        if let Some(p) = names.iter().position(|n| *n == "--omit") {
            omit = names[p + 1..].iter().map(|s| s.to_string()).collect();
            names.truncate(p);
        }
        let req = Request {
            roots: names.iter().map(|n| Root { name: n.to_string(), because: "--add".into() }).collect(),
            omit,
            ..Default::default()
        };
        let reh: Vec<String> = format
            .rehearse(&u, &inst, &names)
            .iter()
            .map(|i| format!("{}={}", u.package(*i).name, u.package(*i).version))
            .collect();
        let t = std::time::Instant::now();
        let r = resolve(&u, &inst, &req);
        let t = t.elapsed();
        if t.as_millis() > 500 {
            eprintln!("SLOW {line} {t:?}")
        }
        match r {
            Ok(p) => println!(
                "{line}\tPLAN\t{}\t{}\t{}\t{}\t{:?}",
                p.steps
                    .iter()
                    .map(|s| format!("{}={}", p.package(s).name, p.package(s).version))
                    .collect::<Vec<_>>()
                    .join(" "),
                p.install.join(" "),
                p.is_followed,
                reh.join(" "),
                t
            ),
            Err(e) => println!("{line}\tREFUSED\t{e} // {}\t\t\t{}\t{:?}", e.help(), reh.join(" "), t),
        }
    }
}
