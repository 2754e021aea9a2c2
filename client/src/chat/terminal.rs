//! The terminal: taken over on opening, given back as it was on dropping, and on a panic before its message is shown.

use std::io::{self, Stdout, Write as _, stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size};
use ratatui::backend::CrosstermBackend;

use super::event::{Mouse, Size};
use super::state::State;
use super::view::view;

/// Has the terminal tell of buttons, of which the wheel is one. Crossterm's command would have it tell of every movement too.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whether there is something to give back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal, as long as this program has it.
pub(super) struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<Stdout>>,
}

impl Terminal {
    /// Takes the terminal over.
    pub(super) fn open(mouse: Mouse) -> io::Result<Self> {
        give_back_on_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::Release);
        let screen = ratatui::Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| give_back())?;
        let mut terminal = Self { screen };
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        terminal.mouse(mouse)?;
        Ok(terminal)
    }

    /// Returns how large it is.
    pub(super) fn size(&self) -> io::Result<Size> {
        let (columns, rows) = size()?;
        Ok(Size { columns, rows })
    }

    /// Shows a state.
    pub(super) fn draw(&mut self, state: &State) -> io::Result<()> {
        self.screen.draw(|frame| view(state, frame)).map(drop)
    }

    /// Forgets what is on the screen, so that the next time everything is drawn.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.screen.clear()
    }

    /// Rings the bell.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        write_out("\x07")
    }

    /// Decides whom the mouse is for.
    pub(super) fn mouse(&mut self, mouse: Mouse) -> io::Result<()> {
        write_out(match mouse {
            Mouse::Scrolls => MOUSE_ON,
            Mouse::Selects => MOUSE_OFF,
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn write_out(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Gives the terminal back, once. What fails can't be helped: there is nowhere left to say so.
fn give_back() {
    if TAKEN.swap(false, Ordering::AcqRel) {
        let _ = write_out(MOUSE_OFF);
        let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Has the terminal given back before a panic is told, which would otherwise be lost with the screen.
fn give_back_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            tell(info);
        }));
    });
}
