// The elements of the page: those that are there, and new ones. Text only ever becomes text.

export const at = (id) => document.getElementById(id);

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Changes a text only if it is another one: what is unchanged is not drawn again. */
export function put(node, text) {
  if (node.textContent !== `${text}`) node.textContent = text;
}
