import { Alert, ScrollArea, Table, Text } from '@mantine/core';
import { IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';
import type { FollowImport } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { told } from '../../i18n/told.ts';
import { formatCount } from '../../ui/format.ts';

const SHOWN = 500;

/** What became of the lines: how many were added, and each one that was not. */
export function ImportReport({ report }: { report: FollowImport }) {
  const { added, duplicates, duplicatesTotal, rejected, rejectedTotal } = report;
  return (
    <>
      <Alert
        color={added > 0 ? 'green' : 'tide'}
        variant="light"
        icon={added > 0 ? <IconCircleCheck size={18} /> : <IconInfoCircle size={18} />}
        role="status"
      >
        {t('follow:result', {
          added: t('follow:names', { count: added }),
          duplicates: t('follow:duplicates', { count: duplicatesTotal }),
          rejected: formatCount(rejectedTotal),
        })}
      </Alert>
      <Lines
        title={t('list.rejectedLines')}
        column={t('list.wrong')}
        total={rejectedTotal}
        lines={rejected.map(({ line, message, said }) => ({ line, text: told(message, said?.message) }))}
      />
      <Lines
        title={t('follow:duplicatesTitle')}
        column={t('follow:wasThere')}
        total={duplicatesTotal}
        lines={duplicates.map(({ line, username }) => ({ line, text: username }))}
      />
    </>
  );
}

interface LinesProps {
  title: string;
  column: string;
  total: number;
  lines: readonly { line: number; text: string }[];
}

function Lines({ title, column, total, lines }: LinesProps) {
  if (lines.length === 0) return null;
  const shown = lines.slice(0, SHOWN);
  return (
    <section aria-label={title}>
      <Text fw={550} mb={6}>
        {title}
      </Text>
      <ScrollArea.Autosize mah={220} className="surface" tabIndex={0}>
        <Table stickyHeader fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={70}>{t('list.line')}</Table.Th>
              <Table.Th>{column}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ line, text }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line may hold the same name twice
              <Table.Tr key={`${line}/${at}`}>
                <Table.Td className="tabular">{formatCount(line)}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{text}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {total > shown.length && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('list.firstShown', { shown: formatCount(shown.length), total: formatCount(total) })}
        </Text>
      )}
    </section>
  );
}
