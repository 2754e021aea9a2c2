//! Passwords of accounts, and passes.

use super::*;
use crate::password::Password;

#[test]
fn the_password_of_an_account_is_typed_unseen_and_sent_once_whatever_it_is() {
    let mut state = arrived("Ann", "main");
    type_text(&mut state, "/login Ann⏎");
    receive(&mut state, "Password:");
    assert!(state.link.is_locked() && state.link.status().contains("password"));
    assert_eq!(type_text(&mut state, "/swordfish⏎"), [Effect::Send("/swordfish".to_owned())]);
    assert!(!state.link.is_locked());
    type_text(&mut state, "↑");
    assert_eq!(state.input.text(), "/login Ann", "it is not among what was typed");
    type_text(&mut state, "⏎");
    receive(&mut state, "Password:");
    assert_eq!(type_text(&mut state, "⏎"), [Effect::Send(String::new())], "an empty line calls it off");
    receive(&mut state, "Bob: Password:");
    assert!(!state.link.is_locked());
    receive(&mut state, "Password:");
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    assert!(!state.link.is_locked());
    assert!(!format!("{state:?}").contains("swordfish"));
}

#[test]
fn a_pass_is_kept_until_it_lets_nobody_in_or_one_logs_out() {
    let pass = "Your pass for the next time is 1234";
    let mut state = fresh();
    receive(&mut state, ASKED);
    type_text(&mut state, "Ann:swordfish⏎");
    let kept = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Keep(Some(pass)) if pass.line() == "1234"))
    };
    assert!(kept(&receive(&mut state, pass)));
    for line in ["You are Ann", "You joined main"] {
        receive(&mut state, line);
    }
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    update(&mut state, NOW, Event::Rested);
    update(&mut state, NOW, Event::Connected(server()));
    assert_eq!(receive(&mut state, ASKED), [Effect::Send("1234".to_owned())]);
    receive(&mut state, "Wrong password");
    assert_eq!(receive(&mut state, ASKED)[..1], [Effect::Keep(None)]);
    type_text(&mut state, "Ann:swordfish⏎");
    assert!(kept(&receive(&mut state, pass)));
    for line in ["You are Ann", "You joined main"] {
        receive(&mut state, line);
    }
    assert_eq!(receive(&mut state, "You are logged out")[..1], [Effect::Keep(None)]);
}

#[test]
fn a_pass_is_shown_to_the_server_that_it_is_of_and_a_wrong_password_removes_none() {
    let pass = |pass: &str| Some(Password::new(pass.to_owned()));
    let mut state = fresh();
    state.link.on_reached(pass("1234"));
    assert_eq!(receive(&mut state, ASKED), [Effect::Send("1234".to_owned())]);
    for line in ["You are Ann", "You joined main"] {
        receive(&mut state, line);
    }
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    // The next server has another pass, and the one after that has none.
    update(&mut state, NOW, Event::Rested);
    state.link.on_reached(pass("5678"));
    update(&mut state, NOW, Event::Connected(server()));
    assert_eq!(receive(&mut state, ASKED), [Effect::Send("5678".to_owned())]);
    update(&mut state, NOW, Event::Lost("gone".to_owned()));
    update(&mut state, NOW, Event::Rested);
    state.link.on_reached(None);
    update(&mut state, NOW, Event::Connected(server()));
    receive(&mut state, ASKED);
    assert!(state.link.is_locked());
    type_text(&mut state, "guess⏎");
    receive(&mut state, "Wrong password");
    let told = receive(&mut state, ASKED);
    assert!(!told.iter().any(|effect| matches!(effect, Effect::Keep(_))), "{told:?}");
}
