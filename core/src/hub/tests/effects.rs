//! What waits while the outside is asked for something, and what does not.

use super::*;
use crate::Limits;

fn config() -> Config {
    Config { limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() }, ..Config::default() }
}

/// A hub with Ann and Bob, who have said something, and nothing to be done.
fn hub() -> (Hub<()>, [ConnectionId; 2]) {
    let mut hub = Hub::new(config());
    let people = ["Ann", "Bob"].map(|name| {
        let connection = open(&mut hub);
        let name = Name::parse(name).expect("it is a name");
        hub.handle_requests(Time::START, connection, vec![Command::Rename(name).into()]);
        connection
    });
    hub.take_batch();
    (hub, people)
}

fn resume(hub: &mut Hub<()>, connection: ConnectionId, ghost: ConnectionId) {
    let token = config().token(ghost).expect("there is a secret");
    hub.handle_requests(Time::START, connection, vec![Request::Resume(token)]);
}

#[test]
fn who_waits_for_an_answer_is_heard_after_it_and_others_are_heard_before() {
    let (mut hub, [ann, bob]) = hub();
    let again = open(&mut hub);
    hub.take_batch();
    resume(&mut hub, again, ann);
    let effect = hub.poll_effect().expect("the token is to be verified");
    assert_eq!(hub.poll_effect(), None);
    let later = vec![Query::Users.into(), Command::Say(Text::clean("I am back").into()).into(), Notice::Fence.into()];
    hub.handle_requests(Time::START, again, later);
    assert!(hub.take_batch().is_none(), "all of it waits");
    say(&mut hub, Time::START, bob);
    assert_eq!(messages(hub.take_batch()), ["Bob: hello"]);
    hub.handle_answer(Time::START, effect.perform(&config()).expect("it takes no store"));
    let batch = hub.take_batch().expect("it goes on");
    assert_eq!(
        *batch.actions().last().expect("it is not empty"),
        Action::Credit { connection: again, continues: false }
    );
    assert_eq!(messages(Some(batch))[..2], ["You are Ann", "You joined main"]);
    say(&mut hub, Time::START, again);
    assert_eq!(messages(hub.take_batch()), ["Ann: hello"], "nothing waits any more");
}

#[test]
fn a_bad_token_is_stale_in_its_place() {
    let (mut hub, [ann, _]) = hub();
    resume(&mut hub, ann, ConnectionId::new(0, 1, 77));
    hub.handle_requests(Time::START, ann, vec![Notice::TooLong.into()]);
    let Some(Effect::VerifyToken { connection, .. }) = hub.poll_effect() else { panic!("it is to be verified") };
    hub.handle_answer(Time::START, Answer::Verified { connection, ghost: None });
    let told = ["You have nothing to resume", "Messages can only be 400 chars long"];
    assert_eq!(messages(hub.take_batch()), told);
    // An answer that nobody waits for changes nothing.
    hub.handle_answer(Time::START, Answer::Verified { connection, ghost: None });
    assert!(hub.take_batch().is_none());
}

#[test]
fn who_leaves_while_an_answer_is_awaited_leaves_after_it() {
    let (mut hub, [ann, bob]) = hub();
    resume(&mut hub, bob, ann);
    let effect = hub.poll_effect().expect("the token is to be verified");
    hub.handle_closed(Time::START, bob);
    assert!(hub.take_batch().is_none(), "it waits");
    hub.handle_answer(Time::START, effect.perform(&config()).expect("it takes no store"));
    let batch = hub.take_batch().expect("it goes on");
    assert_eq!(batch.actions().last(), Some(&Action::Close { connection: bob, code: None }));
    assert_eq!(hub.chat.people(), 0, "Bob was Ann when he left");
    assert!(hub.connections.is_free());
}

#[test]
fn a_connection_that_is_gone_has_no_effects_and_waits_for_none() {
    let (mut hub, [ann, bob]) = hub();
    hub.handle_closed(Time::START, ann);
    resume(&mut hub, ann, bob);
    assert_eq!(hub.poll_effect(), None);
    resume(&mut hub, bob, bob);
    assert!(hub.poll_effect().is_some());
    hub.handle_stop(Time::START);
    hub.handle_answer(Time::START, Answer::Verified { connection: bob, ghost: Some(bob) });
    let batch = hub.take_batch().expect("all are told");
    assert_eq!(batch.actions().last(), Some(&Action::Stop { message: Message::Stopping }));
}

#[test]
fn without_a_secret_there_are_no_tokens() {
    let no_secret = Config::default();
    let mut hub = Hub::new(no_secret.clone());
    let ann = open(&mut hub);
    hub.take_batch();
    hub.handle_requests(Time::START, ann, vec![Query::Token.into()]);
    assert_eq!(messages(hub.take_batch()), ["You have nothing to resume"]);
    let token = config().token(ann).expect("there is a secret");
    hub.handle_requests(Time::START, ann, vec![Request::Resume(token)]);
    perform(&mut hub, &no_secret);
    assert_eq!(messages(hub.take_batch()), ["You have nothing to resume"]);
    let (mut hub, [ann, _]) = self::hub();
    hub.handle_requests(Time::START, ann, vec![Query::Token.into()]);
    let token = config().token(ann).expect("there is a secret");
    assert_eq!(messages(hub.take_batch()), [format!("You can come back with /resume {token}")]);
}
