// The elements that the page begins with. They are made by script: browsers without one, such as lynx, would show what is hidden, too, and
// buttons that do nothing.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element with its attributes; one that is `true` has no value. */
function make(tag, attributes, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value === true ? '' : value);
  made.append(...content);
  return made;
}

function icon(path) {
  const [svg, line] = ['svg', 'path'].map((tag) => document.createElementNS(SVG, tag));
  svg.setAttribute('viewBox', '0 0 24 24');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

const rooms = make('nav', { 'aria-label': 'Rooms' },
  make('p', { class: 'brand' },
    make('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), ' chinwag ',
    make('button', { class: 'close icon narrow', 'aria-label': 'Close the lists' }, icon('M6 6l12 12M18 6L6 18'))),
  make('h2', {}, 'Rooms'),
  make('ul', { class: 'rooms' }),
  make('p', { class: 'rooms-more more', hidden: true }),
  make('h2', { class: 'talks-title', hidden: true }, 'For you alone'),
  make('ul', { class: 'talks' }),
  make('form', { class: 'make', autocomplete: 'off' },
    make('label', { for: 'a:make-room' }, 'Join or open a room'),
    make('div', {},
      make('input', {
        id: 'a:make-room', class: 'make-room', autocapitalize: 'none', spellcheck: false, enterkeyhint: 'go', 'aria-describedby': 'a:make-error',
      }),
      make('button', {}, 'Join')),
    make('p', { id: 'a:make-error', class: 'make-error error', role: 'alert' })));

const people = make('section', { 'aria-labelledby': 'a:people-title', tabindex: 0 },
  make('h2', { id: 'a:people-title' }, 'People ', make('span', { class: 'people-count number' })),
  make('ul', { class: 'people' }),
  make('p', { class: 'people-more more', hidden: true }),
  make('p', { class: 'alone more', hidden: true }, 'Nobody else is here yet. Send them the address of this page!'));

const notify = 'Notify me when my name is said';

const top = make('header', { class: 'top' },
  make('button', { class: 'menu icon narrow', 'aria-expanded': false, 'aria-controls': 'a:side', 'aria-label': 'Rooms and people' },
    icon('M4 7h16M4 12h16M4 17h16'), make('span', { class: 'menu-unread' })),
  make('h1', { class: 'room' }, 'chinwag'),
  make('p', { class: 'crowd' }),
  make('form', { class: 'about', autocomplete: 'off' },
    make('button', { class: 'topic none', type: 'button', 'aria-description': 'The topic of the room: click to change it' }),
    make('input', { class: 'new-topic', 'aria-label': 'Topic of the room', maxlength: 390, enterkeyhint: 'done', hidden: true })),
  make('button', { class: 'find icon', 'aria-expanded': false, 'aria-controls': 'a:search', 'aria-label': 'Search', title: 'Search (Ctrl+K)' },
    icon('M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5L20 20')),
  make('button', { class: 'notify', 'aria-pressed': false, 'aria-label': notify, title: notify, hidden: true },
    icon('M18 16V11a6 6 0 1 0-12 0v5l-2 2h16zM10 21h4'), ' ', make('span', { class: 'wide' }, 'Notify me')));

const main = make('main', { class: 'main' },
  make('div', { class: 'banner', hidden: true },
    make('p', { class: 'banner-text' }),
    make('button', { class: 'banner-now chief' })),
  make('search', { id: 'a:search', class: 'search', role: 'search', hidden: true },
    make('form', { class: 'search-form', autocomplete: 'off' },
      make('input', {
        class: 'search-words', type: 'search', dir: 'auto', 'aria-label': 'Words to look for in all your rooms', placeholder: 'Words said in your rooms',
        'aria-describedby': 'a:search-status', autocapitalize: 'none', enterkeyhint: 'search', maxlength: 200,
      }),
      make('button', { class: 'chief' }, 'Search'),
      make('button', { class: 'search-close icon', type: 'button', 'aria-label': 'Close the search' }, icon('M6 6l12 12M18 6L6 18'))),
    make('p', { id: 'a:search-status', class: 'search-status more', role: 'status' }),
    make('ol', { class: 'hits' })),
  make('div', { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': 'Messages', tabindex: 0 }, make('ol', { class: 'rows' })),
  make('div', { class: 'foot' },
    make('button', { class: 'latest chief', hidden: true }, make('span', { class: 'latest-text' }), icon('M12 5v14M6 13l6 6 6-6')),
    make('div', { id: 'a:options', class: 'options', role: 'listbox', 'aria-label': 'Suggestions', hidden: true }),
    make('form', { class: 'composer' },
      make('textarea', {
        class: 'line', rows: 1, dir: 'auto', 'aria-label': 'Message', 'aria-autocomplete': 'list', 'aria-controls': 'a:options',
        'aria-describedby': 'a:hint a:keys', enterkeyhint: 'send',
      }),
      make('button', { class: 'send icon chief', 'aria-label': 'Send' }, icon('M12 19V5M6 11l6-6 6 6'))),
    make('div', { class: 'under' },
      make('button', { class: 'you', hidden: true },
        make('span', { class: 'unseen' }, 'You are '), make('span', { class: 'you-name' }), ' ', make('u', {}, 'Change name')),
      make('button', { class: 'account-open', hidden: true }, make('u', { class: 'account-text' })),
      make('p', { class: 'waiting' }),
      make('p', { id: 'a:hint', class: 'hint', role: 'status' }),
      make('p', { id: 'a:keys', class: 'keys wide' },
        make('kbd', {}, 'Tab'), ' completes · ', make('kbd', {}, '↑'), ' earlier lines · ', make('kbd', {}, '/help'), ' commands'))));

const rename = make('dialog', { class: 'rename', 'aria-labelledby': 'a:rename-title' },
  make('form', { autocomplete: 'off' },
    make('h2', { id: 'a:rename-title' }, 'What shall we call you?'),
    make('label', { for: 'a:new-name' }, 'Your name'),
    make('input', { id: 'a:new-name', class: 'new-name', spellcheck: false, 'aria-describedby': 'a:name-error' }),
    make('p', { id: 'a:name-error', class: 'name-error error', role: 'alert' }),
    make('div', {},
      make('button', { class: 'rename-cancel', type: 'button' }, 'Cancel'),
      make('button', { class: 'chief' }, 'Change name'))));

const door = make('dialog', { class: 'door', 'aria-labelledby': 'a:door-title' },
  make('form', {},
    make('h2', { id: 'a:door-title' }, 'This server asks for a password'),
    make('div', { class: 'door-account field', hidden: true },
      make('label', { for: 'a:door-name' }, 'Name, if you have an account'),
      make('input', { id: 'a:door-name', class: 'door-name', autocomplete: 'username', autocapitalize: 'none', spellcheck: false, maxlength: 20 })),
    make('label', { for: 'a:secret' }, 'Password'),
    make('input', { id: 'a:secret', class: 'secret', type: 'password', autocomplete: 'current-password', maxlength: 400, 'aria-describedby': 'a:door-error' }),
    make('p', { id: 'a:door-error', class: 'door-error error', role: 'alert' }),
    make('div', {}, make('button', { class: 'chief' }, 'Come in'))));

const account = make('dialog', { class: 'account', 'aria-labelledby': 'a:account-title', 'aria-describedby': 'a:account-notes' },
  make('form', {},
    make('h2', { id: 'a:account-title', class: 'account-title' }),
    make('p', { id: 'a:account-notes', class: 'account-notes more' }),
    make('div', { class: 'account-fields field' },
      make('label', { for: 'a:account-name' }, 'Name'),
      make('input', {
        id: 'a:account-name', class: 'account-name', autocomplete: 'username', autocapitalize: 'none', spellcheck: false, maxlength: 20,
        'aria-describedby': 'a:account-error',
      }),
      make('label', { for: 'a:account-password' }, 'Password'),
      make('input', {
        id: 'a:account-password', class: 'account-password', type: 'password', autocomplete: 'current-password', maxlength: 300,
        'aria-describedby': 'a:account-rule a:account-error',
      }),
      make('p', { id: 'a:account-rule', class: 'account-rule more' })),
    make('p', { id: 'a:account-error', class: 'account-error error', role: 'alert' }),
    make('div', {},
      make('button', { class: 'account-other', type: 'button', hidden: true }),
      make('button', { class: 'account-cancel', type: 'button' }, 'Cancel'),
      make('button', { class: 'account-done chief' }))));

const paste = make('dialog', { class: 'paste', 'aria-labelledby': 'a:paste-title', 'aria-describedby': 'a:paste-notes' },
  make('form', {},
    make('h2', { id: 'a:paste-title', class: 'paste-title' }),
    make('p', { id: 'a:paste-notes', class: 'paste-notes more' }),
    make('ol', { class: 'paste-lines', tabindex: 0, 'aria-label': 'Messages to send' }),
    make('p', { class: 'paste-more more' }),
    make('p', { class: 'paste-error error', role: 'alert' }),
    make('div', {},
      make('button', { class: 'paste-cancel', type: 'button' }, 'Cancel'),
      make('button', { class: 'paste-join', type: 'button' }, 'Make it one line'),
      make('button', { class: 'paste-send chief' }, 'Send'))));

document.body.replaceChildren(
  make('button', { class: 'skip' }, 'Skip to the message line'),
  make('div', { id: 'a:side', class: 'side' }, rooms, people),
  make('div', { class: 'shade' }),
  top,
  main,
  rename,
  door,
  account,
  paste,
  make('div', { class: 'announcer unseen', 'aria-live': 'polite' }));
