'use strict';
const read = id => JSON.parse(document.getElementById(id).textContent);
const summary = read('summary'), curves = read('curves');
const svg = document.querySelector('svg'), place = svg.dataset;
const tip = document.getElementById('tip'), line = document.getElementById('line');
function textAt(time, row) {
  const curve = curves.faces[row];
  const values = curve && curve.values[Math.floor(time / curves.step) - curve.first];
  if (!values) return null;
  const list = values.map((v, i) => [v, summary.labels[i]]).sort((a, b) => b[0] - a[0]);
  return `face ${curve.face} at ${time.toFixed(2)} s\n` +
    list.map(([v, label]) => `${(100 * v).toFixed(0).padStart(3)} %  ${label}`).join('\n');
}
svg.addEventListener('mousemove', event => {
  const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
  const time = ((event.clientX - box.left) * scale - place.left) / place.width * summary.duration;
  const row = Math.floor(((event.clientY - box.top) * scale - place.top) / place.row);
  const text = textAt(time, row);
  tip.style.display = line.style.display = text ? 'block' : 'none';
  tip.textContent = text;
  tip.style.left = Math.min(event.clientX + 14, innerWidth - 190) + 'px';
  tip.style.top = event.clientY + 14 + 'px';
  line.style.left = event.clientX + 'px';
  line.style.top = box.top + 'px';
  line.style.height = box.height + 'px';
});
svg.addEventListener('mouseleave', () => tip.style.display = line.style.display = 'none');
