//! Owns where a connection is: in no room, as a direct member of one audience, or as a queued member of several.

use std::slice;

use crate::RoomId;
use crate::batch::lines::offset;
use crate::wire::Encoding;

/// Names the members of a room who are spoken to in one encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct AudienceId {
    pub(super) room: RoomId,
    pub(super) encoding: Encoding,
}

/// A direct member.
#[derive(Clone, Copy, Debug)]
pub(in crate::fanout) struct Member {
    /// Its connection's place in the share.
    pub(in crate::fanout) place: u32,
    /// Up to where it has no need of the chunk that it is given next.
    pub(super) cursor: u32,
}

/// The places of an audience's queued members.
#[derive(Debug, Default)]
pub(super) struct Queued {
    pub(super) places: Vec<u32>,
}

/// Says in which audiences a connection is.
#[derive(Debug, Default)]
pub(super) enum Memberships {
    #[default]
    None,
    /// A direct member of this one.
    One(Membership),
    /// A queued member of these.
    Several(Box<Several>),
}

#[derive(Debug)]
pub(super) struct Several {
    pub(super) memberships: Vec<Membership>,
}

/// A connection's place in an audience.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    pub(super) audience: AudienceId,
    /// Among the direct or the queued members.
    pub(super) index: u32,
}

impl Memberships {
    pub(super) fn all(&self) -> &[Membership] {
        match self {
            Self::None => &[],
            Self::One(membership) => slice::from_ref(membership),
            Self::Several(several) => &several.memberships,
        }
    }

    /// Returns the only one, of a direct member.
    pub(super) const fn one(&self) -> Option<Membership> {
        if let Self::One(membership) = self { Some(*membership) } else { None }
    }

    /// Says that the index in an audience is another now.
    pub(super) fn move_to(&mut self, audience: AudienceId, index: usize) {
        let all = match self {
            Self::None => &mut [],
            Self::One(membership) => slice::from_mut(membership),
            Self::Several(several) => &mut several.memberships[..],
        };
        let moved = all.iter_mut().filter(|membership| membership.audience == audience);
        moved.for_each(|membership| membership.index = offset(index));
    }
}
