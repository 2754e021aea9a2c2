//! What the screen shows of a state. Drawing changes nothing.

use ratatui::Frame;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::alive::TOLD_SECONDS;
use super::colours::Colours;
use super::event::Size;
use super::log::Pane;
use super::panes::{PROMPT, Panes, Typed, typed};
use super::piece::Role;
use super::state::State;
use super::width::{cells, fit, is_risky};
use super::wrap::Row;

/// A grey that is as far from black as from white.
const GREY: Color = Color::Indexed(244);

/// What is wrong, readable on black and on white.
const RED: Color = Color::Indexed(160);

/// From how many free characters on their number is shown.
const CHARS_LEFT_SHOWN: usize = 50;

/// The least that is shown of a topic, with what stands before it, in cells: less says nothing.
const TOPIC_CELLS_MIN: usize = 10;

const PLACEHOLDER: &str = "Say something, or /help";

/// Draws the whole screen.
pub(super) fn view(state: &State, frame: &mut Frame<'_>) {
    let area = frame.area();
    let panes = Panes::of(Size { columns: area.width, rows: area.height }, &state.input);
    let buffer = frame.buffer_mut();
    draw_title(state, panes.title, buffer);
    draw_log(state, panes.log, buffer);
    draw_status(state, panes.status, buffer);
    let cursor = draw_input(state, panes.input, buffer);
    update_risky_rows(area, buffer);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

fn draw_title(state: &State, area: Rect, buffer: &mut Buffer) {
    let room = format!(" {}", state.link.room().map_or("chinwag", |room| room.as_str()));
    let address = format!("{} ", state.address);
    // The topic takes what is left between the two, and where that is too little it is not shown.
    let left = usize::from(area.width).saturating_sub(cells(&address) + 1);
    let title = match state.link.topic() {
        Some(topic) if left >= cells(&room) + TOPIC_CELLS_MIN => fit(&format!("{room} · {topic}"), left),
        Some(_) | None => room,
    };
    let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
    draw_bar(&title, &address, style, area, buffer);
}

fn draw_log(state: &State, area: Rect, buffer: &mut Buffer) {
    let window = state.log.window(Pane { columns: area.width.into(), rows: area.height.into() });
    // New messages appear right above the input.
    for (row, y) in window.iter().rev().zip((area.top()..area.bottom()).rev()) {
        buffer.set_line(area.x, y, &styled(row, state.colours), area.width);
    }
}

fn styled(row: &Row, colours: Colours) -> Line<'_> {
    row.iter().map(|piece| Span::styled(&*piece.text, style(piece.role, colours))).collect()
}

fn style(role: Role, colours: Colours) -> Style {
    let plain = Style::new();
    let coloured = |colour: Color| if colours == Colours::On { plain.fg(colour) } else { plain };
    let dimmed = if colours == Colours::On { plain.fg(GREY) } else { plain.add_modifier(Modifier::DIM) };
    match role {
        Role::Stamp | Role::Told | Role::Earlier => dimmed,
        Role::Name(colour) => coloured(Color::Indexed(colour)).add_modifier(Modifier::BOLD),
        Role::MyName => plain.add_modifier(Modifier::BOLD),
        Role::Text => plain,
        Role::Mention => plain.add_modifier(Modifier::BOLD | Modifier::REVERSED),
        Role::Remark => coloured(RED).add_modifier(Modifier::BOLD),
    }
}

fn draw_status(state: &State, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let right = match (state.excess(), state.chars_max.saturating_sub(state.input.chars())) {
        (0, left) if left <= CHARS_LEFT_SHOWN => format!("{left} left "),
        (0, _) => String::new(),
        (excess, _) => format!("{excess} too long "),
    };
    let style = Style::new().add_modifier(Modifier::REVERSED);
    draw_bar(&status(state, columns.saturating_sub(cells(&right))), &right, style, area, buffer);
    if state.excess() > 0 && state.colours == Colours::On {
        let width = u16::try_from(cells(&right)).unwrap_or(area.width).min(area.width);
        let counter = Rect { x: area.right() - width, width, ..area };
        buffer.set_style(counter, Style::new().fg(RED).add_modifier(Modifier::BOLD));
    }
}

