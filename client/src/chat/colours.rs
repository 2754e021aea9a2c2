//! The colour of each name: the same in every session and on every screen, and readable on light and on dark ones.

use chinwag_core::Name;

/// Colours of the 256-colour palette whose contrast to black and to white is 4:1 or better, of hues that differ. Red is
/// not among them: it is for what is wrong.
const PALETTE: [u8; 14] = [131, 130, 64, 28, 29, 30, 31, 27, 63, 97, 129, 133, 164, 162];

/// Whether colours are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    On,
    /// As people ask for with `NO_COLOR`.
    Off,
}

impl Colours {
    /// Decides by the environment: `NO_COLOR` with any value but an empty one turns colours off.
    pub(super) fn from_environment() -> Self {
        let asked_for_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if asked_for_none { Self::Off } else { Self::On }
    }
}

/// Returns the colour of a name, as an index of the 256-colour palette. Case makes no difference, as in the name.
pub(super) fn of(name: &Name) -> u8 {
    // FNV-1a: short, and the same everywhere and for ever.
    let hash = name.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    });
    PALETTE[((hash >> 32) % PALETTE.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of a colour of the 6×6×6 cube, as WCAG defines it.
    fn luminance(index: u8) -> f64 {
        const LEVELS: [f64; 6] = [0.0, 95.0, 135.0, 175.0, 215.0, 255.0];
        let cube = usize::from(index - 16);
        let linear = |level: usize| {
            let c = LEVELS[level] / 255.0;
            if c <= 0.039_28 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(cube / 36) + 0.7152 * linear(cube / 6 % 6) + 0.0722 * linear(cube % 6)
    }

    #[test]
    fn every_colour_is_readable_on_black_and_on_white() {
        for index in PALETTE {
            let (on_black, on_white) = ((luminance(index) + 0.05) / 0.05, 1.05 / (luminance(index) + 0.05));
            assert!(on_black >= 4.0 && on_white >= 4.0, "{index}: {on_black:.2} {on_white:.2}");
        }
    }

    #[test]
    fn a_name_keeps_its_colour() {
        let colour = |name| of(&Name::parse(name).expect("the case is a name"));
        assert_eq!([colour("Ann"), colour("ANN"), colour("ann")], [colour("Ann"); 3]);
        assert_eq!(["Ann", "Bob", "Cid", "Dora"].map(colour), [30, 28, 162, 130]);
    }
}
