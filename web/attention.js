// How the page calls for somebody who looks elsewhere: unread messages in the title, a notification when their name is said, or
// somebody writes to them alone.

import { at, on } from './dom.js';
import { keep, kept } from './kept.js';

const button = at('notify');
let unread = 0;
let room = null;

/** `tell` tells the person why there can be no notifications. */
export function begin(tell) {
  // Browsers have them only where nobody can have changed the page on its way.
  button.hidden = !('Notification' in window) || !isSecureContext;
  want(!button.hidden && Notification.permission === 'granted' && kept('localStorage', 'notify') === 'on');
  on('notify', 'click', async () => {
    const answer = wanted() ? 'granted' : await Notification.requestPermission();
    if (answer !== 'granted') {
      // Who only closes the question has not answered it.
      tell(answer === 'denied'
        ? 'Notifications are blocked for this page. The settings of your browser can allow them.'
        : 'Notifications stay off until you allow them. You can press the button again.');
      return;
    }
    want(!wanted());
    keep('localStorage', 'notify', wanted() ? 'on' : 'off');
  });
}

export function heard({ kind, name, text, mine, pieces, room: where }) {
  const alone = kind === 'told';
  if ((kind !== 'said' && !alone) || mine) return;
  if (document.hidden) title(unread + 1, room);
  if ((!alone && pieces.length === 1) || !wanted() || (!document.hidden && document.hasFocus())) return;
  try {
    const notification = new Notification(alone ? `${name} to you alone` : `${name} in ${where}`, { body: text, icon: 'icon.svg', tag: 'chinwag' });
    notification.onclick = () => {
      focus();
      location.hash = alone ? `@${name}` : where;
      notification.close();
    };
  } catch {
    want(false); // On phones, some browsers have them only for what is installed.
  }
}

export function entered(name) {
  title(unread, name);
}

export function seen() {
  title(0, room);
}

const wanted = () => button.getAttribute('aria-pressed') === 'true';

function want(whether) {
  button.setAttribute('aria-pressed', whether);
}

function title(messages, name) {
  [unread, room] = [messages, name];
  document.title = `${unread ? `(${unread}) ` : ''}${room ? `${room} · ` : ''}chinwag`;
}
