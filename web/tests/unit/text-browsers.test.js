// What browsers that run no script show: what there is to know, and nothing that does nothing.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../index.html', import.meta.url));

const DUMPS = {
  lynx: ['-dump', '-nolist', page],
  w3m: ['-dump', '-T', 'text/html', page],
  links2: ['-dump', page],
};

for (const [browser, args] of Object.entries(DUMPS)) {
  const { error } = spawnSync(browser, ['-version']);
  test(`${browser} shows what there is to know, and nothing else`, { skip: error && `${browser} is not installed` }, () => {
    const { status, stdout } = spawnSync(browser, args, { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout.replace(/\s+/g, ' ').trim(),
      'chinwag People chat here. This page needs JavaScript, but the chat does not: telnet, nc and the program chinwag lead into the same rooms. '
      + 'Whoever runs this server can tell you the address and the port.');
  });
}
