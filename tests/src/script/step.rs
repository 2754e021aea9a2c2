//! Owns the sentences that say what is done in a transcript. This is all of them:
//!
//! ```text
//! Given Ann and Bob in main; Cid in pizza
//! Ann connects
//! Ann connects by IRC              (all that is sent to her is shown without its carriage returns)
//! Ann types /name Ann\r            (a line: `\n` is added)
//! Ann sends /na                    (just these bytes)
//! Ann sends byte by byte /name Ann\n
//! Ann sends as last words bye\n    (and says at once that no more will come)
//! Ann disconnects                  (says that no more will come)
//! Ann's connection is lost
//! Ann stops reading
//! Ann reads again
//! 50 ms pass
//! The server stops
//! ```

use chinwag_core::Form;

use super::config::duration;
use crate::given::Given;
use crate::{Act, unescape};

pub(super) enum Step {
    Given(Given),
    Acts(Vec<Act>),
}

/// Reads a sentence. Who connects in it is added to the `people`.
pub(super) fn read_step(line: &str, people: &mut Vec<String>) -> Result<Step, String> {
    if let Some(who) = line.strip_prefix("Given ") {
        let given = Given::read(who)?;
        people.extend(given.names().map(str::to_owned));
        return Ok(Step::Given(given));
    }
    if line == "The server stops" {
        return Ok(Step::Acts(vec![Act::Stop]));
    }
    if let Some(time) = line.strip_suffix(" pass").or_else(|| line.strip_suffix(" passes")) {
        return Ok(Step::Acts(vec![Act::Pass { time: duration(time)? }]));
    }
    let (name, does) = line.split_once(' ').ok_or("no such step")?;
    let form = match does {
        "connects" => Some(Form::Lines),
        "connects by IRC" => Some(Form::Irc),
        _ => None,
    };
    if let Some(form) = form {
        if people.iter().any(|person| person == name) {
            return Err(format!("{name} was here before"));
        }
        people.push(name.to_owned());
        return Ok(Step::Acts(vec![Act::Connect { form }]));
    }
    let name = name.strip_suffix("'s").unwrap_or(name);
    let person = people.iter().position(|person| person == name).ok_or_else(|| format!("{name} is not here"))?;
    read_deed(person, does).map(Step::Acts)
}

fn read_deed(person: usize, does: &str) -> Result<Vec<Act>, String> {
    let bytes = |text: &str| unescape(text).map_err(|error| error.to_string());
    if let Some(line) = does.strip_prefix("types ") {
        let line = [bytes(line)?, b"\n".into()].concat();
        return Ok(vec![Act::Send { person, bytes: line }]);
    }
    if let Some(text) = does.strip_prefix("sends byte by byte ") {
        return Ok(bytes(text)?.into_iter().map(|byte| Act::Send { person, bytes: vec![byte] }).collect());
    }
    if let Some(text) = does.strip_prefix("sends as last words ") {
        return Ok(vec![Act::Send { person, bytes: bytes(text)? }, Act::End { person }]);
    }
    if let Some(text) = does.strip_prefix("sends ") {
        return Ok(vec![Act::Send { person, bytes: bytes(text)? }]);
    }
    match does {
        "disconnects" => Ok(vec![Act::End { person }]),
        "connection is lost" => Ok(vec![Act::Lose { person }]),
        "stops reading" => Ok(vec![Act::StopReading { person }]),
        "reads again" => Ok(vec![Act::Read { person }]),
        _ => Err("no such step".to_owned()),
    }
}
