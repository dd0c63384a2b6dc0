export default {
  progress: 'Progress',
  allKinds: 'All kinds',
  noMatch: 'No bulk task matches',
  none: 'No bulk tasks yet',
  noneText: 'A bulk task does one thing for many accounts. It can be paused, tuned and resumed at any time.',
  endedCreated: '{{ended}} of {{total}} ended · created <ago/>',
  line: '{{share}} · {{ended}} of {{total}}',
  failed_one: '{{count, number}} failed',
  failed_other: '{{count, number}} failed',
} as const;
