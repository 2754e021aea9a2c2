//! Owns the listening sockets that have a file instead of an address, by which programs of this machine come.
//!
//! Invariant: a file is removed only if nobody listens at it.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::flags::SocketFile;
use crate::listen::BACKLOG;

/// Who may come: whoever this server runs as, and their group.
const MODE: u32 = 0o660;

/// A socket that has its file, and does not listen yet. What comes first is dropped first.
#[derive(Debug)]
pub(super) struct Bound {
    socket: Socket,
    file: Own,
}

/// The file of a socket of this server. It is removed when this is dropped, which is to be after the socket: somebody
/// else may have taken its place.
#[derive(Debug)]
pub(super) struct Own(PathBuf);

/// Makes the files, in the place of those that dead servers have left.
///
/// # Errors
/// If another program has one of them, or it can't be made; then none is left.
pub(super) fn bind(files: &[SocketFile]) -> anyhow::Result<Vec<Bound>> {
    let mut bound = Vec::new();
    for file in files {
        let one = take(&file.path, &bound).with_context(|| format!("can't listen on {file}"))?;
        bound.push(one);
    }
    Ok(bound)
}

impl Bound {
    /// Listens, as long as the file is kept.
    ///
    /// # Errors
    /// If the operating system does not let it.
    pub(super) fn listen(self) -> io::Result<(UnixListener, Own)> {
        self.socket.listen(BACKLOG)?;
        Ok((self.socket.into(), self.file))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let is_socket = fs::symlink_metadata(&self.0).is_ok_and(|metadata| metadata.file_type().is_socket());
        if is_socket && is_dead(&self.0).is_ok_and(|is_dead| is_dead) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

fn take(path: &Path, bound: &[Bound]) -> anyhow::Result<Bound> {
    if let Some(id) = id(path)? {
        anyhow::ensure!(
            fs::symlink_metadata(path)?.file_type().is_socket(),
            "a file that is no socket is there; choose another path with --listen"
        );
        let is_other = |bound: &Bound| self::id(&bound.file.0).is_ok_and(|other| other != Some(id));
        anyhow::ensure!(bound.iter().all(is_other), "it is given to --listen twice");
        anyhow::ensure!(
            is_dead(path)?,
            "another program has this socket; choose another path with --listen, or stop that program"
        );
        fs::remove_file(path).context("a dead server's socket is there, and can't be removed")?;
    }
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    let bound = Bound { socket, file: Own(path.to_owned()) };
    // Nobody can connect before it listens.
    fs::set_permissions(path, Permissions::from_mode(MODE))?;
    Ok(bound)
}

/// Tells whether nobody listens at a socket any more. It says so of a file of another kind, too.
fn is_dead(path: &Path) -> io::Result<bool> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // A program that is slow to accept need not be waited for.
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(true),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(error),
        Ok(()) | Err(_) => Ok(false),
    }
}

/// Returns on which device a file is, and which it is there, if there is one.
fn id(path: &Path) -> io::Result<Option<(u64, u64)>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some((metadata.dev(), metadata.ino()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use chinwag_core::Form;

    use super::*;

    /// A folder that is gone when this is.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("chinwag-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("there is room");
            Self(path)
        }

        fn file(&self, name: &str) -> SocketFile {
            SocketFile { form: Form::Lines, path: self.0.join(name) }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn listen(file: &SocketFile) -> (UnixListener, Own) {
        let bound = bind(std::slice::from_ref(file)).expect("nobody has it").pop().expect("there is one");
        bound.listen().expect("it can")
    }

    fn refused(files: &[SocketFile]) -> String {
        format!("{:#}", bind(files).expect_err("it can't be had"))
    }

    #[test]
    fn a_socket_is_for_its_owner_and_their_group_and_gone_when_it_is_dropped() {
        let folder = Folder::new("unix-mode");
        let file = folder.file("lines");
        let (listener, own) = listen(&file);
        let mode = fs::metadata(&file.path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        let _client = UnixStream::connect(&file.path).expect("it listens");
        listener.accept().expect("somebody is there");
        drop((listener, own));
        assert!(!file.path.exists());
    }

    #[test]
    fn what_a_dead_server_left_is_replaced_and_what_a_live_one_has_is_not() {
        let folder = Folder::new("unix-dead");
        let file = folder.file("lines");
        let (listener, own) = listen(&file);
        assert!(
            refused(std::slice::from_ref(&file)).ends_with("choose another path with --listen, or stop that program")
        );
        UnixStream::connect(&file.path).expect("it is left alone");
        drop(listener);
        let (listener, new) = listen(&file);
        UnixStream::connect(&file.path).expect("it listens");
        // Whoever was there before does not take away what is another's now, be it no socket.
        drop(own);
        UnixStream::connect(&file.path).expect("it is still there");
        fs::remove_file(&file.path).expect("it is there");
        fs::write(&file.path, "a letter").expect("there is room");
        drop((listener, new));
        assert_eq!(fs::read_to_string(&file.path).expect("it is still there"), "a letter");
    }

    #[test]
    fn what_can_not_be_had_is_told_and_leaves_nothing() {
        let folder = Folder::new("unix-none");
        let [file, other, plain] = ["lines", "other", "plain"].map(|name| folder.file(name));
        fs::write(&plain.path, "a letter").expect("there is room");
        let twice = SocketFile { path: folder.0.join("./lines"), ..file.clone() };
        let long = folder.file(&"x".repeat(200));
        let cases = [
            (vec![file.clone(), other.clone(), plain.clone()], "plain: a file that is no socket is there"),
            (vec![file.clone(), twice], "lines: it is given to --listen twice"),
            (vec![file.clone(), folder.file("not/there")], "No such file or directory"),
            (vec![file.clone(), long], "path must be shorter than SUN_LEN"),
        ];
        for (files, told) in cases {
            let said = refused(&files);
            assert!(said.starts_with("can't listen on unix:/") && said.contains(told), "{said}");
            assert!(!file.path.exists() && !other.path.exists());
        }
        assert_eq!(fs::read_to_string(&plain.path).expect("it is still there"), "a letter");
    }
}
