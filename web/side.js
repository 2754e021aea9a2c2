// The lists of rooms, conversations and people. On a narrow screen they lie in a drawer over the log; while it is open, all else is out of
// reach.

import { hue } from './colours.js';
import { at, element, on, put } from './dom.js';
import { key } from './names.js';
import { face } from './row.js';
import * as words from './words.js';

const side = at('side');
const menu = at('menu');

/** `went` hears that one goes to a room or a person from here, `part` leaves a room, and `endTalk` ends a conversation. */
export function begin({ went, part, endTalk }) {
  for (const [name, leave] of [['rooms', part], ['talks', endTalk], ['people', null]]) {
    on(name, 'click', ({ target }) => {
      if (target.closest('button')) leave(target.closest('li').dataset.name);
      if (target.closest('[href], button') && !close()) went();
    });
  }
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

export function render({ own, talks, rooms, roomsMore, room, partner, people, me, phase, unread }) {
  const here = ({ name }, current) => current !== null && key(name) === key(current);
  const counts = new Map(rooms.map((one) => [key(one.room), one.people]));
  // First the rooms one is in, which need not be listed.
  const several = [...own.values()].filter(({ leaving }) => !leaving).length > 1;
  const mine = [...own.values()].map((one) => ({
    ...one, number: counts.get(one.place) ?? one.people.count, leaves: several && !one.leaving,
  }));
  const others = rooms.filter((one) => !own.has(key(one.room))).map((one) => ({ name: one.room, number: one.people }));
  fill(at('rooms'), [...mine, ...others], newRoom, (item, one) => {
    mark(item, one, partner === null && here(one, room));
    const number = item.firstElementChild.lastElementChild;
    put(number, one.number);
    number.title = words.people(one.number);
    item.lastElementChild.hidden = !one.leaves;
  });
  fill(at('talks'), [...talks.values()], newTalk, (item, one) => mark(item, one, here(one, partner)));
  at('talks-title').hidden = !talks.size;
  fill(at('people'), people.list().map((name) => ({ name })), newPerson, ({ firstElementChild: link }, { name }) => {
    put(link.lastElementChild, name === me ? 'you' : '');
    if (name === me) link.removeAttribute('href');
    else link.href = address(`@${name}`);
  });
  more(at('rooms-more'), roomsMore);
  more(at('people-more'), people.more);
  put(at('people-count'), people.count || '');
  at('alone').hidden = phase !== 'here' || people.count > 1;
  put(at('menu-unread'), unread || '');
  menu.setAttribute('aria-label', unread ? `Rooms and people, ${unread} unread` : 'Rooms and people');
}

/** Shows whether one looks at it, and what is unread in it. */
function mark({ firstElementChild: link }, { unread = 0, called = false }, current) {
  link.setAttribute('aria-current', current);
  link.classList.toggle('called', called);
  const sign = link.querySelector('.unread');
  sign.hidden = !unread;
  put(sign.firstElementChild, unread ? `${called ? '@ ' : ''}${unread}` : '');
  put(sign.lastElementChild, unread ? ' new' : '');
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

const address = (name) => new URL(`#${name}`, location);

function newRoom(name) {
  const link = element('a', 'item', element('span', 'name', name), ' ', newUnread(), ' ', element('span', 'number'));
  link.href = address(name);
  return element('li', '', link, newLeave(`Leave ${name}`));
}

function newTalk(name) {
  const link = element('a', `item hue-${hue(name)}`, face(name), element('span', 'name', name), ' ', newUnread());
  link.href = address(`@${name}`);
  return element('li', '', link, newLeave(`Close what ${name} and you wrote`));
}

/** Makes the sign that something is unread. The number is enough for who sees it. */
function newUnread() {
  return element('span', 'unread', element('span', ''), element('span', 'unseen'));
}

function newLeave(what) {
  const button = element('button', 'leave', '×');
  button.setAttribute('aria-label', what);
  button.title = what;
  return button;
}

function newPerson(name) {
  const link = element('a', `item hue-${hue(name)}`, face(name), element('span', 'name', name), ' ', element('span', 'number'));
  link.title = `Write to ${name} alone`;
  return element('li', '', link);
}

function more(line, number) {
  line.hidden = !number;
  put(line, `and ${words.count(number, 'more', 'more')}`);
}
