use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A folder that is gone when this is.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("chinwag-tls-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("there is room");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it is there")
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("there is room");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns one that a server has made, and where it is.
pub(crate) fn certificate() -> (Folder, Certificate) {
    let folder = Folder::new();
    let certificate = Certificate::self_signed(&folder.0).expect("it can be made");
    (folder, certificate)
}

/// Puts another one in its place.
fn renew(folder: &Folder) {
    let other = certificate().0;
    for name in ["tls-cert.pem", "tls-key.pem"] {
        folder.put(name, &format!("{}\n", other.text(name)));
    }
}

#[test]
fn a_server_makes_one_once_and_has_it_from_then_on() {
    let (folder, first) = certificate();
    let print = first.fingerprint();
    assert_eq!((print.len(), print.matches(':').count()), (95, 31));
    let again = Certificate::self_signed(&folder.0).expect("it is there");
    assert_eq!(again.fingerprint(), print);
    assert_ne!(certificate().1.fingerprint(), print, "each server has its own");
    let left = first.expires().duration_since(SystemTime::now()).expect("it is valid");
    assert!((3650..3653).contains(&(left.as_secs() / 86_400)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path("tls-key.pem")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else reads the key");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_name() {
    let (folder, _) = certificate();
    let other = certificate().0;
    folder.put("empty", "");
    folder.put("other-key.pem", &other.text("tls-key.pem"));
    folder.put("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    folder.put("short.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let cases = [
        (["none.pem", "tls-key.pem"], "none.pem: No such file"),
        (["tls-cert.pem", "none.pem"], "none.pem: No such file"),
        (["empty", "tls-key.pem"], "empty: there is no certificate in it"),
        (["tls-key.pem", "tls-key.pem"], "tls-key.pem: there is no certificate in it"),
        (["tls-cert.pem", "tls-cert.pem"], "tls-cert.pem: there is no key in it"),
        (["tls-cert.pem", "other-key.pem"], "other-key.pem: it is not the key of the certificate in "),
        (["broken.pem", "tls-key.pem"], "broken.pem: "),
        (["short.pem", "tls-key.pem"], "short.pem: "),
    ];
    for ([certificate, key], told) in cases {
        let error = Certificate::from_files(folder.path(certificate), folder.path(key)).expect_err(told);
        assert!(error.to_string().contains(told), "{error}");
    }
    fs::remove_file(folder.path("tls-key.pem")).expect("it is there");
    assert!(Certificate::self_signed(&folder.0).is_err(), "what is there of it is not written over");
}

#[test]
fn a_renewed_one_counts_and_one_that_does_not_fit_leaves_the_old_one() {
    let (folder, certificate) = certificate();
    let first = certificate.fingerprint();
    certificate.look();
    assert_eq!((certificate.fingerprint(), certificate.renewals()), (first.clone(), Renewals::default()));
    renew(&folder);
    certificate.look();
    let second = certificate.fingerprint();
    assert_ne!(second, first);
    folder.put("tls-key.pem", "none");
    for _ in 0..3 {
        certificate.look();
        assert_eq!(certificate.fingerprint(), second);
        assert_eq!(certificate.renewals(), Renewals { done: 1, failed: 1 }, "it is told once");
    }
    fs::remove_file(folder.path("tls-cert.pem")).expect("it is there");
    certificate.look();
    assert_eq!(certificate.fingerprint(), second);
    renew(&folder);
    certificate.look();
    assert_eq!(certificate.renewals(), Renewals { done: 2, failed: 2 });
}

#[test]
fn who_connects_causes_one_look_a_minute() {
    let (folder, certificate) = certificate();
    let first = certificate.fingerprint();
    renew(&folder);
    let shown = || {
        let mut current = certificate.kept.current.lock();
        if current.look_at <= Instant::now() {
            certificate.kept.look(&mut current);
        }
        drop(current);
        certificate.fingerprint()
    };
    assert_eq!(shown(), first, "it was looked at just now");
    certificate.kept.current.lock().look_at = Instant::now();
    assert_ne!(shown(), first);
}
