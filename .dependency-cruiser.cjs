/**
 * Which room may import from which, held by `npm run check`; docs/architecture.md says why.
 * Tests and what is made for them are outside: they put rooms together on purpose.
 */
const OURS = '^(activities|api|bench|cli|config|contracts|kinds|prisma|sandbox|stack|tests|web|workers|workflows)/';
const TESTS = String.raw`(\.test\.tsx?|\.fixture\.ts|/fixtures\.ts|/testing\.ts|/test-[a-z-]+\.ts)$`;

/** `room` may import from `allowed` and from nothing else, not from Node either. */
const only = (name, comment, room, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: room, pathNot: TESTS },
  to: { pathNot: allowed },
});

/** `from` must not import from `to`. */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    only('kinds-are-pure', 'A kind is schemas and workflow code: no Node, no I/O.', '^kinds/', [
      '^kinds/',
      '^contracts/',
      '^node_modules/zod/',
    ]),
    only('workflows-are-deterministic', 'Workflow code decides; activities do.', '^workflows/', [
      '^workflows/',
      '^kinds/',
      '^contracts/',
      '^activities/',
      '^node_modules/@temporalio/(workflow|common|interceptors-opentelemetry)/',
      '^node_modules/@opentelemetry/api/',
    ]),
    never(
      'workflows-know-activities-by-type',
      'A value import would pull databases and browsers into the workflow bundle.',
      { path: '^workflows/', pathNot: TESTS },
      { path: '^activities/', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'activities-know-no-kind',
      'An activity serves every kind and every workflow.',
      { path: '^activities/', pathNot: TESTS },
      { path: '^(kinds|workflows)/' },
    ),
    never(
      'hosts-know-no-database',
      'Platforms and media run on hosts without database credentials.',
      { path: '^activities/(platforms|media)/', pathNot: TESTS },
      { path: '^(prisma/|node_modules/(@prisma|prisma|pg)/)' },
    ),
    never(
      'platforms-know-no-media',
      'A driver is handed a finished file.',
      { path: '^activities/platforms/', pathNot: TESTS },
      { path: '^activities/media/' },
    ),
    never(
      'media-knows-no-platform',
      'A rendition follows a profile, not a platform.',
      { path: '^activities/media/', pathNot: TESTS },
      { path: '^activities/platforms/' },
    ),
    never(
      'platforms-stand-alone',
      'A platform is one folder; what two share lies beside them.',
      { path: '^activities/platforms/([^/]+)/', pathNot: TESTS },
      { path: '^activities/platforms/[^/]+/', pathNot: '^activities/platforms/$1/' },
    ),
    never(
      'prisma-behind-the-api',
      'The orchestrator writes the ledger in SQL; hosts have no database at all.',
      { path: OURS, pathNot: ['^(api|stack|prisma)/', TESTS] },
      { path: '^(prisma/|node_modules/@prisma/)' },
    ),
    never(
      'web-talks-http',
      'The dashboard is a program in a browser; it shares words and schemas, not code.',
      { path: '^web/', pathNot: TESTS },
      { path: OURS, pathNot: '^(web|contracts|kinds)/' },
    ),
    never(
      'cli-talks-http',
      'The command line is a program on any machine. The audit log, keys, backups and restores are the work of this machine alone.',
      { path: '^cli/', pathNot: [String.raw`^cli/commands/(audit|keys|backup|restore)\.ts$`, TESTS] },
      { path: OURS, pathNot: String.raw`^(cli|contracts|kinds)/|^config/env\.ts$` },
    ),
    never(
      'nobody-imports-the-cli',
      'It is an entry, not a library.',
      { path: OURS, pathNot: ['^cli/', TESTS] },
      { path: '^cli/' },
    ),
    never(
      'sandbox-stands-alone',
      'The sandbox site is a stranger, or it would prove nothing.',
      { path: '^sandbox/' },
      { path: OURS, pathNot: '^sandbox/' },
    ),
    never(
      'contracts-rest-on-nothing',
      'All rooms speak through the contracts.',
      { path: '^contracts/' },
      { path: OURS, pathNot: '^contracts/' },
    ),
    never(
      'ffmpeg-behind-one-module',
      'fluent-ffmpeg is no longer maintained and must stay replaceable.',
      { path: OURS, pathNot: String.raw`^activities/media/ffmpeg\.ts$` },
      { path: '^node_modules/fluent-ffmpeg/' },
    ),
    never(
      'packages-are-declared',
      'What only another package needs comes and goes with its versions: package.json names what is imported.',
      { path: OURS },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    never(
      'traces-are-loaded-on-demand',
      'Without an endpoint nothing of the OpenTelemetry SDK is loaded: these are reached through import().',
      { path: OURS, pathNot: [String.raw`^config/tracing-provider\.ts$`, TESTS] },
      {
        path: String.raw`^(config/(tracing-provider|trace-mask)|api/trace-requests|workers/tracing)\.ts$`,
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    ),
  ],
  options: {
    // Type imports are gone after compiling, and the rules are about them too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['(^|/)node_modules/', '^prisma/generated/'] },
    exclude: { path: ['^(data|tools|web/dist)/', 'node_modules/.+/node_modules/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
