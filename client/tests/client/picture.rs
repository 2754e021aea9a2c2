//! The picture for the README: a session of the chat, drawn as it was on the screen. `docs/picture` draws it again.

use std::fmt::Write as _;
use std::path::Path;

use vt100::{Cell, Color, Screen};

use super::pty::Window;
use super::server::{Adapter, Server};

/// The size of a cell of the screen in the picture.
const CELL: (f64, f64) = (8.4, 18.0);

/// What is around the screen in the picture.
const MARGIN: f64 = 12.0;

const PORT: &str = "42069";

#[test]
fn the_picture_in_the_docs_is_what_a_session_looks_like() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/chat.svg");
    let drawn = session_of_one_day();
    if std::env::var_os("CHINWAG_PICTURE").is_some() {
        std::fs::write(&path, drawn).expect("the folder is there");
        return;
    }
    let kept = std::fs::read_to_string(&path).expect("the picture is there");
    assert!(kept == drawn, "the chat does not look like docs/chat.svg any more; docs/picture draws it again");
}

/// Draws a session that did not last over midnight, since it would show that another day has begun.
fn session_of_one_day() -> String {
    let today = || jiff::ZonedDateTime::now().date();
    loop {
        let (began, drawn) = (today(), session());
        if today() == began {
            return drawn;
        }
    }
}

/// Has three people talk, and returns what one of them sees.
fn session() -> String {
    let server = Server::start(Adapter::Smol);
    let person = |name| {
        let port = server.port();
        let args = ["--port", &port, "--name", name, "--room", "pizza"];
        let mut window = Window::open(env!("CARGO_BIN_EXE_chinwag"), &args, (72, 14));
        window.wait_for_text(&format!("You are {name}, in pizza"));
        window
    };
    let mut ann = person("Ann");
    let (mut bob, mut cleo) = (person("Bob"), person("Cleo"));
    ann.wait_for_text("Cleo");
    let mut say = |who: usize, name: &str, text: &str| {
        [&mut ann, &mut bob, &mut cleo][who].type_keys(&format!("{text}\r"));
        let beginning: String = text.chars().take(12).collect();
        ann.wait_for_text(&format!("{name}: {beginning}"));
    };
    say(1, "Bob", "hi all! who is hungry?");
    say(0, "Ann", "always 🍕");
    say(2, "Cleo", "me too. ピザを食べましょう!");
    say(1, "Bob", "ann, do you still know the place with the stone oven? I can't remember what it is called");
    say(0, "Ann", "Da Nino, by the bridge");
    say(2, "Cleo", "see you there at eight");
    ann.type_keys("/users\r");
    ann.wait_for_text("Users - Ann, Bob, Cleo");
    ann.type_keys("I'll bring ");
    ann.wait_for("what is typed", |ann| ann.row(-1).starts_with("> I'll bring"));
    // Once everything is drawn the cursor is where typing goes on.
    ann.wait_for("the cursor", |ann| ann.screen().cursor_position() == (13, 13));
    let picture = draw(ann.screen(), &server.port());
    for person in [ann, bob, cleo] {
        person.leave();
    }
    picture
}

