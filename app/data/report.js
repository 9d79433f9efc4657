'use strict';
const byId = id => document.getElementById(id);
const read = id => JSON.parse(byId(id).textContent);
const summary = read('summary'), curves = read('curves');
const svg = document.querySelector('svg'), place = svg.dataset;
const tip = byId('tip'), line = byId('line'), detail = byId('detail');
const percent = share => (100 * share).toFixed(0) + ' %';

/* ---- names: faces of one name are one person ---- */

const names = new Map(summary.faces.filter(f => f.name).map(f => [f.face, f.name]));
const nameOf = face => names.get(face) || `face ${face}`;

function addTo(person, face) {
  const seconds = person.seconds + face.seconds;
  for (const label of summary.labels)
    person.share[label] = seconds ? (person.share[label] * person.seconds +
                                     face.share[label] * face.seconds) / seconds : 0;
  person.seconds = seconds;
  person.first = Math.min(person.first, face.first);
  person.last = Math.max(person.last, face.last);
  person.changes += face.transitions.reduce((sum, t) => sum + t.count, 0);
  person.faces.push(face.face);
}

function people() {
  const list = new Map();
  for (const face of summary.faces) {
    const name = nameOf(face.face);
    if (!list.has(name))
      list.set(name, {name, faces: [], seconds: 0, first: Infinity, last: 0, changes: 0,
                      share: Object.fromEntries(summary.labels.map(label => [label, 0]))});
    addTo(list.get(name), face);
  }
  return [...list.values()];
}

/* ---- the table of people ---- */

const columns = [
  ['person', p => p.name, p => p.name], ['faces', p => p.faces.length, p => p.faces.join(', ')],
  ['seconds', p => p.seconds, p => p.seconds.toFixed(1)],
  ['first', p => p.first, p => p.first.toFixed(1)], ['last', p => p.last, p => p.last.toFixed(1)],
  ['changes', p => p.changes, p => p.changes],
  ...summary.labels.map(label => [label, p => p.share[label], p => percent(p.share[label])])];
let sortedBy = 2, rising = false;

function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

function compare(a, b) {
  const key = columns[sortedBy][1], x = key(a), y = key(b);
  const order = typeof x === 'string' ? x.localeCompare(y) : x - y;
  return rising ? order : -order;
}

function headOf(column, number) {
  const head = cell('th', column[0]);
  if (number === sortedBy) head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
  head.addEventListener('click', () => {
    rising = number === sortedBy ? !rising : number === 0;
    sortedBy = number;
    fillTable();
  });
  return head;
}

function fillTable() {
  const head = document.createElement('tr');
  head.append(...columns.map(headOf));
  const rows = people().sort(compare).map(person => {
    const row = document.createElement('tr');
    row.append(...columns.map(column => cell('td', column[2](person))));
    return row;
  });
  byId('people').replaceChildren(head, ...rows);
}

function saved() {
  const list = people().map(p => ({name: p.name, faces: p.faces.filter(f => names.has(f))}));
  return {format: 'mien-people', version: 1, recordings: [
    {source: summary.source.split('/').pop(), people: list.filter(p => p.faces.length)}]};
}

for (const input of document.querySelectorAll('.face input'))
  input.addEventListener('input', () => {
    const face = Number(input.dataset.face), name = input.value.trim();
    if (name) names.set(face, name);
    else names.delete(face);
    fillTable();
  });

byId('save').addEventListener('click', () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(saved(), null, 1) + '\n'],
                                           {type: 'application/json'}));
  link.download = 'people.json';
  link.click();
});

/* ---- the timeline: values under the mouse; a click keeps them, with the face ---- */

function spotOf(event) {
  const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
  const time = ((event.clientX - box.left) * scale - place.left) / place.width * summary.duration;
  const row = Math.floor(((event.clientY - box.top) * scale - place.top) / place.row);
  const curve = curves.faces[row];
  const values = curve && curve.values[Math.floor(time / curves.step) - curve.first];
  return values ? {time, face: curve.face, values, box} : null;
}

function textOf(spot) {
  const list = spot.values.map((v, i) => [v, summary.labels[i]]).sort((a, b) => b[0] - a[0]);
  return `${nameOf(spot.face)} at ${spot.time.toFixed(2)} s\n` +
    list.map(([v, label]) => `${percent(v).padStart(5)}  ${label}`).join('\n');
}

svg.addEventListener('mousemove', event => {
  const spot = spotOf(event);
  tip.style.display = line.style.display = spot ? 'block' : 'none';
  if (!spot) return;
  tip.textContent = textOf(spot);
  tip.style.left = Math.min(event.clientX + 14, innerWidth - 190) + 'px';
  tip.style.top = event.clientY + 14 + 'px';
  line.style.left = event.clientX + 'px';
  line.style.top = spot.box.top + 'px';
  line.style.height = spot.box.height + 'px';
});
svg.addEventListener('mouseleave', () => tip.style.display = line.style.display = 'none');

svg.addEventListener('click', event => {
  const spot = spotOf(event);
  detail.style.display = spot ? 'flex' : 'none';
  if (!spot) return;
  const picture = document.querySelector(`.face[data-face="${spot.face}"] img`);
  detail.replaceChildren(...picture ? [picture.cloneNode()] : [], cell('div', textOf(spot)));
});

fillTable();
