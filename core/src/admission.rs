//! Gives out what decides who may connect, and where.

pub use crate::door::Door;
pub use crate::gate::{Gate, Permit};
pub use crate::listen_addresses::ListenAddresses;
pub use crate::origin::{Origin, OriginError};
pub use crate::password::{Account, Denial, NewAccount, Pass, Passphrase, Role, Verdict};
pub use crate::refusal::Refusal;
pub use crate::subnet::{Subnet, SubnetError};
pub use crate::tls::{Tls, TlsFailure};
