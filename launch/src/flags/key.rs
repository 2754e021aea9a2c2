//! Owns what a key of the configuration file is: what kind of value it takes, and which it has.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chinwag_cluster::Address;
use chinwag_core::{Origin, Subnet};
use toml::Value;

use super::values::{Age, Choice, Size, SocketFile};
use crate::logging::Format;

/// A key, with its value.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Key {
    /// What it is called, as its flag is without the dashes.
    pub(crate) name: String,
    /// A server that runs can take it anew.
    pub(crate) is_live: bool,
    pub(super) kind: Kind,
    /// What it has, if that can be written down.
    pub(super) value: Option<Value>,
}

/// The kinds of values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Number,
    Text,
    Texts,
    Switch,
}

/// What a flag is set to, as a file has it.
pub(super) trait Setting {
    const KIND: Kind;

    /// Returns the value, if there is one.
    fn value(&self) -> Option<Value>;
}

impl Key {
    /// Makes the key of a field of the flags.
    pub(super) fn new<T: Setting>(field: &str, setting: &T, is_live: bool) -> Self {
        Self { name: field.replace('_', "-"), is_live, kind: T::KIND, value: setting.value() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}", self.name),
            None => write!(f, "{} =", self.name),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a whole number, without quotes",
            Self::Text => "text in quotes",
            Self::Texts => "a list of texts in quotes, like [\"one\", \"two\"]",
            Self::Switch => "true or false",
        })
    }
}

macro_rules! settings {
    ($($type:ty: $kind:ident, |$value:ident| $written:expr;)*) => {$(
        impl Setting for $type {
            const KIND: Kind = Kind::$kind;

            fn value(&self) -> Option<Value> {
                let $value = self;
                Some($written)
            }
        }
    )*};
}

settings! {
    u8: Number, |number| i64::from(*number).into();
    u16: Number, |number| i64::from(*number).into();
    u32: Number, |number| i64::from(*number).into();
    Duration: Number, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX).into();
    bool: Switch, |switch| (*switch).into();
    IpAddr: Text, |address| address.to_string().into();
    Arc<str>: Text, |text| text.to_string().into();
    PathBuf: Text, |path| path.to_string_lossy().into_owned().into();
    String: Text, |text| text.clone().into();
    Address: Text, |address| address.to_string().into();
    Format: Text, |format| format.word().into();
    Age: Text, |age| age.to_string().into();
    Size: Text, |size| size.to_string().into();
    Choice: Text, |choice| match choice {
        Choice::IfFree(address) | Choice::At(address) => address.to_string().into(),
        Choice::Off => "off".into(),
    };
    Vec<Origin>: Texts, |origins| texts(origins);
    Vec<SocketFile>: Texts, |files| texts(files);
    Vec<Subnet>: Texts, |subnets| texts(subnets);
}

impl<T: Setting> Setting for Option<T> {
    const KIND: Kind = T::KIND;

    fn value(&self) -> Option<Value> {
        self.as_ref().and_then(Setting::value)
    }
}

fn texts(all: &[impl fmt::Display]) -> Value {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}
