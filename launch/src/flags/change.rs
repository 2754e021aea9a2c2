//! Owns the settings of a server of which a recording can tell what they would have changed: each by its flag, and read
//! as that is.

use chinwag_core::Config;

use super::values::Size;
use super::{Flags, infos};

/// A setting, and how it gets from one configuration into another.
#[derive(Debug)]
struct Setting {
    /// Its flag, without the dashes.
    name: &'static str,
    take: fn(&mut Config, &Config),
    show: fn(&Config) -> String,
}

/// All others change who is let in, or what a recording has only as it came out of them.
const SETTINGS: [Setting; 4] = [
    Setting {
        name: "flood-rate",
        take: |to, from| to.limits.flood_lines_per_second = from.limits.flood_lines_per_second,
        show: |config| config.limits.flood_lines_per_second.to_string(),
    },
    Setting {
        name: "history-on-join",
        take: |to, from| to.rules.history_on_join = from.rules.history_on_join,
        show: |config| config.rules.history_on_join.to_string(),
    },
    Setting {
        name: "queue-bytes",
        take: |to, from| to.limits.queue_bytes_max = from.limits.queue_bytes_max,
        show: |config| Size(config.limits.queue_bytes_max as u64).to_string(),
    },
    Setting {
        name: "room-quiet",
        take: |to, from| to.rules.crowd_members = from.rules.crowd_members,
        show: |config| config.rules.crowd_members.to_string(),
    },
];

/// Holds another value of a flag of the servers, for a run that is repeated with it.
#[derive(Debug)]
pub struct Change {
    setting: &'static Setting,
    /// The defaults, but for this.
    config: Config,
}

impl Change {
    /// Reads a flag, without its dashes, and its value, like `room-quiet=50`.
    ///
    /// # Errors
    /// Says what is wrong with it: there is no such flag, no recording can tell what it would have changed, or it does
    /// not take this value.
    pub fn parse(written: &str) -> Result<Self, String> {
        let able = || {
            let names = SETTINGS.map(|setting| setting.name);
            format!("a recording can tell it of {}", names.join(", "))
        };
        let (name, value) = written
            .split_once('=')
            .ok_or_else(|| format!("takes a flag and its value, like room-quiet=50: {}", able()))?;
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let is_flag = infos().iter().any(|flag| flag.long.strip_prefix("--") == Some(name));
            return Err(if is_flag {
                format!("{name}: no recording can tell what it would have changed; {}", able())
            } else {
                format!("{name}: it is no flag of a server; {}", able())
            });
        };
        let words = [format!("--{name}"), value.to_owned()];
        let flags = Flags::read_one(&words).map_err(|takes| format!("{name}: {takes}"))?;
        Ok(Self { setting, config: flags.config(Config::default()) })
    }

    /// Returns the flag, without its dashes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.setting.name
    }

    /// Sets it.
    pub fn apply(&self, config: &mut Config) {
        (self.setting.take)(config, &self.config);
    }

    /// Returns its value in a configuration, as its flag takes it.
    #[must_use]
    pub fn value_in(&self, config: &Config) -> String {
        (self.setting.show)(config)
    }

    /// Returns the value that it sets.
    #[must_use]
    pub fn value(&self) -> String {
        self.value_in(&self.config)
    }
}
