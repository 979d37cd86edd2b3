'use strict';
// The page works without this script: all boxes are drawn. It adds filters, order and the large view.
const one = id => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const root = document.documentElement;
const grid = document.querySelector('.grid');
const menu = document.querySelector('.menu');
const DENSE = 12; // a small picture with more tags than this hides the boxes under them
const TOLD = 10; // boxes that a screen reader lists

const cards = all('.card').map(element => {
  const tags = all('.tag', element).reverse(); // the best box is drawn last, on top
  const boxes = all('.box', element).reverse().map((line, index) => ({
    line,
    tag: tags[index],
    label: line.dataset.label,
    change: line.dataset.change ?? '', // only where two tables are compared
    faint: line.classList.contains('faint'),
    score: Number(line.dataset.score),
    iou: Number(line.dataset.iou),
  }));
  const moved = boxes.length ? 1 - Math.min(...boxes.map(box => box.iou)) : -1;
  const [frame, note] = ['.frame', '.note'].map(part => element.querySelector(part));
  return {element, frame, note, boxes, moved, name: element.dataset.name};
});
let order = [...cards];

function applyFilters() {
  const least = Number(one('score').value);
  one('score-value').textContent = least.toFixed(2);
  const choices = all('.class');
  const chosen = new Set(choices.filter(choice => choice.checked).map(choice => choice.value));
  const everyClass = chosen.size === choices.length;
  const changes = new Set(all('.change:checked').map(choice => choice.value));
  const everything = everyClass && all('.change:not(:checked)').length === 0;
  one('class-note').textContent = everyClass ? `all ${choices.length}` : `${chosen.size} of ${choices.length}`;

  let pictures = 0;
  let boxes = 0;
  for (const card of cards) {
    const shown = card.boxes.filter(box =>
      box.score >= least && chosen.has(box.label) && (!box.change || changes.has(box.change)));
    show(card, shown);
    const visible = everything || shown.length > 0;
    card.element.classList.toggle('off', !visible);
    boxes += shown.length;
    pictures += visible;
  }
  one('none').hidden = pictures > 0 || cards.length === 0;
  one('shown').textContent = `${count(pictures, 'picture', 'pictures')}, ${count(boxes, 'box', 'boxes')}`;
}

/** Draws and describes these boxes of a picture, which come best first. */
function show(card, shown) {
  const lines = new Set(shown.map(box => box.line));
  for (const box of card.boxes) {
    box.line.classList.toggle('off', !lines.has(box.line));
    box.tag.classList.toggle('off', !lines.has(box.line));
  }
  card.element.classList.toggle('dense', shown.filter(box => !box.faint).length > DENSE);
  const total = count(card.boxes.length, 'box', 'boxes');
  card.note.textContent = shown.length === card.boxes.length ? total : `${shown.length} of ${total}`;

  const told = shown.slice(0, TOLD).map(box => `${box.label} ${box.score.toFixed(2)} ${box.change}`.trim());
  const more = shown.length - told.length;
  const list = told.join(', ') + (more > 0 ? ` and ${more} more` : '');
  card.frame.setAttribute('aria-label', `${card.name}, ${card.note.textContent}${list && ': '}${list}`);
}

function count(number, single, plural) {
  return `${number.toLocaleString('en')} ${number === 1 ? single : plural}`;
}

function applyLayers() {
  for (const layer of ['final', 'detector', 'tags']) {
    const box = one(`show-${layer}`);
    root.classList.toggle(`hide-${layer}`, box !== null && !box.checked);
  }
}

const ORDERS = {
  sample: () => 0,
  name: (a, b) => a.name.localeCompare(b.name),
  boxes: (a, b) => b.boxes.length - a.boxes.length,
  moved: (a, b) => b.moved - a.moved,
};

function applyOrder() {
  order = [...cards].sort(ORDERS[one('order').value]);
  grid.append(...order.map(card => card.element));
}

let waiting = false;
function filterSoon() {
  if (!waiting) {
    waiting = true;
    requestAnimationFrame(() => { waiting = false; applyFilters(); });
  }
}

function chooseClasses(checked) {
  for (const choice of all('.class')) choice.checked = checked;
  applyFilters();
}

