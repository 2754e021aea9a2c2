//! Which key does what: one table.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Put this character where the cursor is.
    Insert(char),
    /// Change the input otherwise.
    Edit(Edit),
    /// Send the input.
    Submit,
    /// Complete the word before the cursor; again, with the next that fits.
    Complete,
    /// Complete with the one before.
    CompleteBack,
    /// Fetch the line typed before.
    Older,
    /// Fetch the line typed after.
    Newer,
    /// Look at other messages.
    Scroll(Scroll),
    /// Drop what is asked about; look at the newest messages; drop what was not sent.
    Dismiss,
    /// Give the mouse to the terminal, or take it back.
    ToggleMouse,
    /// Send again what was not sent.
    Resend,
    /// Draw everything anew.
    Redraw,
    /// Go back to the shell, which can have the program go on.
    Suspend,
    /// End the program.
    Interrupt,
    /// End the program if there is no input, otherwise delete forwards.
    EndOfInput,
}

/// A change of the input or of the cursor's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    KillWordLeft,
    KillWordRight,
    KillToHome,
    KillToEnd,
    Yank,
}

/// A way to look at other messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scroll {
    RowUp,
    RowDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// What readline and most chat programs have them do.
pub(super) const KEYS: [(KeyModifiers, KeyCode, Stroke); 51] = [
    (NONE, KeyCode::Enter, Stroke::Submit),
    (CTRL, KeyCode::Char('j'), Stroke::Submit),
    (CTRL, KeyCode::Char('m'), Stroke::Submit),
    (NONE, KeyCode::Tab, Stroke::Complete),
    (CTRL, KeyCode::Char('i'), Stroke::Complete),
    (NONE, KeyCode::BackTab, Stroke::CompleteBack),
    (SHIFT, KeyCode::BackTab, Stroke::CompleteBack),
    (NONE, KeyCode::Up, Stroke::Older),
    (CTRL, KeyCode::Char('p'), Stroke::Older),
    (NONE, KeyCode::Down, Stroke::Newer),
    (CTRL, KeyCode::Char('n'), Stroke::Newer),
    (NONE, KeyCode::PageUp, Stroke::Scroll(Scroll::PageUp)),
    (NONE, KeyCode::PageDown, Stroke::Scroll(Scroll::PageDown)),
    (SHIFT, KeyCode::Up, Stroke::Scroll(Scroll::RowUp)),
    (SHIFT, KeyCode::Down, Stroke::Scroll(Scroll::RowDown)),
    (CTRL, KeyCode::Home, Stroke::Scroll(Scroll::Top)),
    (CTRL, KeyCode::End, Stroke::Scroll(Scroll::Bottom)),
    (NONE, KeyCode::Esc, Stroke::Dismiss),
    (NONE, KeyCode::F(2), Stroke::ToggleMouse),
    (CTRL, KeyCode::Char('r'), Stroke::Resend),
    (CTRL, KeyCode::Char('l'), Stroke::Redraw),
    (CTRL, KeyCode::Char('z'), Stroke::Suspend),
    (CTRL, KeyCode::Char('c'), Stroke::Interrupt),
    (CTRL, KeyCode::Char('d'), Stroke::EndOfInput),
    (NONE, KeyCode::Left, Stroke::Edit(Edit::Left)),
    (CTRL, KeyCode::Char('b'), Stroke::Edit(Edit::Left)),
    (NONE, KeyCode::Right, Stroke::Edit(Edit::Right)),
    (CTRL, KeyCode::Char('f'), Stroke::Edit(Edit::Right)),
    (CTRL, KeyCode::Left, Stroke::Edit(Edit::WordLeft)),
    (ALT, KeyCode::Left, Stroke::Edit(Edit::WordLeft)),
    (ALT, KeyCode::Char('b'), Stroke::Edit(Edit::WordLeft)),
    (CTRL, KeyCode::Right, Stroke::Edit(Edit::WordRight)),
    (ALT, KeyCode::Right, Stroke::Edit(Edit::WordRight)),
    (ALT, KeyCode::Char('f'), Stroke::Edit(Edit::WordRight)),
    (NONE, KeyCode::Home, Stroke::Edit(Edit::Home)),
    (CTRL, KeyCode::Char('a'), Stroke::Edit(Edit::Home)),
    (NONE, KeyCode::End, Stroke::Edit(Edit::End)),
    (CTRL, KeyCode::Char('e'), Stroke::Edit(Edit::End)),
    (NONE, KeyCode::Backspace, Stroke::Edit(Edit::Backspace)),
    (SHIFT, KeyCode::Backspace, Stroke::Edit(Edit::Backspace)),
    (CTRL, KeyCode::Char('h'), Stroke::Edit(Edit::Backspace)),
    (NONE, KeyCode::Delete, Stroke::Edit(Edit::Delete)),
    (CTRL, KeyCode::Char('w'), Stroke::Edit(Edit::KillWordLeft)),
    (ALT, KeyCode::Backspace, Stroke::Edit(Edit::KillWordLeft)),
    (CTRL, KeyCode::Backspace, Stroke::Edit(Edit::KillWordLeft)),
    (ALT, KeyCode::Char('d'), Stroke::Edit(Edit::KillWordRight)),
    (ALT, KeyCode::Delete, Stroke::Edit(Edit::KillWordRight)),
    (CTRL, KeyCode::Delete, Stroke::Edit(Edit::KillWordRight)),
    (CTRL, KeyCode::Char('u'), Stroke::Edit(Edit::KillToHome)),
    (CTRL, KeyCode::Char('k'), Stroke::Edit(Edit::KillToEnd)),
    (CTRL, KeyCode::Char('y'), Stroke::Edit(Edit::Yank)),
];

