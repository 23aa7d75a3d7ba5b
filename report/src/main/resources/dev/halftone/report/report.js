'use strict';
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Charts are drawn when they come near the window; until then not even the library is read.
  const plans = new Map();
  const drawn = new Map();
  const near = new Set();
  const library = () => {
    if (!window.echarts) {
      const script = document.createElement('script');
      script.textContent = document.getElementById('library').textContent;
      document.head.append(script);
    }
    return window.echarts;
  };
  const erase = id => {
    drawn.get(id)?.dispose();
    drawn.delete(id);
    delete document.getElementById(id).dataset.drawn;
  };
  const paint = (id, printed = false) => {
    if (!plans.has(id) || drawn.has(id)) return;
    const place = document.getElementById(id);
    const canvas = library().init(place, null, {renderer: 'canvas'});
    const [make, ready] = plans.get(id);
    canvas.setOption(printed ? {...make(), animation: false} : make());
    ready(canvas);
    drawn.set(id, canvas);
    place.dataset.drawn = 'yes';
  };
  const horizon = new IntersectionObserver(entries => {
    for (const entry of entries)
      if (entry.isIntersecting) {
        near.add(entry.target.id);
        paint(entry.target.id);
      } else near.delete(entry.target.id);
  }, {rootMargin: '200px'});
  const plan = (id, make, ready = () => {}) => {
    erase(id);
    plans.set(id, [make, ready]);
    horizon.observe(document.getElementById(id));
    if (near.has(id)) paint(id);
  };
  const forget = id => {
    erase(id);
    plans.delete(id);
    near.delete(id);
    horizon.unobserve(document.getElementById(id));
  };
  const drawAgain = () => {
    for (const id of plans.keys()) {
      erase(id);
      if (near.has(id)) paint(id);
    }
  };

  // Tables: a click on a heading sorts, another one turns the order round.
  const key = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.value === undefined) return cell.textContent;
    return cell.dataset.value === '' ? null : Number(cell.dataset.value);
  };
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, 'en', {numeric: true});
  const sort = (table, heading) => {
    const up = heading.getAttribute('aria-sort') !== 'ascending' && !heading.classList.contains('number')
      || heading.getAttribute('aria-sort') === 'descending';
    for (const other of heading.parentElement.cells) other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const body = table.tBodies[0];
    const rows = [...body.rows].map(row => [key(row, heading.cellIndex), row]);
    rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : (up ? 1 : -1) * compare(a, b));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll('table:not(#bins)'))
    for (const heading of table.tHead.rows[0].cells)
      heading.querySelector('button').addEventListener('click', () => sort(table, heading));

  // Layers: chosen in the table or in the chart.
  const choose = row => {
    const table = row.closest('table');
    for (const other of table.tBodies[0].rows) other.classList.toggle('chosen', other === row);
    const titles = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
    document.getElementById('chosen').textContent =
      [...row.cells].map((cell, i) => [titles[i], cell.textContent]).filter(([, text]) => text).map(pair => pair.join(': ')).join(' · ');
    chosen = histograms[inOrder.indexOf(row)] ?? {};
    drawChosen();
  };
  const layers = document.querySelector('table.choice');
  const inOrder = layers ? [...layers.tBodies[0].rows] : [];
  const stored = document.getElementById('layers');
  const histograms = stored ? JSON.parse(stored.textContent) : [];
  let chosen = {};
  for (const row of inOrder) row.cells[0].querySelector('button').addEventListener('click', () => choose(row));

  const axis = title => ({
    name: title, nameLocation: 'middle', nameGap: 30, nameTextStyle: {color: colour('--quiet')},
    axisLabel: {color: colour('--quiet')}, axisLine: {lineStyle: {color: colour('--line')}},
    splitLine: {lineStyle: {color: colour('--line')}},
  });
  const tooltip = () => ({
    confine: true, backgroundColor: colour('--paper'), borderColor: colour('--line'), textStyle: {color: colour('--ink')},
    renderMode: 'richText',
  });
  // A twentieth is within what a busy machine makes of the same.
  const speeds = [
    {name: 'faster', symbol: 'triangle', colour: '--mark', holds: speed => speed > 1.05},
    {name: 'as fast', symbol: 'circle', colour: '--bar', holds: speed => !speed || speed <= 1.05 && speed >= .95},
    {name: 'slower', symbol: 'path://M0,0L10,0L5,9Z', colour: '--after', holds: speed => speed && speed < .95},
  ];
  const options = {
    bars: chart => ({
      animation: !still, tooltip: {...tooltip(), trigger: 'axis', valueFormatter: value => value.toPrecision(3) + ' ' + chart.unit},
      grid: {left: 40, right: 15, top: 15, bottom: 15, containLabel: true},
      xAxis: {...axis(''), type: 'category', data: chart.names, axisLabel: {show: false}},
      yAxis: {...axis(chart.unit), type: 'value', nameGap: 55},
      series: [{type: 'bar', data: chart.values, itemStyle: {color: colour('--bar')}, barMinHeight: 1}],
    }),
    lines: chart => ({
      animation: !still, tooltip: {...tooltip(), trigger: 'axis'},
      legend: {textStyle: {color: colour('--ink')}},
      grid: {left: 40, right: 20, top: 35, bottom: 30, containLabel: true},
      xAxis: {...axis(chart.x), type: 'category', data: chart.places},
      yAxis: {...axis(chart.y), type: 'value', nameGap: 55},
      series: Object.entries(chart.series).map(([name, data], i) => ({
        name, type: 'line', data, symbolSize: 6, symbol: i ? 'rect' : 'circle',
        lineStyle: {type: i ? 'dashed' : 'solid', color: colour(i ? '--mark' : '--bar')}, itemStyle: {color: colour(i ? '--mark' : '--bar')}})),
    }),
    points: chart => ({
      animation: !still,
      tooltip: {...tooltip(), formatter: at => at.data.name + '\n' + chart.x + ': ' + at.data.value[0].toPrecision(3)
        + '\n' + chart.y + ': ' + at.data.value[1].toPrecision(4) + (at.data.speed ? '\n' + at.data.speed.toPrecision(3) + ' times as fast' : '')},
      legend: {show: chart.points.some(p => p.speed), type: 'scroll', textStyle: {color: colour('--ink')}, data: speeds.map(s => s.name)},
      grid: {left: 50, right: 30, top: 35, bottom: 30, containLabel: true},
      xAxis: {...axis(chart.x), type: 'value', scale: true},
      yAxis: {...axis(chart.y), type: 'value', scale: true, nameGap: 55},
      series: [
        {type: 'line', data: chart.points.filter(p => p.front).map(p => [p.x, p.y]), symbol: 'none', silent: true,
          lineStyle: {color: colour('--bar')}, tooltip: {show: false}},
        ...speeds.map(speed => ({type: 'scatter', name: speed.name, symbol: speed.symbol,
          itemStyle: {color: colour(speed.colour)}, label: {color: colour('--quiet'), fontSize: 11, formatter: at => at.data.name},
          data: chart.points.filter(p => speed.holds(p.speed)).map(p => ({name: p.name, speed: p.speed, value: [p.x, p.y],
            symbolSize: Math.min(Math.max(11 * (p.speed ?? 1), 6), 30),
            itemStyle: p.front ? {borderColor: colour('--ink'), borderWidth: 1.5} : {opacity: .75}}))})),
      ],
    }),
  };
  // Names beside the points that have room for one; the others are told on hover and in the table.
  const name = canvas => {
    const {series, grid} = canvas.getOption();
    const points = series.flatMap((one, i) => one.type === 'scatter'
      ? one.data.map(point => ({point, at: canvas.convertToPixel({seriesIndex: i}, point.value)})) : []);
    const taken = points.map(({at: [x, y]}) => [x - 7, y - 7, x + 7, y + 7]);
    for (const {point, at: [x, y]} of points) {
      const width = 6.5 * point.name.length;
      const right = x + 10 + width < canvas.getWidth() - grid[0].right;
      const box = right ? [x + 8, y - 7, x + 10 + width, y + 7] : [x - 10 - width, y - 7, x - 8, y + 7];
      const free = taken.every(([left, top, end, bottom]) => box[2] < left || box[0] > end || box[3] < top || box[1] > bottom);
      point.label = {show: free, position: right ? 'right' : 'left'};
      if (free) taken.push(box);
    }
    canvas.setOption({series});
  };
  // The histograms of the chosen layer.
  const short = value => String(Number(value.toPrecision(3)));
  const edge = (of, bin) => of.from + (of.to - of.from) * bin / of.before.length;
  const share = (of, counts, inside) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const some = counts.reduce((sum, count, bin) => sum + (inside(edge(of, bin), edge(of, bin + 1)) ? count : 0), 0);
    return short(100 * some / Math.max(all, 1)) + ' %';
  };
  const told = of => short(of.before.reduce((sum, count) => sum + count, 0)) + ' elements from ' + short(of.from) + ' to ' + short(of.to)
    + (of.step === undefined ? '; the levels are not known' : '; levels from ' + short(of.low) + ' to ' + short(of.high) + ', '
      + (of.scales > 1 ? of.scales + ' scales, the widest with steps of ' + short(of.step) : 'in steps of ' + short(of.step)
        + '; in bins beyond them lie ' + share(of, of.before, (from, to) => to <= of.low || from >= of.high) + ' of the original\'s'));
  const levels = of => {
    if (of.step === undefined) return [];
    const first = Math.max(Math.ceil((of.from - of.low) / of.step), 0);
    const last = Math.min(Math.floor((of.to - of.low) / of.step), Math.round((of.high - of.low) / of.step));
    return last - first > 128 ? [] : Array.from({length: Math.max(last - first + 1, 0)}, (_, i) => [of.low + (first + i) * of.step, 0]);
  };
  const steps = (of, counts) => [...counts.map((count, bin) => [edge(of, bin), Math.log10(1 + count)]), [of.to, Math.log10(1 + counts.at(-1))]];
  const histogram = of => ({
    animation: false,
    tooltip: {...tooltip(), trigger: 'axis', formatter: all => {
      const bin = Math.min(Math.floor((all[0].axisValue - of.from) / (of.to - of.from) * of.before.length), of.before.length - 1);
      return short(edge(of, bin)) + ' to ' + short(edge(of, bin + 1)) + '\noriginal: ' + of.before[bin] + '\nthis model: ' + of.after[bin];
    }},
    legend: {textStyle: {color: colour('--ink')}, data: ['original', 'this model']},
    grid: {left: 40, right: 20, top: 35, bottom: 30, containLabel: true},
    xAxis: {...axis('size'), type: 'value', min: of.from, max: of.to,
      axisLabel: {color: colour('--quiet'), hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: short}},
    yAxis: {...axis('elements'), type: 'value', nameGap: 42,
      axisLabel: {color: colour('--quiet'), formatter: value => Number.isInteger(value) ? (value ? '1e' + value : '0') : ''}},
    series: [
      {name: 'original', type: 'line', step: 'end', symbol: 'none', data: steps(of, of.before), lineStyle: {width: 1, color: colour('--bar')},
        areaStyle: {color: colour('--bar'), opacity: .35}, itemStyle: {color: colour('--bar')},
        markLine: of.step === undefined ? undefined : {silent: true, symbol: 'none', animation: false,
          lineStyle: {color: colour('--ink'), type: 'dashed'}, label: {color: colour('--ink'), formatter: at => short(at.value)},
          data: [of.low, of.high].filter(end => end >= of.from && end <= of.to).map(xAxis => ({xAxis}))}},
      {name: 'this model', type: 'line', step: 'end', symbol: 'none', data: steps(of, of.after), lineStyle: {width: 1.5, color: colour('--after')},
        itemStyle: {color: colour('--after')}},
      {name: 'levels', type: 'scatter', silent: true, symbol: 'rect', symbolSize: [1, 9], data: levels(of), itemStyle: {color: colour('--ink')},
        tooltip: {show: false}},
    ],
  });
  const row = (tag, texts) => {
    const line = document.createElement('tr');
    line.append(...texts.map((text, i) => {
      const cell = document.createElement(i && tag === 'td' ? 'td' : 'th');
      cell.textContent = text;
      cell.className = i ? 'number' : '';
      cell.scope = tag === 'td' ? 'row' : 'col';
      return cell;
    }));
    return line;
  };
  const drawChosen = () => {
    if (!document.getElementById('chart-activations')) return;
    const lines = [];
    for (const kind of ['activations', 'weights']) {
      const place = document.getElementById('chart-' + kind);
      const of = chosen[kind];
      place.parentElement.hidden = !of;
      if (!of) {
        forget(place.id);
        continue;
      }
      const what = kind === 'weights' ? 'Weights: ' : 'Values: ';
      place.setAttribute('aria-label', what + told(of));
      place.nextElementSibling.textContent = what + told(of) + '. Elements on a logarithmic scale; dashes are the ends of the levels, ticks the levels.';
      plan(place.id, () => histogram(of));
      lines.push(row('th', [kind === 'weights' ? 'Weights from' : 'Values from', 'original', 'this model']));
      of.before.forEach((count, bin) => lines.push(row('td', [short(edge(of, bin)), count, of.after[bin]])));
    }
    document.getElementById('bins').replaceChildren(document.querySelector('#bins caption'), ...lines);
  };
  for (const chart of JSON.parse(document.getElementById('charts').textContent))
    plan(chart.id, () => options[chart.kind](chart), canvas => {
      if (chart.id === 'chart-errors') canvas.on('click', at => choose(inOrder[at.dataIndex]));
      if (chart.kind === 'points') name(canvas);
    });
  if (inOrder.length) choose(inOrder[Number(stored?.dataset.first ?? 0)]);
  dark.addEventListener('change', drawAgain);
  addEventListener('resize', () => drawn.forEach((canvas, id) => {
    canvas.resize();
    if (id === 'chart-sweep') name(canvas);
  }));
  // What is painted now is printed: bars that still grow would be missing.
  addEventListener('beforeprint', () => plans.forEach((_, id) => {
    erase(id);
    paint(id, true);
  }));
})();
