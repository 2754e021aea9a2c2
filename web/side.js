// The lists beside the log: the rooms, each a link to its address, and the people in the room. Where they have no place beside it, they lie in
// a drawer over it; while that is open, all else is out of reach.

import { hue } from './colours.js';
import { at, element, put } from './dom.js';
import { key } from './names.js';
import { count } from './words.js';

const side = at('side');
const menu = at('menu');

/** `went` is called when one goes to a room from here, `person` with the name of whoever is clicked. */
export function begin({ went, person }) {
  at('rooms').addEventListener('click', ({ target }) => {
    if (target.closest('a') && !close()) went();
  });
  at('people').addEventListener('click', ({ target }) => {
    const button = target.closest('button');
    if (!button) return;
    close();
    person(button.dataset.name);
  });
  menu.addEventListener('click', () => {
    open(true);
    at('close').focus();
  });
  for (const id of ['close', 'shade']) at(id).addEventListener('click', close);
  side.addEventListener('keydown', (event) => event.key === 'Escape' && close());
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
  for (const id of ['skip', 'top', 'main']) at(id).inert = whether;
}

/** Shows what `chat` knows now. */
export function render({ rooms, roomsMore, room, people, me, phase }) {
  const listed = rooms.map((one) => ({ ...one, current: room !== null && key(one.room) === key(room) }));
  // The room one is in is always among them.
  if (room !== null && !listed.some(({ current }) => current)) listed.unshift({ room, people: people.count, current: true });
  fill(at('rooms'), listed, ({ room }) => room, roomItem, fillRoom);
  fill(at('people'), people.list().map((name) => ({ name, mine: name === me })), ({ name }) => name, personItem, fillPerson);
  more(at('rooms-more'), roomsMore);
  more(at('people-more'), people.more);
  put(at('people-count'), people.count || '');
  at('alone').hidden = phase !== 'here' || people.count > 1;
}

/** Makes the children of `list` those that are `wanted`. What stays is kept, and so is the focus in it. */
function fill(list, wanted, nameOf, make, fillItem) {
  const old = new Map([...list.children].map((item) => [item.dataset.name, item]));
  const focused = document.activeElement;
  const items = wanted.map((one) => {
    const item = old.get(nameOf(one)) ?? make();
    item.dataset.name = nameOf(one);
    fillItem(item, one);
    return item;
  });
  if (items.length === list.children.length && items.every((item, place) => item === list.children[place])) return;
  list.replaceChildren(...items);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}

function roomItem() {
  return element('li', '', element('a', 'room', element('span', 'label'), ' ', element('span', 'number')));
}

function fillRoom({ firstElementChild: link }, { room, people, current }) {
  link.href = `#${room}`;
  link.ariaCurrent = current || null;
  put(link.firstElementChild, room);
  put(link.lastElementChild, people);
  link.lastElementChild.title = count(people, 'person', 'people');
}

function personItem() {
  const face = element('span', 'face');
  face.setAttribute('aria-hidden', true);
  return element('li', '', element('button', 'person', face, element('span', 'name'), ' ', element('span', 'number')));
}

function fillPerson(item, { name, mine }) {
  const button = item.firstElementChild;
  const [face, label, tag] = button.children;
  item.className = `hue-${hue(name)}`;
  button.dataset.name = name;
  button.title = mine ? 'Change your name' : `Say something to ${name}`;
  put(face, name[0].toUpperCase());
  put(label, name);
  put(tag, mine ? 'you' : '');
}

function more(line, number) {
  line.hidden = !number;
  put(line, `and ${count(number, 'more', 'more')}`);
}