impl Stroke {
    /// Returns what a key asks for, if it does.
    pub(super) fn of(key: KeyEvent) -> Option<Self> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let listed = KEYS.iter().find(|(modifiers, code, _)| (*modifiers, *code) == (key.modifiers, key.code));
        if let Some((.., stroke)) = listed {
            return Some(*stroke);
        }
        let KeyCode::Char(c) = key.code else { return None };
        // Both together are AltGr, with which some keyboards type @ and the like.
        let types = (key.modifiers - SHIFT).is_empty() || key.modifiers.contains(CTRL | ALT);
        (types && !c.is_control()).then_some(Self::Insert(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_listed_twice() {
        for (index, (modifiers, code, _)) in KEYS.iter().enumerate() {
            let again = KEYS[..index].iter().any(|key| (key.0, key.1) == (*modifiers, *code));
            assert!(!again, "{modifiers:?} {code:?}");
        }
    }

    #[test]
    fn characters_are_typed_and_other_keys_do_nothing() {
        let cases = [
            (NONE, KeyCode::Char('a'), Some(Stroke::Insert('a'))),
            (SHIFT, KeyCode::Char('A'), Some(Stroke::Insert('A'))),
            (NONE, KeyCode::Char('語'), Some(Stroke::Insert('語'))),
            (CTRL | ALT, KeyCode::Char('@'), Some(Stroke::Insert('@'))),
            (CTRL, KeyCode::Char('c'), Some(Stroke::Interrupt)),
            (CTRL, KeyCode::Char('x'), None),
            (ALT, KeyCode::Char('x'), None),
            (NONE, KeyCode::F(1), None),
            (NONE, KeyCode::Insert, None),
        ];
        for (modifiers, code, stroke) in cases {
            assert_eq!(Stroke::of(KeyEvent::new(code, modifiers)), stroke, "{modifiers:?} {code:?}");
        }
        let released = KeyEvent { kind: KeyEventKind::Release, ..KeyEvent::new(KeyCode::Enter, NONE) };
        assert_eq!(Stroke::of(released), None);
    }
}
