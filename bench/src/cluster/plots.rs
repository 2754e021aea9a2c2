//! Draws until when all servers have a message, by how many servers there are, and what each is sent.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use super::costs::EVENT_BYTES;
use super::report::Row;

const SIZE: (u32, u32) = (900, 520);
const COLOURS: [RGBColor; 4] =
    [RGBColor(20, 90, 200), RGBColor(20, 130, 40), RGBColor(200, 40, 30), RGBColor(160, 90, 200)];

/// A line of a plot: its name, and its points.
type Line = (String, Vec<(f64, f64)>);

/// Draws all plots of what was simulated.
///
/// # Errors
/// The folder can't be written to.
pub(super) fn draw(folder: &Path, rows: &[Row]) -> Result<()> {
    let mut people: Vec<_> = rows.iter().map(|row| row.people).collect();
    people.dedup();
    let delays = people.iter().map(|&people| {
        let of = rows.iter().filter(|row| row.people == people);
        let points = of.map(|row| (row.servers as f64, row.calm.delay_99.as_secs_f64() * 1000.0)).collect();
        (format!("{people} people"), points)
    });
    let title = "one log: 99th percentile until all servers have what was said";
    chart(&folder.join("cluster-delay.svg"), title, "ms", &delays.collect::<Vec<_>>())
        .map_err(|error| anyhow!("can't draw: {error}"))?;
    let servers: Vec<_> = [3, 10, 30, 100, 300, 1000].into_iter().map(f64::from).collect();
    let copies = |to: fn(f64) -> f64| servers.iter().map(|&servers| (servers, to(servers))).collect::<Vec<_>>();
    let lines = [
        ("one log".to_owned(), copies(|servers| servers)),
        ("split by rooms of 10".to_owned(), copies(|servers| reached(servers, 10))),
        ("split by rooms of 100".to_owned(), copies(|servers| reached(servers, 100))),
        ("split by rooms of 1000".to_owned(), copies(|servers| reached(servers, 1000))),
    ];
    let lines = lines.map(|(name, points)| {
        (name, points.into_iter().map(|(servers, copies)| (servers, copies * EVENT_BYTES as f64)).collect())
    });
    let title = "bytes out of the engine for one message, people of a room spread at random";
    chart(&folder.join("cluster-split.svg"), title, "bytes", &lines).map_err(|error| anyhow!("can't draw: {error}"))
}

/// Returns at how many servers somebody of a room is, if its people are spread over all at random.
fn reached(servers: f64, people: i32) -> f64 {
    servers * (1.0 - (1.0 - 1.0 / servers).powi(people))
}

fn chart(path: &Path, title: &str, vertical: &str, lines: &[Line]) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let range = |of: fn(&(f64, f64)) -> f64| {
        let least = points().map(of).fold(f64::INFINITY, f64::min);
        let most = points().map(of).fold(0.0, f64::max);
        least * 0.8..most * 1.25
    };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(45)
        .y_label_area_size(65)
        .build_cartesian_2d(range(|point| point.0).log_scale(), range(|point| point.1).log_scale())?;
    chart.configure_mesh().x_desc("servers").y_desc(vertical).light_line_style(WHITE).draw()?;
    for ((name, points), colour) in lines.iter().zip(COLOURS) {
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
