//! The chinwag terminal programs.
//!
//! Exit code 0 is success, 1 a failure on the way, 2 flags that can't be used; a failure is one
//! line on stderr.

mod descriptors;
mod flags;
mod histogram;
mod load;

use std::io::Write;
use std::process::ExitCode;

use argh::FromArgs;

/// Talk to chinwag servers, and measure them.
#[derive(FromArgs)]
#[argh(name = "chinwag", help_triggers("-h", "--help"))]
struct Chinwag {
    #[argh(subcommand)]
    command: Command,
}

#[derive(FromArgs)]
#[argh(subcommand)]
enum Command {
    Load(load::LoadFlags),
}

/// What a shell expects of wrong usage.
const USAGE_EXIT: u8 = 2;

fn main() -> ExitCode {
    let args: Result<Vec<String>, _> = std::env::args_os().skip(1).map(|arg| arg.into_string()).collect();
    let args = match args {
        Ok(args) => args,
        Err(arg) => {
            return fail(USAGE_EXIT, &format!("the argument {} is not UTF-8", arg.display()));
        }
    };
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let command = match Chinwag::from_args(&["chinwag"], &args) {
        Ok(chinwag) => chinwag.command,
        Err(exit) if exit.status.is_ok() => return help(&exit.output),
        Err(exit) => return fail(USAGE_EXIT, &exit.output),
    };
    let outcome = match command {
        Command::Load(flags) => load::run(flags),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<flags::FlagError>() => fail(USAGE_EXIT, &error.to_string()),
        Err(error) => fail(1, &format!("{error:#}")),
    }
}

fn help(text: &str) -> ExitCode {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Says in one line what went wrong, also where the text came in several.
fn fail(code: u8, text: &str) -> ExitCode {
    let words: Vec<&str> = text.split_whitespace().collect();
    eprintln!("chinwag: {}", words.join(" "));
    ExitCode::from(code)
}
