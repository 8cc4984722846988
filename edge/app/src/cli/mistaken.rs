//! A first word that is neither a command nor a file: most likely a command, misspelled.

use std::ffi::OsString;
use std::path::Path;

use crate::nearest::nearest;

/// Most letters that a misspelled command may be away from it.
const DISTANCE_MAX: usize = 2;

/// What to say if the first of `arguments` would be taken for a configuration file and was not meant as one.
pub(super) fn word(cli: &clap::Command, arguments: &[OsString]) -> Option<String> {
    let word = arguments.first()?.to_str()?;
    let commands: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
    if word.starts_with('-') || commands.contains(&word) || Path::new(word).exists() {
        return None;
    }
    let near = nearest(word, commands.iter().copied()).filter(|(distance, _)| *distance <= DISTANCE_MAX);
    match near {
        Some((_, command)) => Some(format!("`{word}` is no file and no command; did you mean `{command}`?")),
        // A configuration file stands alone.
        None if arguments.len() > 1 && !arguments[1].to_string_lossy().starts_with('-') => {
            Some(format!("`{word}` is no file and no command; commands are {}", commands.join(", ")))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    fn check(arguments: &[&str], expected: Option<&str>) {
        let cli = Command::new("edge").subcommands(["config", "demo", "policy"].map(Command::new));
        let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert_eq!(word(&cli, &words).as_deref(), expected, "{arguments:?}");
    }

    #[test]
    fn a_misspelled_command_is_told_from_a_file() {
        let config = "`confg` is no file and no command; did you mean `config`?";
        check(&["confg"], Some(config));
        check(&["confg", "file.yaml"], Some(config));
        check(&["a", "b"], Some("`a` is no file and no command; commands are config, demo, policy, help"));
    }

    #[test]
    fn commands_options_and_files_are_left_alone() {
        check(&[], None);
        check(&["config", "x"], None);
        check(&["--help"], None);
        check(&["edge.yaml"], None);
        check(&["Cargo.toml", "b"], None);
    }
}
