// The elements of the page: those that are there, and new ones. Text only ever becomes text.

/** Returns an element by its class: an id would be what an address leads to after its #, and that is a room. */
export const at = (name) => document.querySelector(`.${name}`);

/** Has an element listened to. Forms are sent nowhere but to the handler. */
export function on(name, type, handler, options) {
  at(name).addEventListener(type, (event) => {
    if (type === 'submit') event.preventDefault();
    handler(event);
  }, options);
}

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

export function put(node, text) {
  if (node.textContent !== `${text}`) node.textContent = text;
}
