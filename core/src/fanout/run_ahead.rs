//! Owns how much may be followed before what was followed earlier is written, so that no queue overflows for want of
//! time.

/// Which part of a queue may be filled with what is taken before the rest was written.
pub(super) const QUEUE_PART: usize = 8;

/// Tells about how many bytes a batch has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// What is said in crowded rooms.
    pub(super) crowd: usize,
    /// All else.
    pub(super) other: usize,
}

/// Counts about how many bytes were followed early.
#[derive(Debug)]
pub(super) struct RunAhead {
    bytes_max: usize,
    /// What was said in crowded rooms since a while ago, and in the while before that. A while is as long as it takes
    /// until all have caught up who were behind when it began: so what is older is in nobody's queue for want of time,
    /// but for what a room is just being given.
    crowd: usize,
    crowd_before: usize,
    /// All else that was followed since the last turn that left none of it to be written, but for those who are behind
    /// anyhow: there are few of them who are told much besides.
    other: usize,
    /// How many will have caught up when the while is over.
    while_ends: u64,
}

impl RunAhead {
    pub(super) const fn new(queue_bytes_max: usize) -> Self {
        Self { bytes_max: queue_bytes_max / QUEUE_PART, crowd: 0, crowd_before: 0, other: 0, while_ends: 0 }
    }

    /// Tells whether so much more fits in. When all else that was followed is written, any batch does, but for what
    /// crowds are to be given: one that waited for a whole crowd would keep all those behind it waiting, and the next
    /// would be as large.
    pub(super) const fn fits(&self, Size { crowd, other }: Size) -> bool {
        let crowd_fits = crowd == 0 || self.crowd_before + self.crowd + crowd <= self.bytes_max;
        crowd_fits && (self.other == 0 || self.other + other <= self.bytes_max)
    }

    pub(super) const fn add(&mut self, Size { crowd, other }: Size) {
        self.crowd += crowd;
        self.other += other;
    }

    /// Handles that a turn is over: how many have ever caught up, how many are behind, and whether all else is written.
    pub(super) fn end_slice(&mut self, caught_up: u64, behind: usize, is_other_written: bool) {
        if caught_up >= self.while_ends {
            self.while_ends = caught_up + behind as u64;
            self.crowd_before = std::mem::take(&mut self.crowd);
        }
        if is_other_written {
            self.other = 0;
        }
    }

    /// Handles that everything is written.
    pub(super) const fn get_through(&mut self) {
        (self.crowd, self.crowd_before, self.other) = (0, 0, 0);
    }
}
