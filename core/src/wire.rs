//! Owns which wire forms there are: a row of one table for each, and nothing else tells them apart.
//!
//! A form is a folder here, with a type that does all that [`contract::Wire`] asks for.

pub(crate) mod asking;
pub(crate) mod contract;
pub(crate) mod decode;
pub(crate) mod intake;
pub(crate) mod irc;
pub(crate) mod lines;
pub(crate) mod step;
pub(crate) mod web;

use std::net::SocketAddr;
use std::ops::ControlFlow;

use bytes::{Bytes, BytesMut};

use self::asking::{Asking, Given};
use self::contract::{Joined, LetIn, List, ListCost, Wire};
use self::decode::Decode;
use self::intake::Intake;
use self::step::Step;
use crate::asked::Asked;
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::ids::ConnectionId;
use crate::listen_addresses::ListenAddresses;
use crate::log::cluster::Touch;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::texts::Saying;
use crate::time::Time;

/// Makes everything that depends on the form of the table of forms.
macro_rules! forms {
    ($($(#[$about:meta])* $form:ident = $wire:ty;)*) => {
        /// Tells how a connection speaks and is spoken to: by the kind of the listener it came to.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub enum Form {
            $($(#[$about])* $form,)*
        }

        impl Form {
            /// All of them.
            pub(crate) const ALL: [Self; [$(Self::$form),*].len()] = [$(Self::$form),*];

            /// How many encodings each has.
            const ENCODINGS: [u8; Self::ALL.len()] = [$(<$wire>::ENCODINGS),*];

            /// Tells whether whoever connects is there to chat; else they ask for that in the handshake.
            pub const fn chats_at_once(self) -> bool {
                match self { $(Self::$form => <$wire>::CHATS_AT_ONCE),* }
            }

            /// Tells whether whoever comes says who they are before anybody knows of them.
            pub(crate) const fn registers(self) -> bool {
                match self { $(Self::$form => <$wire>::REGISTERS),* }
            }

            /// Tells whether who comes without TLS where that is demanded is answered by the handshake.
            pub(crate) const fn answers_without_tls(self) -> bool {
                match self { $(Self::$form => <$wire>::ANSWERS_WITHOUT_TLS),* }
            }

            /// Tells whether a line can be asked for that is a password.
            pub(crate) const fn asks_for_lines(self) -> bool {
                match self { $(Self::$form => <$wire>::ASKS_FOR_LINES),* }
            }

            /// Tells whether a ping is answered.
            pub(crate) const fn answers_pings(self) -> bool {
                match self { $(Self::$form => <$wire>::ANSWERS_PINGS),* }
            }

            /// Tells whether a program of which this is known understands pings.
            pub(crate) fn is_pinged(self, dialect: Dialect) -> bool {
                match self { $(Self::$form => <$wire>::is_pinged(dialect)),* }
            }

            /// Returns what is sent to one who may not come.
            #[must_use]
            pub fn refuse(self, refusal: Refusal) -> Bytes {
                match self { $(Self::$form => <$wire>::refuse(refusal)),* }
            }

            /// Returns what is sent to one who did not say for whom they come, in these words.
            pub(crate) fn turn_away(self, text: &str) -> Bytes {
                match self { $(Self::$form => <$wire>::turn_away(text)),* }
            }

            /// Returns what a connection is told before all else, if its form has something for that.
            pub(crate) fn hello(self, config: &Config, connection: ConnectionId) -> Option<Message> {
                match self { $(Self::$form => <$wire>::hello(config, connection)),* }
            }

            /// Returns what a connection is told last, that is closed with this code, if its form has something for
            /// that.
            pub(crate) fn bye(self, code: CloseCode) -> Option<Message> {
                match self { $(Self::$form => <$wire>::bye(code)),* }
            }

            /// Returns what is said of a password to a program of which this is known, before it is let in.
            pub(crate) fn ask(self, asking: &Asking, dialect: Dialect) -> Bytes {
                match self { $(Self::$form => <$wire>::ask(asking, dialect)),* }
            }

            /// Returns where it is listened for, if that is known.
            pub(crate) fn listens_at(self, addresses: &ListenAddresses) -> Option<SocketAddr> {
                match self { $(Self::$form => <$wire>::listens_at(addresses)),* }
            }

            /// Tells what a list costs in bytes.
            pub(crate) fn list_cost(self, list: List) -> ListCost {
                match self { $(Self::$form => <$wire>::list_cost(list)),* }
            }
        }

        impl Encoding {
            /// Returns what is spoken to a connection of this form, of whose program this is known.
            pub(crate) fn of(form: Form, dialect: Dialect) -> Self {
                let number = match form { $(Form::$form => <$wire>::encoding(dialect)),* };
                Self { form, number }
            }

            /// Tells whether what is said in a row is joined, by each share; else a batch is encoded once for all.
            pub(crate) const fn joins(self) -> bool {
                match self.form { $(Form::$form => <$wire>::JOINS),* }
            }

            /// Returns how many bytes a message may have more than is reckoned for its lines.
            pub(crate) fn more_bytes(self) -> usize {
                match self.form { $(Form::$form => <$wire>::more_bytes(self.number)),* }
            }

            /// Appends a message, and tells of each that is in it where in `out` it ends.
            pub(crate) fn encode(self, message: &Message, out: &mut BytesMut, ended: impl FnMut(usize)) {
                match self.form { $(Form::$form => <$wire>::encode(self.number, message, out, ended)),* }
            }

            /// Appends a message to what was joined so far. Nothing else may have been appended to `out` since.
            pub(crate) fn join(
                self,
                joined: &mut Option<Joined>,
                message: &Message,
                out: &mut BytesMut,
                ended: impl FnMut(usize),
            ) {
                match self.form { $(Form::$form => <$wire>::join(joined, message, out, ended)),* }
            }

            /// Ends what was joined.
            pub(crate) fn seal(self, joined: &mut Option<Joined>, out: &mut BytesMut, ended: impl FnMut(usize)) {
                match self.form { $(Form::$form => <$wire>::seal(joined, out, ended)),* }
            }

            fn put_farewell(self, out: &mut BytesMut) {
                match self.form { $(Form::$form => <$wire>::farewell(self.number, out)),* }
            }
        }

        /// Finds what a connection of any form has sent.
        #[derive(Debug)]
        pub(crate) enum Decoder {
            $($form(<$wire as Wire>::Decoder),)*
        }

        impl Decoder {
            pub(crate) fn new(config: &Config, form: Form) -> Self {
                match form { $(Form::$form => Self::$form(<$wire>::decoder(config))),* }
            }

            pub(crate) const fn form(&self) -> Form {
                match self { $(Self::$form(_) => Form::$form),* }
            }
        }

        impl Decode for Decoder {
            fn handle_bytes(&mut self, bytes: &[u8]) -> ControlFlow<()> {
                match self { $(Self::$form(decoder) => decoder.handle_bytes(bytes)),* }
            }

            fn has_found(&self) -> bool {
                match self { $(Self::$form(decoder) => decoder.has_found()),* }
            }

            fn say_plain(&mut self, saying: &mut Saying, may_pass: impl FnMut() -> bool) -> usize {
                match self { $(Self::$form(decoder) => decoder.say_plain(saying, may_pass)),* }
            }

            fn ask(&self, saying: &mut Saying) -> Asked {
                match self { $(Self::$form(decoder) => decoder.ask(saying)),* }
            }

            fn given(&self) -> Given {
                match self { $(Self::$form(decoder) => decoder.given()),* }
            }

            fn is_free(&self) -> bool {
                match self { $(Self::$form(decoder) => decoder.is_free()),* }
            }

            fn pass(&mut self, is_blank: bool) {
                match self { $(Self::$form(decoder) => decoder.pass(is_blank)),* }
            }

            fn forget_passed(&mut self) {
                match self { $(Self::$form(decoder) => decoder.forget_passed()),* }
            }

            fn shows_life(&mut self, now: Time) -> bool {
                match self { $(Self::$form(decoder) => decoder.shows_life(now)),* }
            }

            fn held_bytes(&self) -> usize {
                match self { $(Self::$form(decoder) => decoder.held_bytes()),* }
            }

            fn dialect(&self) -> Dialect {
                match self { $(Self::$form(decoder) => decoder.dialect()),* }
            }

            fn take_dialect(&mut self) -> Dialect {
                match self { $(Self::$form(decoder) => decoder.take_dialect()),* }
            }

            #[cfg(test)]
            fn held(&self) -> &[u8] {
                match self { $(Self::$form(decoder) => decoder.held()),* }
            }
        }

        /// Lets a connection of any form in.
        #[derive(Debug)]
        pub(crate) enum FormHandshake {
            $($form(<$wire as Wire>::Handshake),)*
        }

        impl FormHandshake {
            pub(crate) fn new(config: &Config, form: Form, now: Time) -> Self {
                match form { $(Form::$form => Self::$form(<$wire>::handshake(config, now))),* }
            }
        }

        impl LetIn for FormHandshake {
            type Decoder = Decoder;

            fn handle_bytes(&mut self, bytes: &[u8]) {
                match self { $(Self::$form(handshake) => handshake.handle_bytes(bytes)),* }
            }

            fn handle_end(&mut self) {
                match self { $(Self::$form(handshake) => handshake.handle_end()),* }
            }

            fn handle_failure(&mut self) {
                match self { $(Self::$form(handshake) => handshake.handle_failure()),* }
            }

            fn handle_metrics(&mut self, metrics: Option<String>) {
                match self { $(Self::$form(handshake) => handshake.handle_metrics(metrics)),* }
            }

            fn handle_admission(&mut self, admission: Result<(), Refusal>) {
                match self { $(Self::$form(handshake) => handshake.handle_admission(admission)),* }
            }

            fn handle_stop(&mut self) {
                match self { $(Self::$form(handshake) => handshake.handle_stop()),* }
            }

            fn handle_touch(&mut self, touch: Touch) {
                match self { $(Self::$form(handshake) => handshake.handle_touch(touch)),* }
            }

            fn logs_in(&self) -> bool {
                match self { $(Self::$form(handshake) => handshake.logs_in()),* }
            }

            fn poll_step(&mut self, now: Time) -> Step {
                match self { $(Self::$form(handshake) => handshake.poll_step(now)),* }
            }

            fn into_intake(self) -> Intake<Decoder> {
                match self { $(Self::$form(handshake) => handshake.into_intake().map(Decoder::$form)),* }
            }
        }
    };
}

forms! {
    /// Lines of text, as telnet and nc have them.
    #[default]
    Lines = lines::Lines;

    /// HTTP, and `WebSocket` messages with an object of JSON each, as a browser has them.
    Web = web::Web;

    /// Lines of IRC, as its clients have them.
    Irc = irc::Irc;
}

/// Names what a message is made into for a connection: all of a room's members with the same encoding are given the
/// same bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Encoding {
    form: Form,
    /// Among those of the form.
    number: u8,
}

impl Encoding {
    /// How many there are.
    pub(crate) const COUNT: usize = {
        let (mut count, mut form) = (0, 0);
        while form < Form::ENCODINGS.len() {
            count += Form::ENCODINGS[form] as usize;
            form += 1;
        }
        count
    };

    /// All of them, each in the place that [`index`](Self::index) tells.
    pub(crate) const ALL: [Self; Self::COUNT] = {
        let mut all = [Self { form: Form::ALL[0], number: 0 }; Self::COUNT];
        let (mut index, mut form) = (0, 0);
        while form < Form::ALL.len() {
            let mut number = 0;
            while number < Form::ENCODINGS[form] {
                all[index] = Self { form: Form::ALL[form], number };
                (index, number) = (index + 1, number + 1);
            }
            form += 1;
        }
        all
    };

    /// Where those of each form begin among all.
    const FIRST: [usize; Form::ALL.len()] = {
        let mut first = [0; Form::ALL.len()];
        let mut form = 1;
        while form < first.len() {
            first[form] = first[form - 1] + Form::ENCODINGS[form - 1] as usize;
            form += 1;
        }
        first
    };

    /// Returns whose it is.
    pub(crate) const fn form(self) -> Form {
        self.form
    }

    /// Returns its place among all.
    pub(crate) const fn index(self) -> usize {
        Self::FIRST[self.form as usize] + self.number as usize
    }

    /// Returns all that those are told who are not let in since the server stops.
    pub(crate) fn farewell(self) -> Bytes {
        let mut out = BytesMut::new();
        self.put_farewell(&mut out);
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_in_its_place() {
        for (index, encoding) in Encoding::ALL.into_iter().enumerate() {
            assert_eq!(encoding.index(), index);
        }
        let irc = crate::dialect::IrcDialect::ALL.map(Dialect::Irc);
        let dialects = [&[Dialect::Lf, Dialect::CrLf, Dialect::Telnet][..], &irc].concat();
        for form in Form::ALL {
            let numbers: Vec<_> = dialects.iter().map(|&dialect| Encoding::of(form, dialect).number).collect();
            let most = numbers.iter().max().expect("there are dialects");
            assert_eq!(most + 1, Form::ENCODINGS[form as usize], "{form:?} has as many as are used");
        }
    }
}
