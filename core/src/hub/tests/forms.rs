//! What only browsers are told first and last.

use super::*;
use crate::Limits;
use crate::RoomId;

const MAIN: RoomId = RoomId::new(0);

fn open_web(hub: &mut Hub<()>, config: &Config) -> (ConnectionId, Vec<Action>) {
    let connection = hub.open(Time::START, &mut Session::with_form(config, Form::Web), ()).expect("the server runs");
    (connection, actions(hub))
}

fn actions(hub: &mut Hub<()>) -> Vec<Action> {
    hub.take_batch().map(|batch| batch.actions().to_vec()).unwrap_or_default()
}

fn replies(actions: &[Action]) -> Vec<&Message> {
    actions
        .iter()
        .filter_map(|action| if let Action::Reply { message, .. } = action { Some(message) } else { None })
        .collect()
}

#[test]
fn a_browser_is_told_of_the_server_before_all_else() {
    for secret in [None, Some(Secret::new([7; 32]))] {
        let config = Config { limits: Limits { secret, ..Limits::default() }, ..Config::default() };
        let mut hub = Hub::new(config.clone());
        let (web, actions) = open_web(&mut hub, &config);
        assert_eq!(actions[0], Action::Open { connection: web, form: Form::Web, dialect: Dialect::Lf });
        let hello =
            Message::Hello { boot: config.rules.boot(), chars_max: 400, token: config.token(web), has_accounts: false };
        let replies = replies(&actions);
        assert_eq!(replies[..2], [&hello, &Message::Help]);
        assert!(matches!(replies[2..], [Message::YouAre { .. }, Message::YouJoined { seq: 0, .. }]));
    }
}

#[test]
fn who_leaves_by_a_browser_is_told_with_which_code_and_who_is_gone_is_told_nothing() {
    let cases: [(Request, _); 4] = [
        (Command::Leave(CloseCode::NORMAL).into(), CloseCode::NORMAL),
        (Command::Leave(CloseCode::NONE).into(), CloseCode::NONE),
        (Notice::Fail(CloseCode::TOO_BIG).into(), CloseCode::TOO_BIG),
        (Notice::WrongProtocol(crate::OtherProtocol::Http).into(), CloseCode::PROTOCOL),
    ];
    let config = Config::default();
    for (request, code) in cases {
        let mut hub = Hub::new(config.clone());
        let (web, _) = open_web(&mut hub, &config);
        hub.handle_requests(Time::START, web, vec![request]);
        let actions = actions(&mut hub);
        let bye = Action::Reply { connection: web, message: Message::Bye { code } };
        let close = Action::Close { connection: web, code: Some(code) };
        assert_eq!(actions[actions.len() - 3..], [Action::Leave { connection: web, room: MAIN }, bye, close]);
    }
    let mut hub = Hub::new(config.clone());
    let (web, _) = open_web(&mut hub, &config);
    hub.handle_closed(Time::START, web);
    assert_eq!(
        actions(&mut hub),
        [Action::Leave { connection: web, room: MAIN }, Action::Close { connection: web, code: None }]
    );
}

#[test]
fn a_page_whose_person_goes_on_elsewhere_is_told_that_it_is_over() {
    let config =
        Config { limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() }, ..Config::default() };
    let mut hub = Hub::new(config.clone());
    let [old, new] = [(); 2].map(|()| open_web(&mut hub, &config).0);
    hub.handle_requests(Time::START, new, vec![Request::Resume(config.token(old).expect("there is a secret"))]);
    perform(&mut hub, &config);
    let bye = Action::Reply { connection: old, message: Message::Bye { code: CloseCode::RESUMED } };
    assert_eq!(actions(&mut hub)[2..4], [bye, Action::Cut { connection: old }]);
}

#[test]
fn a_ping_is_answered_with_its_bytes() {
    let config = Config::default();
    let mut hub = Hub::new(config.clone());
    let (web, _) = open_web(&mut hub, &config);
    hub.handle_requests(Time::START, web, vec![Notice::Ping("there?".into()).into()]);
    assert_eq!(replies(&actions(&mut hub)), [&Message::Pong { payload: "there?".into() }]);
}
