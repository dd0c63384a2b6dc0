import { Kbd, Modal, Stack, Text, Title } from '@mantine/core';
import { Fragment } from 'react';
import { useMayRank } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import { NAVIGATION } from '../pages.tsx';
import classes from './shell.module.css';
import { closeOverlay, MOD, useOpen } from './shortcuts.ts';

type Row = readonly [what: string, keys: readonly (readonly string[])[]];

function Keys({ title, rows }: { title: string; rows: readonly Row[] }) {
  return (
    <section>
      <Title order={3} mb="xs">
        {title}
      </Title>
      <dl className={classes.keys}>
        {rows.map(([what, ways]) => (
          <Fragment key={what}>
            <Text component="dt">{what}</Text>
            <dd>
              {ways.map((keys, way) => (
                <Fragment key={keys.join()}>
                  {way > 0 && ' / '}
                  {keys.map((key, at) => (
                    <Fragment key={key}>
                      {at > 0 && (keys[0] === 'g' ? ` ${t('keys.then')} ` : ' + ')}
                      <Kbd>{key}</Kbd>
                    </Fragment>
                  ))}
                </Fragment>
              ))}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** Every shortcut there is, behind `?`. */
export function KeyboardHelp() {
  const opened = useOpen() === 'help';
  const may = useMayRank();
  return (
    <Modal
      opened={opened}
      onClose={closeOverlay}
      title={t('keys.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="lg">
        <Keys
          title={t('keys.everywhere')}
          rows={[
            [t('keys.palette'), [[MOD, 'K']]],
            [t('keys.search'), [['/']]],
            ...(may('operator') ? ([[t('keys.new'), [['c']]]] as const) : []),
            [t('keys.escape'), [['Esc']]],
            [t('keys.help'), [['?']]],
          ]}
        />
        <Keys
          title={t('keys.lists')}
          rows={[
            [t('keys.next'), [['j'], ['↓']]],
            [t('keys.previous'), [['k'], ['↑']]],
            [t('keys.open'), [['Enter']]],
            [t('keys.select'), [['x']]],
            [
              t('keys.range'),
              [
                ['Shift', 'x'],
                ['Shift', t('keys.click')],
              ],
            ],
          ]}
        />
        <Keys
          title={t('keys.goTo')}
          rows={NAVIGATION.filter(({ nav, role }) => nav.key && may(role ?? 'viewer')).map(
            ({ nav, title }) => [t(title), [['g', nav.key ?? '']]] as const,
          )}
        />
      </Stack>
    </Modal>
  );
}
