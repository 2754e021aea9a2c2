//! A program in a pseudo-terminal: what is typed goes in, and what a person would see on the screen comes out.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pts, Pty, open};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use rustix::termios::{tcgetattr, tcgetpgrp};
use vt100::{Callbacks, Parser, Screen};

/// Longer than anything takes to appear on the screen, on a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// What was on the screen before the program took it.
pub(crate) const BEFORE: &str = "$ chinwag";

/// A program and the screen that it draws on.
pub(crate) struct Window {
    pty: Arc<Pty>,
    /// Keeps the terminal open, so that its settings can be looked at when the program has ended.
    pts: Pts,
    settings: String,
    child: Child,
    output: Receiver<Vec<u8>>,
    parser: Parser<Bells>,
}

/// Counts how often the bell rang.
#[derive(Default)]
struct Bells(usize);

impl Callbacks for Bells {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.0 += 1;
    }
}

impl Window {
    /// Runs a program with these arguments on a screen of this size.
    pub(crate) fn open(program: &str, args: &[&str], (columns, rows): (u16, u16)) -> Self {
        let (pty, pts) = open().expect("there is a pseudo-terminal");
        pty.resize(Size::new(rows, columns)).expect("it takes a size");
        let settings = settings(&pts);
        let mut command = Command::new(program).args(args).env("TERM", "xterm-256color").env_remove("NO_COLOR");
        let child = command.spawn_borrowed(&pts).expect("the program runs");
        let mut parser = Parser::new_with_callbacks(cells(rows), cells(columns), 0, Bells::default());
        parser.process(format!("{BEFORE}\r\n").as_bytes());
        let (pty, (sender, output)) = (Arc::new(pty), channel());
        let reader = Arc::clone(&pty);
        thread::spawn(move || {
            let (mut reader, mut bytes) = (&*reader, [0; 4096]);
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, pts, settings, child, output, parser }
    }

    /// Types text, or sends what other keys send.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("the terminal takes what is typed");
    }

    /// Makes the screen larger or smaller.
    pub(crate) fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.parser.set_size(cells(rows), cells(columns));
        self.pty.resize(Size::new(rows, columns)).expect("it takes a size");
    }

    pub(crate) fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// Returns how often the bell rang.
    pub(crate) fn bells(&self) -> usize {
        self.parser.callbacks().0
    }

    /// Returns a row of the screen, from the top or, if negative, from the bottom.
    pub(crate) fn row(&self, row: isize) -> String {
        let columns = self.screen().size().1.get();
        let rows: Vec<String> = self.screen().rows(0, columns).collect();
        let at = if row < 0 { rows.len() as isize + row } else { row };
        rows[usize::try_from(at).expect("the screen has this row")].trim_end().to_owned()
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.wait_for(text, |window| window.screen().contents().contains(text));
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        self.wait_for_within(DEADLINE, what, is_so);
    }

    /// Does the same where it takes longer, or may.
    #[track_caller]
    pub(crate) fn wait_for_within(&mut self, patience: Duration, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + patience;
        while !is_so(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(_) => panic!("waited in vain for {what}; the screen is:\n{}", self.screen().contents()),
            }
        }
    }

    /// Sends a signal to the job that has the terminal.
    pub(crate) fn signal_job(&self, signal: Signal) {
        // Only this side of it may ask.
        let job = tcgetpgrp(&*self.pty).expect("it is a terminal");
        kill_process_group(job, signal).expect("it runs");
    }

    /// Waits until the terminal is as it was before, for somebody else to use it.
    #[track_caller]
    pub(crate) fn wait_until_given_back(&mut self, text: &str) {
        self.wait_for(text, |window| window.screen().contents().contains(text) && !window.screen().alternate_screen());
        self.assert_given_back();
    }

    fn assert_given_back(&self) {
        assert_eq!(settings(&self.pts), self.settings, "the terminal is set as it was");
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    /// Leaves with Ctrl-C.
    #[track_caller]
    pub(crate) fn leave(self) {
        self.leave_with("\x03");
    }

    /// Leaves with these keys, and checks that everything is as it was before.
    #[track_caller]
    pub(crate) fn leave_with(mut self, keys: &str) {
        self.type_keys(keys);
        let (status, screen) = self.ended();
        assert!(status.success());
        assert_eq!(screen, BEFORE, "the screen is as it was");
    }

    /// Has the operating system end the program, and checks that everything is as it was before.
    #[track_caller]
    pub(crate) fn leave_by(self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
        let (status, screen) = self.ended();
        assert!(status.success(), "{signal:?}: {status}");
        assert_eq!(screen, BEFORE, "the screen is as it was");
    }

    /// Waits until the program has ended; returns how, and what the screen shows then.
    #[track_caller]
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let (sender, exit) = channel();
        thread::spawn(move || sender.send(self.child.wait()));
        let status = exit.recv_timeout(DEADLINE).expect("the program ends before the deadline");
        let status = status.expect("it is our child");
        assert_eq!(settings(&self.pts), self.settings, "the terminal is set as it was");
        // Now nobody has the terminal open, and what is read from it ends.
        drop(self.pts);
        while let Ok(bytes) = self.output.recv_timeout(DEADLINE) {
            self.parser.process(&bytes);
        }
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        (status, screen.contents().trim_end().to_owned())
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a screen has cells")
}

fn settings(pts: &Pts) -> String {
    format!("{:?}", tcgetattr(pts).expect("it is a terminal"))
}
