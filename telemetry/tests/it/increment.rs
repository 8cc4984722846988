//! The price of an increment, read from the machine code.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// Compiled with optimisation against this build of the SDK.
const PROBE: &str = r"
#[no_mangle]
pub fn increment(requests: &telemetry::Counter<u64>) {
    requests.inc();
}

#[no_mangle]
pub fn add(requests: &telemetry::Counter<u64>, n: u64) {
    requests.add(n);
}

#[no_mangle]
pub fn go_down(active: &telemetry::UpDownCounter<i64>) {
    active.dec();
}
";

#[test]
fn an_increment_is_one_plain_add() {
    if cfg!(not(target_arch = "x86_64")) {
        println!("skipped: the expected instructions are those of x86-64");
        return;
    }
    let assembly = assembly_of_probe();
    for function in ["increment", "add", "go_down"] {
        check(function, &instructions(&assembly, function));
    }
}

/// Loads the address of the cell, adds to memory, returns: no lock prefix, no call, no branch.
fn check(function: &str, instructions: &[String]) {
    let [load, add, ret] = instructions else { panic!("{function} is {instructions:?}") };
    assert!(load.starts_with("movq\t(%rdi), %r"), "{function}: {load}");
    assert!(
        ["incq\t(%r", "decq\t(%r", "addq\t%rsi, (%r"].iter().any(|it| add.starts_with(it)),
        "{function}: {add}"
    );
    assert_eq!(ret, "retq", "{function}");
}

fn instructions(assembly: &str, function: &str) -> Vec<String> {
    let body = assembly.lines().skip_while(|line| *line != format!("{function}:")).skip(1);
    let body = body.take_while(|line| !line.contains(".cfi_endproc")).map(str::trim);
    body.filter(|line| !line.starts_with('.') && !line.is_empty()).map(str::to_owned).collect()
}

fn assembly_of_probe() -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (source, assembly) = (directory.join("probe.rs"), directory.join("probe.s"));
    std::fs::write(&source, PROBE).expect("the target directory is writable");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2021", "--crate-type=lib", "-O", "-Ccodegen-units=1", "--emit=asm"]);
    rustc.arg("-o").arg(&assembly).arg(&source);
    rustc.arg("--extern").arg(format!("telemetry={}", library().display()));
    rustc.arg("-L").arg(format!("dependency={}", dependencies().display()));
    assert!(rustc.status().expect("rustc built this test").success(), "the probe compiles");
    std::fs::read_to_string(assembly).expect("rustc wrote it")
}

/// The library that this test was linked with: the newest, as cargo has just built or touched it.
fn library() -> PathBuf {
    let files = std::fs::read_dir(dependencies()).expect("this test runs from it").flatten();
    let libraries = files.map(|file| file.path()).filter(|path| is_library(path));
    libraries.max_by_key(|path| modified(path)).expect("cargo built the library before its tests")
}

fn is_library(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("libtelemetry-") && path.extension().is_some_and(|extension| extension == "rlib")
}

fn modified(path: &Path) -> SystemTime {
    path.metadata().and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}

fn dependencies() -> PathBuf {
    let test = std::env::current_exe().expect("this test runs from a file");
    test.parent().expect("a file is in a directory").to_owned()
}
