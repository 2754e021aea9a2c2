// The lists of rooms and people. On a narrow screen they lie in a drawer over the log; while it is open, all else is out of reach.

import { hue } from './colours.js';
import { at, element, on, put } from './dom.js';
import { key } from './names.js';
import { face } from './row.js';
import * as words from './words.js';

const side = at('side');
const menu = at('menu');

/** `went` hears that one goes to a room from here. */
export function begin({ went }) {
  on('rooms', 'click', ({ target }) => {
    if (target.closest('a') && !close()) went();
  });
  on('menu', 'click', () => {
    open(true);
    at('close').focus();
  });
  for (const name of ['close', 'shade']) on(name, 'click', close);
  on('side', 'keydown', ({ key }) => key === 'Escape' && close());
  // From this width on the lists have their place; as in style.css.
  matchMedia('(min-width: 48em)').addEventListener('change', () => open(false));
}

/** Closes the drawer; returns whether it was open. */
export function close() {
  const was = side.classList.contains('open');
  open(false);
  if (was) menu.focus();
  return was;
}

function open(whether) {
  side.classList.toggle('open', whether);
  menu.setAttribute('aria-expanded', whether);
  for (const name of ['skip', 'top', 'main']) at(name).inert = whether;
}

export function render({ rooms, roomsMore, room, people, me, phase }) {
  const here = ({ name }) => room !== null && key(name) === key(room);
  const listed = rooms.map((one) => ({ name: one.room, people: one.people }));
  // The room one is in is always among them.
  if (room !== null && !listed.some(here)) listed.unshift({ name: room, people: people.count });
  fill(at('rooms'), listed, newRoom, ({ firstElementChild: link }, one) => {
    link.setAttribute('aria-current', here(one));
    put(link.lastElementChild, one.people);
    link.lastElementChild.title = words.people(one.people);
  });
  fill(at('people'), people.list().map((name) => ({ name })), newPerson, (item, { name }) => {
    put(item.lastElementChild, name === me ? 'you' : '');
  });
  more(at('rooms-more'), roomsMore);
  more(at('people-more'), people.more);
  put(at('people-count'), people.count || '');
  at('alone').hidden = phase !== 'here' || people.count > 1;
}

/** Makes the children of `list` those that are `wanted`, by their names. What stays keeps the focus, and a click that has begun. */
function fill(list, wanted, make, update) {
  const old = new Map([...list.children].map((item) => [item.dataset.name, item]));
  const focused = document.activeElement;
  const items = wanted.map((one) => {
    const item = old.get(one.name) ?? make(one.name);
    old.delete(one.name);
    item.dataset.name = one.name;
    update(item, one);
    return item;
  });
  old.forEach((item) => item.remove());
  items.forEach((item, place) => list.children[place] === item || list.insertBefore(item, list.children[place]));
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function newRoom(name) {
  const link = element('a', 'item', element('span', 'name', name), ' ', element('span', 'number'));
  link.href = new URL(`#${name}`, location);
  return element('li', '', link);
}

function newPerson(name) {
  return element('li', `item hue-${hue(name)}`, face(name), element('span', 'name', name), ' ', element('span', 'number'));
}

function more(line, number) {
  line.hidden = !number;
  put(line, `and ${words.count(number, 'more', 'more')}`);
}
