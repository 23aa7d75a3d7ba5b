'use strict';
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

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
  for (const table of document.querySelectorAll('table'))
    for (const heading of table.tHead.rows[0].cells)
      heading.querySelector('button').addEventListener('click', () => sort(table, heading));

  // Layers: chosen in the table or in the chart.
  const choose = row => {
    const table = row.closest('table');
    for (const other of table.tBodies[0].rows) other.classList.toggle('chosen', other === row);
    const titles = [...table.tHead.rows[0].cells].map(cell => cell.textContent);
    document.getElementById('chosen').textContent =
      [...row.cells].map((cell, i) => titles[i] + ': ' + cell.textContent).join(' · ');
  };
  const layers = document.querySelector('table.choice');
  const inOrder = layers ? [...layers.tBodies[0].rows] : [];
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
        + '\n' + chart.y + ': ' + at.data.value[1].toPrecision(4)},
      grid: {left: 40, right: 20, top: 20, bottom: 30, containLabel: true},
      xAxis: {...axis(chart.x), type: 'value', scale: true},
      yAxis: {...axis(chart.y), type: 'value', scale: true, nameGap: 42},
      series: [
        {type: 'line', data: chart.points.filter(p => p.front).map(p => [p.x, p.y]), symbol: 'none', silent: true,
          lineStyle: {color: colour('--bar')}, tooltip: {show: false}},
        {type: 'scatter', symbolSize: 11,
          data: chart.points.map(p => ({name: p.name, value: [p.x, p.y], itemStyle: {color: colour(p.front ? '--mark' : '--quiet')}}))},
      ],
    }),
  };
  const draw = () => {
    for (const chart of JSON.parse(document.getElementById('charts').textContent)) {
      const place = document.getElementById(chart.id);
      drawn.get(chart.id)?.dispose();
      const canvas = echarts.init(place, null, {renderer: 'canvas'});
      canvas.setOption(options[chart.kind](chart));
      if (chart.id === 'chart-errors') canvas.on('click', at => choose(inOrder[at.dataIndex]));
      drawn.set(chart.id, canvas);
      place.dataset.drawn = 'yes';
    }
  };
  draw();
  dark.addEventListener('change', draw);
  addEventListener('resize', () => drawn.forEach(canvas => canvas.resize()));
})();
