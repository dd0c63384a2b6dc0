export default {
  progress: 'Ход',
  allKinds: 'Все виды',
  noMatch: 'Подходящих задач нет',
  none: 'Массовых задач пока нет',
  noneText:
    'Массовая задача делает одно дело сразу для многих аккаунтов. Её можно в любой момент приостановить, настроить и продолжить.',
  endedCreated: 'Завершено {{ended}} из {{total}} · создана <ago/>',
  line: '{{share}} · {{ended}} из {{total}}',
  failed_one: '{{count, number}} с ошибкой',
  failed_few: '{{count, number}} с ошибкой',
  failed_many: '{{count, number}} с ошибкой',
  failed_other: '{{count, number}} с ошибкой',
} as const;