one('score').addEventListener('input', filterSoon);
one('order').addEventListener('change', applyOrder);
one('all-classes').addEventListener('click', () => chooseClasses(true));
one('no-classes').addEventListener('click', () => chooseClasses(false));
document.querySelector('.controls').addEventListener('submit', event => event.preventDefault());
document.querySelector('.controls').addEventListener('change', event => {
  if (event.target.matches('.class, .change')) applyFilters();
  if (event.target.closest('.layers')) applyLayers();
});

// The large view: one picture, and its boxes as a list.
const large = one('large');
const stage = large.querySelector('.stage');
const list = large.querySelector('.list');
let current = null;

function visibleCards() {
  return order.filter(card => !card.element.classList.contains('off'));
}

function open(card) {
  current = card;
  one('large-title').textContent = card.name;
  one('large-uri').textContent = card.element.querySelector('.name').title;
  const picture = card.element.querySelector('.picture').cloneNode(true);
  picture.style.setProperty('--ratio', card.element.style.getPropertyValue('--ratio'));
  stage.replaceChildren(picture);
  list.replaceChildren(listOf(card));
  light(null);
  if (!large.open) large.showModal();
}

function listOf(card) {
  const shown = card.boxes.map((box, index) => ({...box, index})).filter(box => !box.line.classList.contains('off'));
  if (shown.length === 0) {
    return make('p', 'No box to show at this score and for these classes.', 'empty');
  }
  const table = make('table');
  const head = table.createTHead().insertRow();
  const columns = columnsOf();
  for (const title of Object.keys(columns)) {
    const cell = make('th', title);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const box of shown) {
    const row = body.insertRow();
    for (const value of Object.values(columns)) row.insertCell().textContent = value(box);
    row.dataset.box = box.index;
    row.addEventListener('pointerenter', () => light(box.index));
    row.addEventListener('pointerleave', () => light(null));
  }
  return table;
}

function columnsOf() {
  const columns = {Class: box => box.label, Score: box => box.score.toFixed(2)};
  if (root.classList.contains('refined')) columns['IoU with detector'] = box => box.iou.toFixed(2);
  if (root.classList.contains('compared')) {
    columns[one('changes').dataset.title] = box => box.change;
    columns['IoU of A and B'] = box => box.line.matches('.only-final, .only-detector') ? '' : box.iou.toFixed(2);
  }
  return columns;
}

function make(name, text = '', kind = '') {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

/** Lets one box stand out, or none. */
function light(index) {
  stage.classList.toggle('lit', index !== null);
  for (const element of all('[data-box]', large)) {
    element.classList.toggle('lit', index !== null && Number(element.dataset.box) === index);
  }
}

function step(by) {
  const shown = visibleCards();
  open(shown[(shown.indexOf(current) + by + shown.length) % shown.length]);
}

/** Up and down walk through the list of boxes. */
function walk(by) {
  const rows = all('tbody tr', list);
  if (rows.length === 0) return;
  const at = rows.findIndex(row => row.classList.contains('lit'));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length;
  light(Number(rows[next].dataset.box));
  rows[next].scrollIntoView({block: 'nearest'});
}

grid.addEventListener('click', event => {
  const element = event.target.closest('.card');
  if (element) open(cards.find(card => card.element === element));
});
one('close').addEventListener('click', () => large.close());
one('previous').addEventListener('click', () => step(-1));
one('next').addEventListener('click', () => step(1));
large.addEventListener('click', event => { if (event.target === large) large.close(); });
large.addEventListener('close', () => current?.frame.focus());
large.addEventListener('keydown', event => {
  const act = {ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowUp: () => walk(-1), ArrowDown: () => walk(1)}[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.('select')) return;
  const toggle = document.querySelector(`.layers [aria-keyshortcuts="${CSS.escape(event.key.toUpperCase())}"]`);
  if (toggle) toggle.click();
  if (event.key === 'Escape' && menu.open) {
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
    menu.open = false;
  }
});
document.addEventListener('click', event => {
  if (!menu.contains(event.target)) menu.open = false;
});
menu.addEventListener('focusout', event => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});

applyLayers();
applyFilters();
