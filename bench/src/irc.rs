//! Owns how the IRC servers of others are set up: they hold back as little as their own documents allow, look nobody
//! up, and let as many in as come.

use std::path::PathBuf;
use std::{env, fs, process};

use anyhow::{Context, Result};

/// How many descriptors each may have, for the crowd that is there and idle.
pub(crate) const DESCRIPTORS: u32 = 20_000;

/// The modules that Debian's InspIRCd loads by itself, without those that would look up the host or the user of
/// everybody who comes, or let no more than a few in at once.
const MODULES: [&str; 16] = [
    "channel",
    "dns",
    "info",
    "list",
    "loadmodule",
    "lusers",
    "message",
    "mode",
    "oper",
    "reloadmodule",
    "stats",
    "stub",
    "user",
    "who",
    "whois",
    "whowas",
];

/// A folder with what a server reads and writes, which is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes an empty one.
    ///
    /// # Errors
    /// It can't be made.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("chinwag-bench-{name}-{}", process::id()));
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self(path))
    }

    /// Returns where ngIRCd's configuration is, for this port.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn ngircd(&self, port: u16) -> Result<PathBuf> {
        let text = format!(
            "[Global]\nName = irc.example.net\nInfo = bench\nListen = 127.0.0.1\nPorts = {port}\n\
             ServerUID = nobody\nServerGID = nogroup\n\
             [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxNickLength = 20\n\
             PingTimeout = 3600\nMaxPenaltyTime = 0\n\
             [Options]\nDNS = no\nIdent = no\nPAM = no\n"
        );
        self.write("ngircd.conf", &text)
    }

    /// Returns where InspIRCd's configuration is, for this port.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn inspircd(&self, port: u16) -> Result<PathBuf> {
        let own = self.0.display();
        let modules = MODULES.map(|module| format!("<module name=\"core_{module}\">\n")).concat();
        let text = format!(
            "<server name=\"irc.example.net\" description=\"bench\" network=\"bench\" id=\"97K\">\n\
             <admin name=\"bench\" nick=\"bench\" email=\"bench@example.net\">\n\
             <path configdir=\"{own}\" datadir=\"{own}\" logdir=\"{own}\" runtimedir=\"{own}\">\n\
             <bind address=\"127.0.0.1\" port=\"{port}\" type=\"clients\">\n\
             <connect name=\"main\" allow=\"*\" timeout=\"60\" pingfreq=\"1h\" hardsendq=\"100M\" softsendq=\"50M\" \
             recvq=\"8M\" threshold=\"1000000\" limit=\"100000\" commandrate=\"1000000000\" fakelag=\"off\" \
             localmax=\"100000\" globalmax=\"100000\" maxchans=\"100\" resolvehostnames=\"no\" useident=\"no\" \
             maxconnwarn=\"no\" uniqueusername=\"no\">\n\
             <performance netbuffersize=\"65534\" somaxconn=\"4096\" softlimit=\"{DESCRIPTORS}\" \
             clonesonconnect=\"no\" quietbursts=\"yes\">\n\
             <options casemapping=\"ascii\">\n<limits maxnick=\"30\" maxchan=\"64\">\n{modules}"
        );
        self.write("inspircd.conf", &text)
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
