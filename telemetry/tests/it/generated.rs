//! Rust that is generated from a registry compiles, and declares the same registry again.

use std::fs;
use std::path::{Path, PathBuf};

use telemetry::registry::{generate, read, read_folder};

/// What a program with generated declarations does: compares what is linked into it with where that came from.
///
/// What is emitted where differs, and so does what the SDK says about itself if the registry is not of a whole program.
const MAIN: &str = r#"
fn content(registry: telemetry::registry::Registry) -> Vec<telemetry::registry::RegistryFile> {
    let mut files = registry.files;
    files.retain(|file| !file.name.starts_with("telemetry."));
    for file in &mut files {
        file.events.iter_mut().for_each(|event| event.target = None);
        file.spans.iter_mut().for_each(|span| span.target = None);
    }
    files
}

fn main() {
    let files = telemetry::registry::read_folder(std::path::Path::new(SOURCE)).unwrap();
    let source = telemetry::registry::read(&files).unwrap();
    let declared = content(telemetry::registry(source.manifest.clone()));
    let source = content(source);
    let names = |files: &[telemetry::registry::RegistryFile]| {
        files.iter().map(|file| file.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&declared), names(&source));
    for (declared, source) in declared.iter().zip(&source) {
        assert_eq!(declared, source);
    }
}
"#;

/// A program made of the registry in a folder.
fn program(name: &str, folder: &Path) -> PathBuf {
    let registry = read(&read_folder(folder).expect("it is there")).expect("it can be read");
    let declarations = generate(&registry).expect("all of it can be declared");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("generated_{name}.rs"));
    let source =
        format!("const SOURCE: &str = {:?};\n", folder.to_str().expect("the checkout has a plain name"));
    fs::write(&path, format!("#![allow(dead_code)]\n{declarations}\n{source}{MAIN}"))
        .expect("it is our folder");
    path
}

#[test]
fn generated_declarations_declare_the_registry_they_came_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let programs = trybuild::TestCases::new();
    programs.pass(program("declarable", &root.join("schema/tests/registries/declarable")));
    programs.pass(program("edge", &root.join("../schemas")));
}
