import { Anchor, Button, Group, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { RefusedAccount } from '../../api/account-bulk.ts';
import { t } from '../../i18n/index.ts';
import { told } from '../../i18n/told.ts';
import { formatCount } from '../../ui/format.ts';

export interface Refused {
  refused: readonly RefusedAccount[];
  refusedTotal: number;
}

/** The accounts that an order left as they are, each with the reason. */
export function RefusedDialog({ result, onClose }: { result: Refused | null; onClose(): void }) {
  return (
    <Modal
      opened={result !== null}
      onClose={onClose}
      size="lg"
      title={t('lists:refused.title', { count: result?.refusedTotal ?? 0 })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {result && (
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {t('lists:refused.text')}
          </Text>
          <ScrollArea.Autosize mah={360} className="surface" viewportProps={{ tabIndex: 0 }}>
            <Table stickyHeader fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="35%">{t('field.account')}</Table.Th>
                  <Table.Th>{t('lists:refused.reason')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {result.refused.map(({ accountId, username, reason, said }) => (
                  <Table.Tr key={accountId}>
                    <Table.Td>
                      {username === null ? (
                        <code>{accountId.slice(0, 8)}</code>
                      ) : (
                        <Anchor component={Link} to={`/accounts?open=${accountId}`} size="sm" onClick={onClose}>
                          {username}
                        </Anchor>
                      )}
                    </Table.Td>
                    <Table.Td>{told(reason, said?.reason)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
          {result.refusedTotal > result.refused.length && (
            <Text size="sm" c="dimmed">
              {t('list.firstShown', {
                shown: formatCount(result.refused.length),
                total: formatCount(result.refusedTotal),
              })}
            </Text>
          )}
          <Group justify="end">
            <Button onClick={onClose}>{t('close')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
