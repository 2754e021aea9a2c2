//! Owns where in a telnet command somebody is, as the RFC reads, byte by byte.

/// Where in a telnet command the last byte was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Telnet {
    No,
    Iac,
    /// After will, won't, do or don't, with which of them it was.
    Option(u8),
    Subnegotiation,
    SubnegotiationIac,
}

/// What a byte completes.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Said {
    Text(Vec<u8>),
    /// A command: its code, or 6 for a question for a timing mark.
    Command {
        negotiates: bool,
        code: u8,
    },
}

impl Telnet {
    pub(super) fn take(&mut self, byte: u8) -> Option<Said> {
        let (next, said) = match (*self, byte) {
            (Self::No, 255) => (Self::Iac, None),
            (Self::No, _) => (Self::No, Some(Said::Text(vec![byte]))),
            (Self::Iac, 255) => (Self::No, Some(Said::Text(vec![255]))),
            (Self::Iac, 0..=235) => (Self::No, Some(Said::Text(vec![255, byte]))),
            (Self::Iac, 251..=254) => (Self::Option(byte), None),
            (Self::Iac, 250) => (Self::Subnegotiation, None),
            (Self::Iac, code) => (Self::No, Some(Said::Command { negotiates: false, code })),
            (Self::Option(253), 1 | 3 | 6) => (Self::No, Some(Said::Command { negotiates: true, code: byte })),
            (Self::Option(_), _) | (Self::SubnegotiationIac, 240) => {
                (Self::No, Some(Said::Command { negotiates: true, code: 0 }))
            }
            (Self::Subnegotiation, 255) => (Self::SubnegotiationIac, None),
            (Self::Subnegotiation | Self::SubnegotiationIac, _) => (Self::Subnegotiation, None),
        };
        *self = next;
        said
    }
}
