//! Draws the figures: what a delivery costs by the size of the room, and how long it takes by the load.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

use crate::figures::{Figures, Quantity};
use crate::server::Server;
use crate::work::{Kind, Work};

const SIZE: (u32, u32) = (900, 520);

/// One plot: of which works, and what.
struct Plot {
    file: &'static str,
    title: &'static str,
    kind: Kind,
    /// Reads where a work stands on the horizontal axis.
    at: fn(&Work) -> Option<f64>,
    horizontal: &'static str,
    quantity: Quantity,
    vertical: &'static str,
}

const PLOTS: [Plot; 3] = [
    Plot {
        file: "cost-by-room.svg",
        title: "CPU time of a delivery, flat out, by the size of the room",
        kind: Kind::FlatOut,
        at: members_of_one_room,
        horizontal: "members of one room",
        quantity: Quantity::Cpu,
        vertical: "µs",
    },
    Plot {
        file: "delay-by-load.svg",
        title: "median delay in a room of 100, by the load",
        kind: Kind::Paced,
        at: rate_in_a_room_of_100,
        horizontal: "messages a second",
        quantity: Quantity::Delay50,
        vertical: "µs",
    },
    Plot {
        file: "delay-99-by-load.svg",
        title: "99th percentile of the delay in a room of 100, by the load",
        kind: Kind::Paced,
        at: rate_in_a_room_of_100,
        horizontal: "messages a second",
        quantity: Quantity::Delay99,
        vertical: "µs",
    },
];

/// Writes all plots of which there are two points or more, and returns the text that shows them.
///
/// # Errors
/// The folder can't be written to.
pub(crate) fn draw(folder: &Path, works: &[&Work], figures: &Figures) -> Result<String> {
    let mut text = String::new();
    for plot in PLOTS {
        let lines = lines(&plot, works, figures);
        if lines.iter().any(|(_, points)| points.len() > 1) {
            let named: Vec<_> =
                lines.into_iter().map(|(server, points)| Line::new(server.name(), colour(server), points)).collect();
            let labels = [plot.title, plot.horizontal, plot.vertical];
            chart(&folder.join(plot.file), labels, SeriesLabelPosition::UpperRight, &named)?;
            text += &format!("![{}]({})\n\n", plot.title, plot.file);
        }
    }
    Ok(text)
}

/// Points in the order of their places on the horizontal axis.
type Points = Vec<(f64, f64)>;

fn lines(plot: &Plot, works: &[&Work], figures: &Figures) -> Vec<(Server, Points)> {
    let line = |server| {
        let of = works.iter().filter(|work| work.kind == plot.kind);
        let mut points: Points = of
            .filter_map(|work| Some(((plot.at)(work)?, figures.spread(&work.name, server, plot.quantity)?.median)))
            .collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        (server, points)
    };
    Server::ALL.into_iter().map(line).filter(|(_, points)| !points.is_empty()).collect()
}

/// A line of a chart.
pub(crate) struct Line {
    name: String,
    colour: RGBColor,
    points: Points,
}

impl Line {
    pub(crate) fn new(name: impl Into<String>, colour: RGBColor, points: Points) -> Self {
        Self { name: name.into(), colour, points }
    }
}

/// Draws lines over two logarithmic axes: with a title, and the names of both.
///
/// # Errors
/// The file can't be written.
pub(crate) fn chart(
    path: &Path,
    [title, horizontal, vertical]: [&str; 3],
    names_at: SeriesLabelPosition,
    lines: &[Line],
) -> Result<()> {
    try_chart(path, [title, horizontal, vertical], names_at, lines)
        .map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))
}

fn try_chart(
    path: &Path,
    [title, horizontal, vertical]: [&str; 3],
    names_at: SeriesLabelPosition,
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let range = |of: fn(&(f64, f64)) -> f64| {
        let places = || lines.iter().flat_map(|line| &line.points).map(of);
        places().fold(f64::INFINITY, f64::min) * 0.8..places().fold(0.0, f64::max) * 1.25
    };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(45)
        .y_label_area_size(65)
        .build_cartesian_2d(range(|point| point.0).log_scale(), range(|point| point.1).log_scale())?;
    chart.configure_mesh().x_desc(horizontal).y_desc(vertical).light_line_style(WHITE).draw()?;
    for Line { name, colour, points } in lines {
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(names_at)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

const fn colour(server: Server) -> RGBColor {
    match server {
        Server::Floor => RGBColor(90, 90, 90),
        Server::FloorUnpinned => RGBColor(170, 170, 170),
        Server::SmolOne => RGBColor(140, 190, 255),
        Server::Smol => RGBColor(20, 90, 200),
        Server::TokioOne => RGBColor(150, 220, 150),
        Server::Tokio => RGBColor(20, 130, 40),
        Server::Redis => RGBColor(200, 40, 30),
        Server::Nats => RGBColor(160, 90, 200),
        Server::SmolIrc => RGBColor(20, 90, 200),
        Server::TokioIrc => RGBColor(20, 130, 40),
        Server::Ngircd => RGBColor(200, 40, 30),
        Server::Inspircd => RGBColor(160, 90, 200),
    }
}

fn members_of_one_room(work: &Work) -> Option<f64> {
    work.name.strip_prefix("1 × ")?.strip_suffix(", flat out")?.parse().ok()
}

fn rate_in_a_room_of_100(work: &Work) -> Option<f64> {
    work.name.strip_prefix("1 × 100, ")?.strip_suffix("/s")?.parse().ok()
}
