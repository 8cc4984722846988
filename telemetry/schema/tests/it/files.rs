//! Files are read and written without loss.

use std::path::{Path, PathBuf};

use telemetry_schema::registry::{Manifest, check, check_files, read, read_folder, render, write_folder};

use crate::registries::{folder, registry};

/// Without comments: each file says in its own words what it is for.
fn content(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_rendered_is_the_file_that_was_read() {
    for name in ["declarable", "format"] {
        let files = read_folder(&folder(name)).unwrap();
        let rendered = render(&read(&files).unwrap());
        assert_eq!(rendered.len(), files.len());
        for (file, text) in &files {
            let (_, again) = rendered.iter().find(|(other, _)| other == file).unwrap();
            assert_eq!(content(again), content(text), "{name}/{file}");
        }
    }
}

#[test]
fn the_registries_of_the_tests_are_sound() {
    for name in ["declarable", "format"] {
        assert_eq!(check(&registry(&folder(name))), [], "{name}");
    }
}

#[test]
fn a_folder_holds_what_was_written_last() {
    let target = tempfile::tempdir().unwrap();
    let declarable = registry(&folder("declarable"));
    write_folder(target.path(), &registry(&folder("format"))).unwrap();
    std::fs::write(target.path().join("notes.txt"), "kept").unwrap();
    write_folder(target.path(), &declarable).unwrap();
    assert_eq!(registry(target.path()), declarable);
    assert!(!target.path().join("all.yaml").exists());
    assert!(target.path().join("notes.txt").exists(), "what is no YAML is somebody else's");
}

#[test]
fn what_lies_deeper_is_not_passed_over() {
    let target = tempfile::tempdir().unwrap();
    write_folder(target.path(), &registry(&folder("format"))).unwrap();
    let deeper = target.path().join("deeper");
    std::fs::create_dir(&deeper).unwrap();
    std::fs::write(deeper.join("notes.txt"), "").unwrap();
    assert!(read_folder(target.path()).is_ok());
    std::fs::write(deeper.join("more.yaml"), "").unwrap();
    let error = read_folder(target.path()).expect_err("it has files that nobody would read").to_string();
    assert!(error.contains("deeper") && error.contains("one folder"), "{error}");
}

/// Where samples of others are, if they are here.
fn samples() -> Option<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/weaver/sample");
    if samples.is_dir() {
        return Some(samples);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{} is missing", samples.display());
    println!("skipped: {} is missing", samples.display());
    None
}

#[test]
fn samples_of_others_are_read() {
    let Some(samples) = samples() else { return };
    let mut files = read_folder(&samples).unwrap();
    assert!(!files.is_empty());
    let manifest = "schema_url: https://example.com/schemas/samples/1.0.0\ndescription: Samples.\n";
    files.push(("manifest.yaml".to_owned(), manifest.to_owned()));
    assert_eq!(check_files(&files), []);
    let registry = read(&files).unwrap();
    assert_eq!(
        registry.manifest,
        Manifest {
            schema_url: "https://example.com/schemas/samples/1.0.0".to_owned(),
            description: "Samples.".to_owned(),
            ..Manifest::default()
        }
    );
    let defined = registry.files.iter().flat_map(|file| &file.metrics).count();
    assert!(defined > 0, "there are metrics in the samples");
    assert_eq!(read(&render(&registry)).unwrap(), registry);
}
