//! The terminal: taken over on opening, given back as it was on dropping, while the program is stopped, and on a panic
//! before its message is shown.

use std::io::{self, Stdout, Write as _, stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::backend::CrosstermBackend;
use rustix::process::{Signal, getpid, kill_process};

use super::event::{Mouse, Size};
use super::state::State;
use super::view::view;

/// Has the terminal tell of buttons, of which the wheel is one. Crossterm's command would have it tell of every
/// movement too.
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
        take(mouse)?;
        // From here on dropping it gives the terminal back.
        let screen = ratatui::Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| give_back())?;
        Ok(Self { screen })
    }

    /// Gives the terminal back, as long as the program is stopped; returns when it goes on, or may be about to be
    /// stopped.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        // Not by the signal that this program hears, and would hear again.
        Ok(kill_process(getpid(), Signal::STOP)?)
    }

    /// Takes the terminal again, whatever the shell has made of it.
    pub(super) fn take_back(&mut self, mouse: Mouse) -> io::Result<()> {
        give_back();
        take(mouse)
    }

    /// Shows a state.
    pub(super) fn draw(&mut self, state: &State) -> io::Result<()> {
        if !TAKEN.load(Ordering::Acquire) {
            // It is the shell's.
            return Ok(());
        }
        self.screen.draw(|frame| view(state, frame)).map(drop)
    }

    /// Forgets what is on the screen, so that the next time everything is drawn.
    ///
    /// Ratatui's own `clear` asks the terminal where the cursor is, and the answer would go to whoever reads the keys.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.screen.swap_buffers();
        execute!(stdout(), Clear(ClearType::All))
    }

    /// Rings the bell.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        write_out("\x07")
    }

    /// Decides whom the mouse is for.
    pub(super) fn mouse(&mut self, mouse: Mouse) -> io::Result<()> {
        write_out(of_mouse(mouse))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Returns how large the terminal is.
pub(super) fn size() -> io::Result<Size> {
    let (columns, rows) = crossterm::terminal::size()?;
    Ok(Size { columns, rows })
}

fn write_out(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn take(mouse: Mouse) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::Release);
    let taken = execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste);
    taken.and_then(|()| write_out(of_mouse(mouse))).inspect_err(|_| give_back())
}

fn of_mouse(mouse: Mouse) -> &'static str {
    match mouse {
        Mouse::Scrolls => MOUSE_ON,
        Mouse::Selects => MOUSE_OFF,
    }
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

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::Read as _;
    use std::thread;

    use pty_process::blocking::{Command, open};
    use rustix::termios::tcgetattr;

    use super::*;

    /// Tells this test that it is the one to panic, in the terminal of another.
    const PANICS: &str = "CHINWAG_TEST_PANICS";

    #[test]
    fn a_panic_gives_the_terminal_back_before_it_is_told() {
        if env::var_os(PANICS).is_some() {
            let _terminal = Terminal::open(Mouse::Scrolls).expect("there is a terminal");
            panic!("on purpose");
        }
        let (mut pty, pts) = open().expect("there is a pseudo-terminal");
        let settings = format!("{:?}", tcgetattr(&pts).expect("it is a terminal"));
        let test = env::current_exe().expect("it runs");
        let name = thread::current().name().map(str::to_owned).expect("tests have names");
        let command = Command::new(test).args(["--exact", &name, "--nocapture"]).env(PANICS, "1");
        let mut child = command.spawn(pts).expect("it runs again");
        let (mut output, mut bytes) = (Vec::new(), [0; 1024]);
        // Where nobody has the terminal open any more, reading from it fails.
        while let Ok(read @ 1..) = pty.read(&mut bytes) {
            output.extend_from_slice(&bytes[..read]);
        }
        assert!(!child.wait().expect("it is our child").success());
        assert_eq!(format!("{:?}", tcgetattr(&pty).expect("it is a terminal")), settings);
        let output = String::from_utf8_lossy(&output);
        let at = |text: &str| output.rfind(text).unwrap_or_else(|| panic!("no {text:?} in {output:?}"));
        for given_back in [MOUSE_OFF, "\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"] {
            assert!(at(given_back) < at("on purpose"), "{given_back:?} in {output:?}");
        }
    }
}