/// What the status line says in so many columns: what matters most in any case, the rest as far as there is place.
fn status(state: &State, columns: usize) -> String {
    if let Some(hint) = &state.hint {
        return format!(" {hint}");
    }
    let waiting = match (state.log.is_at_bottom(), state.log.waiting()) {
        (true, _) => None,
        (false, 0) => Some("scrolled up".to_owned()),
        (false, waiting) => Some(format!("↓ {waiting} new")),
    };
    let silent = state.alive.silent();
    let trouble = match state.link.is_online() {
        false => Some(state.link.status()),
        true => (silent >= TOLD_SECONDS).then(|| format!("no answer for {silent} s")),
    };
    let not_sent = match state.not_sent.len() {
        0 => None,
        count if state.link.is_online() => Some(format!("{count} perhaps not sent: Ctrl-R sends, Esc drops")),
        count => Some(format!("{count} perhaps not sent")),
    };
    let name = state.link.name().map(|name| name.as_str().to_owned());
    let room = state.link.room().map(|room| room.as_str().to_owned());
    let well = (state.link.is_online() && trouble.is_none()).then(|| state.link.status());
    // In the order of the screen; the number says what goes first where there is too little place.
    let mut parts: Vec<(u8, String)> = [(2, name), (4, room), (5, well), (0, trouble), (1, not_sent), (3, waiting)]
        .into_iter()
        .filter_map(|(rank, part)| Some((rank, part?)))
        .collect();
    loop {
        let texts: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
        let text = format!(" {}", texts.join(" · "));
        if cells(&text) < columns || parts.len() <= 1 {
            return text;
        }
        let last = parts.iter().map(|(rank, _)| *rank).max();
        parts.retain(|(rank, _)| Some(*rank) != last);
    }
}

/// Fills a row with a text on the left and one on the right, which gives way if both don't fit.
fn draw_bar(left: &str, right: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let columns = usize::from(area.width);
    let right = if cells(left) + cells(right) < columns || left.is_empty() { right } else { "" };
    let left = fit(left, columns - cells(right).min(columns));
    let gap = columns.saturating_sub(cells(&left) + cells(right));
    let text = format!("{left}{}{right}", " ".repeat(gap));
    buffer.set_stringn(area.x, area.y, text, columns, style);
}

/// Draws what is typed, or what is asked; returns where the cursor is.
fn draw_input(state: &State, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let prompt = Style::new().add_modifier(Modifier::BOLD);
    if !state.pasted.is_empty() {
        let question = fit(&question(state), area.width.into());
        buffer.set_stringn(area.x, area.bottom() - 1, question, area.width.into(), prompt);
        return None;
    }
    buffer.set_stringn(area.x, area.y, PROMPT, area.width.into(), prompt);
    let indent = u16::try_from(PROMPT.len()).unwrap_or(0);
    let text = Rect { x: area.x + indent, width: area.width.saturating_sub(indent), ..area };
    if state.link.is_locked() {
        return Some(draw_secret(state, text, buffer));
    }
    if state.input.text().is_empty() {
        let hint = fit(PLACEHOLDER, text.width.into());
        buffer.set_stringn(text.x, text.y, hint, text.width.into(), style(Role::Told, state.colours));
    }
    let typed = typed(&state.input, area.width);
    // The rows around the cursor, if there is no place for all.
    let first = (typed.cursor.1 + 1).saturating_sub(area.height.into());
    for (row, y) in (first..typed.rows.len()).zip(text.top()..text.bottom()) {
        draw_typed_row(state, &typed, row, Rect { y, height: 1, ..text }, buffer);
    }
    let column = u16::try_from(typed.cursor.0).unwrap_or(u16::MAX).min(text.width.saturating_sub(1));
    let row = u16::try_from(typed.cursor.1 - first).unwrap_or(0);
    Some(Position { x: text.x + column, y: text.y + row })
}

/// Draws a dot for each character of a password; returns where the cursor is.
fn draw_secret(state: &State, area: Rect, buffer: &mut Buffer) -> Position {
    let dots = state.input.chars().min(area.width.saturating_sub(1).into());
    buffer.set_stringn(area.x, area.y, "•".repeat(dots), area.width.into(), Style::new());
    Position { x: area.x + u16::try_from(dots).unwrap_or(0), y: area.y }
}

/// Draws one row of the input; what is over the limit is marked.
fn draw_typed_row(state: &State, typed: &Typed, row: usize, area: Rect, buffer: &mut Buffer) {
    let text = state.input.text();
    let limit = text.char_indices().nth(state.chars_max).map_or(text.len(), |(at, _)| at);
    let range = typed.rows[row].clone();
    let split = limit.clamp(range.start, range.end);
    let over = match state.colours {
        Colours::On => Style::new().fg(RED).add_modifier(Modifier::UNDERLINED),
        Colours::Off => Style::new().add_modifier(Modifier::REVERSED),
    };
    let line = Line::from(vec![Span::raw(&text[range.start..split]), Span::styled(&text[split..range.end], over)]);
    buffer.set_line(area.x, area.y, &line, area.width);
}

fn question(state: &State) -> String {
    let count = state.pasted.len();
    let long = state.pasted.iter().filter(|line| line.chars().count() > state.chars_max).count();
    let long = if long > 0 { format!(" ({long} too long)") } else { String::new() };
    format!("Send {count} lines{long}? Enter: yes, Esc: no")
}

/// Has every row drawn anew in which terminals may disagree about a width: one that draws an emoji wider than it was
/// laid out has drawn over what follows.
fn update_risky_rows(area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        let risky = (area.left()..area.right()).any(|x| is_risky(buffer[(x, y)].symbol()));
        if risky {
            for x in area.left()..area.right() {
                buffer[(x, y)].set_diff_option(CellDiffOption::AlwaysUpdate);
            }
        }
    }
}

#[cfg(test)]
mod tests;
