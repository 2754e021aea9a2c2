// What the room is about: it stands in the head, and becomes a field when one clicks it.

import { at, on, put } from './dom.js';

const button = at('topic');
const input = at('new-topic');

/** `set` sets a topic or returns why it can't, and `tell` says so. */
export function begin({ set, tell }) {
  on('topic', 'click', () => {
    input.value = button.classList.contains('none') ? '' : button.textContent;
    edit(true);
    input.select();
  });
  on('about', 'submit', () => {
    const why = set(input.value.trim() || 'none');
    leave();
    if (why) tell(why);
  });
  on('new-topic', 'keydown', ({ key }) => key === 'Escape' && leave());
  on('new-topic', 'blur', () => edit(false));
}

/** What is being typed stays, whatever others set meanwhile. */
export function render({ topic, room, partner }) {
  put(button, topic ?? 'Set a topic');
  button.title = topic ?? '';
  button.classList.toggle('none', topic === null);
  at('about').classList.toggle('none', topic === null && input.hidden);
  at('about').hidden = room === null || partner !== null;
}

function edit(whether) {
  button.hidden = whether;
  input.hidden = !whether;
  if (whether) input.focus();
}

function leave() {
  edit(false);
  button.focus();
}