/// Draws the screen, with the time and the port of another day.
fn draw(screen: &Screen, port: &str) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f64::from(columns.get()) * CELL.0, f64::from(rows.get()) * CELL.1);
    let (outer_width, outer_height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {outer_width:.1} {outer_height:.1}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <title>chinwag: three people talk in the room pizza</title>\n\
         <style>.paper{{fill:#fdfdfd}}.ink{{fill:#24292f}}\
         @media(prefers-color-scheme:dark){{.paper{{fill:#161b22}}.ink{{fill:#e6edf3}}}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" class=\"paper\" stroke=\"#8b949e\" stroke-opacity=\".4\"/>\n"
    );
    for row in 0..rows.get() {
        let masked = masked(screen, row, port);
        for run in runs(screen, row, columns.get()) {
            draw_run(&mut svg, row, &run, &masked);
        }
    }
    let (row, column) = screen.cursor_position();
    let (x, y) = place(row, column);
    writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"2\" height=\"{:.1}\" class=\"ink\"/>", CELL.1)
        .expect("a string takes all that is written to it");
    svg + "</svg>\n"
}

/// Cells next to each other that look alike.
struct Run<'a> {
    column: u16,
    columns: u16,
    look: &'a Cell,
}

/// The texts of the cells of a row, with what differs from day to day replaced.
fn masked(screen: &Screen, row: u16, port: &str) -> Vec<String> {
    let columns = screen.size().1.get();
    let cell = |column| screen.cell(row, column).map_or("", Cell::contents).to_owned();
    let mut cells: Vec<String> = (0..columns).map(cell).collect();
    let digit = |text: &String| text.parse::<u8>().is_ok();
    if cells[..2].iter().all(digit) && cells[2] == ":" && cells[3..5].iter().all(digit) {
        for (cell, shown) in cells.iter_mut().zip("20:15".chars()) {
            *cell = shown.to_string();
        }
    }
    if row == 0 {
        assert_eq!(port.len(), PORT.len(), "ports that are free have five digits");
        let start = cells.len() - 1 - PORT.len();
        for (cell, shown) in cells[start..].iter_mut().zip(PORT.chars()) {
            *cell = shown.to_string();
        }
    }
    cells
}

fn runs(screen: &Screen, row: u16, columns: u16) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else { continue };
        let look = |cell: &Cell| (cell.fgcolor(), cell.bold(), cell.inverse());
        match runs.last_mut() {
            // A wide character covers two cells, and is drawn by itself, since fonts disagree about its width.
            Some(last) if cell.is_wide_continuation() => last.columns += 1,
            Some(last) if look(last.look) == look(cell) && !cell.is_wide() && !last.look.is_wide() => last.columns += 1,
            _ => runs.push(Run { column, columns: 1, look: cell }),
        }
    }
    runs
}

fn draw_run(svg: &mut String, row: u16, run: &Run<'_>, cells: &[String]) {
    let (x, y) = place(row, run.column);
    let width = f64::from(run.columns) * CELL.0;
    let colour = match run.look.fgcolor() {
        Color::Idx(index) => format!("fill=\"{}\"", rgb(index)),
        Color::Default | Color::Rgb(..) => "class=\"ink\"".to_owned(),
    };
    let (paper, ink) = if run.look.inverse() { (Some(colour), "class=\"paper\"".to_owned()) } else { (None, colour) };
    if let Some(paper) = paper {
        write!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" {paper}/>", CELL.1)
            .expect("a string takes all that is written to it");
    }
    let range = usize::from(run.column)..usize::from(run.column + run.columns);
    let text: String = cells[range].iter().map(|cell| if cell.is_empty() { " " } else { cell }).collect();
    let text = if run.look.is_wide() { text.trim_end() } else { &text };
    if !text.trim().is_empty() {
        let bold = if run.look.bold() { " font-weight=\"bold\"" } else { "" };
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace(' ', "\u{a0}");
        let baseline = y + CELL.1 - 5.0;
        writeln!(svg, "<text x=\"{x:.1}\" y=\"{baseline:.1}\" textLength=\"{width:.1}\" {ink}{bold}>{text}</text>")
            .expect("a string takes all that is written to it");
    }
}

fn place(row: u16, column: u16) -> (f64, f64) {
    (MARGIN + f64::from(column) * CELL.0, MARGIN + f64::from(row) * CELL.1)
}

/// A colour of the upper part of the 256-colour palette: a cube of 6×6×6, and 24 greys.
fn rgb(index: u8) -> String {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let Some(cube) = index.checked_sub(16) else { return "gray".to_owned() };
    if let Some(grey) = index.checked_sub(232) {
        let level = 8 + 10 * grey;
        return format!("#{level:02x}{level:02x}{level:02x}");
    }
    let [r, g, b] = [cube / 36, cube / 6 % 6, cube % 6].map(|level| LEVELS[usize::from(level)]);
    format!("#{r:02x}{g:02x}{b:02x}")
}
