import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../stack/paths.ts';

const FOLDER = join(ROOT, 'docs', 'monitoring');

const dashboardSchema = z.object({
  title: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.object({ expr: z.string().min(1), legendFormat: z.string() })).default([]),
    }),
  ),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), query: z.union([z.string(), z.object({ query: z.string() })]) })),
  }),
});
const alertSchema = z.object({
  alert: z.string(),
  expr: z.string().min(1),
  for: z.string().regex(/^\d+[smh]$/),
  labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.object({ summary: z.string().min(20), runbook: z.string() }),
});
const rulesSchema = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(alertSchema) })) });

export const dashboard = () =>
  dashboardSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'grafana-dashboard.json'), 'utf8')));

export const alerts = () =>
  rulesSchema.parse(parse(readFileSync(join(FOLDER, 'alerts.yml'), 'utf8'))).groups.flatMap(({ rules }) => rules);

/** Every expression of the dashboard and the rules, and what they are called by. */
export function expressions(): { where: string; expr: string }[] {
  const panels = dashboard().panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ where: `panel "${title}"`, expr })),
  );
  return [...panels, ...alerts().map(({ alert, expr }) => ({ where: `alert ${alert}`, expr }))];
}

export interface Matcher {
  label: string;
  op: string;
  value: string;
}

export interface Used {
  selectors: { metric: string; matchers: Matcher[] }[];
  /** Labels of `by (…)` and the like. */
  grouping: string[];
}

const TOKEN = /"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[a-zA-Z_:][\w:]*|\d[\w.]*|=~|!~|!=|==|>=|<=|[^\s]/g;
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan']);
/** Of a function, or of an aggregation that says first what it goes by. */
const isCall = (next: string | undefined) => next === '(' || next === 'by' || next === 'without';
const isName = (token: string | undefined) => token !== undefined && /^[a-zA-Z_:]/.test(token);

/** Which metrics and labels an expression names. It reads names only: whether the expression is valid says promtool. */
export function namesIn(expr: string): Used {
  const tokens: string[] = [...(expr.match(TOKEN) ?? [])];
  const used: Used = { selectors: [], grouping: [] };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (GROUPING.has(token) && tokens[at + 1] === '(') {
      const end = tokens.indexOf(')', at);
      used.grouping.push(...tokens.slice(at + 2, end).filter(isName));
      at = end;
    } else if (isName(token) && !WORDS.has(token) && !isCall(tokens[at + 1])) {
      const matchers: Matcher[] = [];
      if (tokens[at + 1] === '{') {
        const end = tokens.indexOf('}', at);
        for (let next = at + 2; next < end; next += 4) {
          const [label = '', op = '', value = ''] = tokens.slice(next, next + 3);
          matchers.push({ label, op, value: value.slice(1, -1) });
        }
        at = end;
      }
      used.selectors.push({ metric: token, matchers });
    }
  }
  return used;
}

export type Series = Map<string, Record<string, string>[]>;

/** The series of a text in Prometheus' format, by the name of the metric. */
export function seriesOf(text: string): Series {
  const series: Series = new Map();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/.exec(line) ?? [];
    if (!name) continue;
    const own = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']) => [label, value]);
    series.set(name, [...(series.get(name) ?? []), Object.fromEntries(own)]);
  }
  return series;
}

/** Given by Prometheus itself to what it scrapes. */
const OF_PROMETHEUS = new Set(['up']);
const LABELS_OF_PROMETHEUS = new Set(['job', 'instance']);

/** What expressions ask for and nobody serves: metrics, labels, and values of labels that are named exactly. */
export function unserved(series: Series): string[] {
  return expressions().flatMap(({ where, expr }) => {
    const { selectors, grouping } = namesIn(expr);
    const missing: string[] = [];
    for (const { metric, matchers } of selectors) {
      const own = series.get(metric);
      if (OF_PROMETHEUS.has(metric)) continue;
      if (!own) {
        missing.push(metric);
        continue;
      }
      for (const { label, op, value } of matchers) {
        // An empty value asks for series without the label.
        const isThere = own.some((labels) => (op === '=' ? (labels[label] ?? '') === value : label in labels));
        if (!isThere && !(op === '!=' && value === '')) missing.push(`${metric}{${label}${op}"${value}"}`);
      }
    }
    const labels = new Set(selectors.flatMap(({ metric }) => (series.get(metric) ?? []).flatMap(Object.keys)));
    for (const label of grouping) {
      if (!labels.has(label) && !LABELS_OF_PROMETHEUS.has(label)) missing.push(`by (${label})`);
    }
    return missing.map((what) => `${where}: ${what}`);
  });
}
