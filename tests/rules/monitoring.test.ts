import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../stack/paths.ts';
import { alerts, dashboard, expressions, namesIn, seriesOf, unserved } from '../support/promql.ts';

/** As GitHub makes them of headings. */
const anchors = new Set(
  [...readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  ),
);

describe('the alert rules', () => {
  it('have each a name of their own, a severity, a summary and a section of the runbook that is there', () => {
    const all = alerts();
    expect(all.length).toBeGreaterThan(5);
    expect(new Set(all.map(({ alert }) => alert)).size).toBe(all.length);
    const lost = all.filter(({ alert, annotations: { runbook } }) => {
      const [file, anchor = ''] = runbook.split('#');
      return file !== 'docs/operations.md' || anchor !== alert.toLowerCase() || !anchors.has(anchor);
    });
    expect(lost.map(({ alert }) => alert)).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('has panels that do not lie on one another, each asking for something', () => {
    const { panels } = dashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          if (taken.has(`${x},${y}`)) throw new Error(`${title} lies on another panel.`);
          taken.add(`${x},${y}`);
        }
      }
    }
    expect(panels.filter(({ targets }) => targets.length > 0).length).toBeGreaterThan(20);
  });

  it('uses only variables that it has', () => {
    const { templating } = dashboard();
    const known = new Set([...templating.list.map(({ name }) => name), '__rate_interval']);
    const used = expressions().flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the names in an expression', () => {
  it('are told from functions, labels, groupings and times', () => {
    const expr =
      'topk(3, sum by (le, kind) (rate(a_bucket{role!="x, y",step=~"b.*"}[5m]))) and on () max(b{state="z"}) > 1e3 or vector(0)';
    expect(namesIn(expr)).toEqual({
      selectors: [
        {
          metric: 'a_bucket',
          matchers: [
            { label: 'role', op: '!=', value: 'x, y' },
            { label: 'step', op: '=~', value: 'b.*' },
          ],
        },
        { metric: 'b', matchers: [{ label: 'state', op: '=', value: 'z' }] },
      ],
      grouping: ['le', 'kind'],
    });
  });

  it('are missed where nobody serves them', () => {
    const missing = unserved(seriesOf('flotilla_workers{state="ready"} 1\n'));
    expect(missing).toContain('alert FlotillaWorkerLost: flotilla_workers{state="lost"}');
    expect(missing).toContain('panel "Running tasks": flotilla_running_tasks');
    expect(missing).not.toContain('alert FlotillaApiDown: up');
  });
});
