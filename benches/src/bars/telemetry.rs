//! The bars of the telemetry SDK, measured by the program that has its peers.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use benches_measure::goal::{self, Goal};

use crate::peer;

const PROGRAM: &str = "sdk-peers";

pub(super) fn run() {
    let unmeasured = match measure() {
        Ok(measured) => {
            goal::ALL.into_iter().filter(|goal| !measured.iter().any(|name| name == goal.name)).collect()
        }
        Err(reason) => return judge(&goal::ALL, &reason),
    };
    let unmeasured: Vec<Goal> = unmeasured;
    judge(&unmeasured, &format!("{PROGRAM} has ended without it: build it anew with `make peers`"));
}

/// Passes on what the program prints; the names of the bars among that.
fn measure() -> Result<Vec<String>, String> {
    let program = peer::binary(PROGRAM)?;
    let mut child =
        Command::new(program).stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let measured = pass_on(&mut child).map_err(|error| error.to_string());
    // Its end shows in what it has not measured.
    let _ = child.wait();
    measured
}

fn pass_on(child: &mut Child) -> io::Result<Vec<String>> {
    let mut measured = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line?;
        println!("{line}");
        measured.extend(name_of_bar(&line).map(str::to_owned));
    }
    Ok(measured)
}

fn name_of_bar(line: &str) -> Option<&str> {
    line.strip_prefix("bar ")?.split(' ').next()
}

fn judge(goals: &[Goal], reason: &str) {
    for goal in goals {
        goal.judge(Err(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_bar_is_found_in_its_line_only() {
        assert_eq!(name_of_bar("bar telemetry_text 0.310 0.500 ok"), Some("telemetry_text"));
        assert_eq!(name_of_bar("info telemetry_text ours 1.00 ns"), None);
    }
}
