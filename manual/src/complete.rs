//! Owns how completions are written for each shell.
//!
//! All of them offer flags where a word begins with a dash, commands where there are some, and files where a value is
//! to come.

use argh::{CommandInfoWithArgs, SubCommandInfo};

use crate::page::{Flag, Page, flags};

/// The words of a flag: the long one, and the short one if there is one.
fn words(flag: &Flag<'_>) -> Vec<String> {
    flag.short.map(|short| format!("-{short}")).into_iter().chain([flag.long.to_owned()]).collect()
}

fn all_words(info: &CommandInfoWithArgs) -> String {
    flags(info).flat_map(|flag| words(&flag)).collect::<Vec<_>>().join(" ")
}

pub(crate) fn bash(page: &Page<'_>) -> String {
    let Page { name, info, .. } = page;
    let function = format!("_{}", name.replace('-', "_"));
    let words = if info.commands.is_empty() { format!("words='{}'", all_words(info)) } else { bash_words(info) };
    format!(
        r#"# bash completion for {name}
{function}() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} words
    {words}
    [[ $cur == -* ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}}
complete -o default -F {function} {name}
"#
    )
}

/// Offers the commands, and finds the flags of the one that was chosen.
fn bash_words(info: &CommandInfoWithArgs) -> String {
    let case = |command: &SubCommandInfo| {
        let inner = if command.command.commands.is_empty() { String::new() } else { bash_names(2, &command.command) };
        format!("\n        {}) words='{}'{inner} ;;", command.name, all_words(&command.command))
    };
    let cases: String = info.commands.iter().map(case).collect();
    format!(
        r#"{}
    case ${{COMP_WORDS[1]}} in{cases}
        *) words='--help --version' ;;
    esac"#,
        bash_names(1, info).trim_start()
    )
}

/// Offers commands where they are the so many-th word.
fn bash_names(place: usize, info: &CommandInfoWithArgs) -> String {
    let names = names(info);
    format!(
        r#"
    if ((COMP_CWORD == {place})) && [[ $cur != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '{names}' -- "$cur")
        return
    fi"#
    )
}

fn names(info: &CommandInfoWithArgs) -> String {
    info.commands.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

pub(crate) fn zsh(page: &Page<'_>) -> String {
    let Page { name, info, .. } = page;
    if info.commands.is_empty() {
        return format!("#compdef {name}\n{}\n", arguments(info, ""));
    }
    let about = |command: &SubCommandInfo| {
        let about = first(command.command.description).replace(':', "\\:");
        format!("\n      {}", quoted(&format!("{}:{about}", command.name)))
    };
    let case = |command: &SubCommandInfo| {
        format!("\n      {})\n{}\n        ;;", command.name, arguments(&command.command, "        "))
    };
    let abouts: String = info.commands.iter().map(about).collect();
    let cases: String = info.commands.iter().map(case).collect();
    format!(
        r#"#compdef {name}
local state
_arguments -C '1:command:->command' '*::argument:->arguments'
case $state in
  command)
    local -a commands=({abouts}
    )
    _describe command commands
    ;;
  arguments)
    case $words[1] in{cases}
    esac
    ;;
esac
"#
    )
}

/// Returns a call of `_arguments`, with each flag, what it is for, and what its value is called.
fn arguments(info: &CommandInfoWithArgs, indent: &str) -> String {
    let argument = |flag: Flag<'_>| {
        let about = flag.hint().replace('[', "\\[").replace(']', "\\]").replace(':', "\\:");
        let value = flag.value.map(|value| format!(":{value}:_files")).unwrap_or_default();
        // How the value may be written: `--flag=value` or `--flag value`, `-fvalue` or `-f value`.
        let [long_sign, short_sign] = if flag.value.is_some() { ["=", "+"] } else { [""; 2] };
        let short = flag.short.map(|short| format!("-{short}{short_sign}"));
        let names = [format!("{}{long_sign}", flag.long)].into_iter().chain(short);
        names.map(|name| format!(" \\\n{indent}  {}", quoted(&format!("{name}[{about}]{value}")))).collect::<String>()
    };
    let names = names(info);
    let command = if names.is_empty() { String::new() } else { format!(" '1:command:({names})'") };
    format!("{indent}_arguments{command}{}", flags(info).map(argument).collect::<String>())
}

pub(crate) fn fish(page: &Page<'_>) -> String {
    let Page { name, info, .. } = page;
    let mut lines = vec![format!("# fish completion for {name}")];
    for command in &info.commands {
        let about = quoted(&first(command.command.description));
        lines.push(format!("complete -c {name} -f -n __fish_use_subcommand -a {} -d {about}", command.name));
    }
    for command in &info.commands {
        let here = format!(" -n '__fish_seen_subcommand_from {}'", command.name);
        lines.extend(fish_flags(name, &command.command, &here));
        let inner = names(&command.command);
        if !inner.is_empty() {
            lines.push(format!("complete -c {name} -f{here} -a '{inner}'"));
        }
    }
    if info.commands.is_empty() {
        lines.extend(fish_flags(name, info, ""));
    }
    lines.join("\n") + "\n"
}

fn fish_flags(name: &str, info: &CommandInfoWithArgs, here: &str) -> Vec<String> {
    let line = |flag: Flag<'_>| {
        let short = flag.short.map(|short| format!(" -s {short}")).unwrap_or_default();
        let value = if flag.value.is_some() { " -r" } else { "" };
        let (long, about) = (flag.long.trim_start_matches('-'), quoted(flag.hint()));
        format!("complete -c {name}{here} -l {long}{short}{value} -d {about}")
    };
    flags(info).map(line).collect()
}

/// Returns the first sentence of a description, on one line.
fn first(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Returns a word that a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
