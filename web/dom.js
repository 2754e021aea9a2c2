// The elements of the page: those that are there, and new ones. Text only ever becomes text.

export const at = (id) => document.getElementById(id);

/** Has an element listened to. Forms are sent nowhere but to the handler. */
export function on(id, type, handler) {
  at(id).addEventListener(type, (event) => {
    if (type === 'submit') event.preventDefault();
    handler(event);
  });
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
