"""How irctest starts and stops a chinwag server, and what it may expect of one.

    CHINWAG=/path/to/chinwag-smol PYTHONPATH=/path/to/this/folder \\
        pytest --controller chinwag -m "$(cat /path/to/this/folder/markers)"
"""

import os
import pathlib
import random
import shutil
import socket
import subprocess

from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.runner import NotImplementedByController
from irctest.specifications import Capabilities, OptionalBehaviors

LOOPBACK = "127.0.0.1"

# Below those that the system gives to whoever asks for any, so that nobody gets one of them meanwhile.
PORTS = range(20000, 32768)

# The limits that are right for people, and in the way of a test that says a hundred things at once.
WITHOUT_LIMITS = ["--flood-rate", "0", "--max-per-ip", "0", "--connect-rate", "0"]

# What the server promises. A test of something that stands here fails where it would be skipped otherwise.
CAPABILITIES = [
    Capabilities.ACCOUNT_NOTIFY,
    Capabilities.ACCOUNT_TAG,
    Capabilities.AWAY_NOTIFY,
    Capabilities.BATCH,
    Capabilities.ECHO_MESSAGE,
    Capabilities.EXTENDED_JOIN,
    Capabilities.EXTENDED_MONITOR,
    Capabilities.LABELED_RESPONSE,
    Capabilities.MESSAGE_TAGS,
    Capabilities.MULTI_PREFIX,
    Capabilities.SERVER_TIME,
    Capabilities.SETNAME,
]
BEHAVIOURS = [
    OptionalBehaviors.CAP_REQ_MINUS,
    OptionalBehaviors.ELIST_U,
    OptionalBehaviors.MULTI_JOIN,
    OptionalBehaviors.MULTI_PRIVMSG,
]

# What RPL_ISUPPORT has to say, word by word.
TOKENS = {
    "BOT": "B",
    "CASEMAPPING": "ascii",
    "CHANNELLEN": "33",
    "MONITOR": "100",
    "NICKLEN": "20",
    "UTF8ONLY": None,
    "WHOX": None,
}


class Chinwag(BaseServerController, DirectoryBasedController):
    software_name = "chinwag"
    supports_sts = False
    supported_sasl_mechanisms = {"PLAIN"}
    capabilities = frozenset(CAPABILITIES)
    optional_behaviors = frozenset(BEHAVIOURS)
    isupport = TOKENS
    # It listens within milliseconds.
    _port_wait_interval = 0.01

    def get_hostname_and_port(self):
        # irctest itself would take 0.0.0.0, which others can reach.
        with self._used_ports() as used:
            while True:
                at = (LOOPBACK, random.choice(PORTS))
                with socket.socket() as probe:
                    is_free = at not in used and probe.connect_ex(at) != 0
                if is_free:
                    used.add(at)
                    self._own_ports.add(at)
                    return at

    def run(
        self, hostname, port, *, password, ssl, run_services, faketime, websocket_hostname, websocket_port
    ):
        missing = {
            "TLS": ssl,
            "IRC over WebSockets": websocket_port is not None,
        }
        for what, is_needed in missing.items():
            if is_needed:
                raise NotImplementedByController(what)
        self.hostname, self.port = hostname, port
        self.create_config()
        self.data = pathlib.Path(self.directory) / "data"
        self.data.mkdir()
        self.chinwag("account", "add", "operuser", "--operator", given="operpassword")
        # The listener for lines has to be somewhere; nobody goes there.
        command = [os.environ["CHINWAG"], "--ip", LOOPBACK, "--port", "0", "--web", "off", *WITHOUT_LIMITS]
        command += ["--irc", f"{hostname}:{port}", "--server-name", "My.Little.Server"]
        command += ["--data", str(self.data), "--keep-private"]
        if password is not None:
            secret = pathlib.Path(self.directory) / "password"
            secret.write_text(password + "\n")
            command += ["--password-file", str(secret)]
        if faketime and shutil.which("faketime"):
            self.faketime_enabled = True
            command = ["faketime", "-f", faketime, *command]
        self.proc = self.execute(command, cwd=pathlib.Path(self.directory))

    def chinwag(self, *args, given):
        """Looks after the accounts of the server, as an operator does."""
        program = pathlib.Path(os.environ["CHINWAG"]).with_name("chinwag")
        command = [program, *args, "--data", str(self.data)]
        subprocess.run(command, input=given + "\n", text=True, check=True, stdout=subprocess.DEVNULL)

    def registerUser(self, case, username, password=None):
        self.chinwag("account", "add", username, given=password)

    def wait_for_services(self):
        """There is nothing to wait for."""


def get_irctest_controller_class():
    return Chinwag
