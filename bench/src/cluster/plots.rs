//! Draws until when all servers have a message, by how many servers there are, and what each is sent.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::{RGBColor, SeriesLabelPosition};

use super::costs::EVENT_BYTES;
use super::report::Row;
use crate::plots::{Line, chart};

const COLOURS: [RGBColor; 4] =
    [RGBColor(20, 90, 200), RGBColor(20, 130, 40), RGBColor(200, 40, 30), RGBColor(160, 90, 200)];

/// Draws all plots of what was simulated.
///
/// # Errors
/// The folder can't be written to.
pub(super) fn draw(folder: &Path, rows: &[Row]) -> Result<()> {
    let mut people: Vec<_> = rows.iter().map(|row| row.people).collect();
    people.dedup();
    let of = |(&people, colour)| {
        let of = rows.iter().filter(|row| row.people == people);
        let points = of.map(|row| (row.servers as f64, row.calm.delay_99.as_secs_f64() * 1000.0)).collect();
        Line::new(format!("{people} people"), colour, points)
    };
    let delays: Vec<_> = people.iter().zip(COLOURS.into_iter().cycle()).map(of).collect();
    let labels = ["one log: 99th percentile until all servers have what was said", "servers", "ms"];
    chart(&folder.join("cluster-delay.svg"), labels, SeriesLabelPosition::UpperLeft, &delays)?;
    let split = [None, Some(10), Some(100), Some(1000)].into_iter().zip(COLOURS).map(|(room, colour)| {
        let name = room.map_or_else(|| "one log".to_owned(), |people| format!("split by rooms of {people}"));
        let servers = [3, 10, 30, 100, 300, 1000].into_iter().map(f64::from);
        let copies = |servers| room.map_or(servers, |people| reached(servers, people));
        Line::new(name, colour, servers.map(|servers| (servers, copies(servers) * EVENT_BYTES as f64)).collect())
    });
    let labels = ["bytes out of the engine for one message, people of a room spread at random", "servers", "bytes"];
    chart(&folder.join("cluster-split.svg"), labels, SeriesLabelPosition::UpperLeft, &split.collect::<Vec<_>>())
}

/// Returns at how many servers somebody of a room is, if its people are spread over all at random.
fn reached(servers: f64, people: i32) -> f64 {
    servers * (1.0 - (1.0 - 1.0 / servers).powi(people))
}
