import { Button } from '@mantine/core';
import { IconClipboardText, IconFilterOff, IconShieldCheck } from '@tabler/icons-react';
import { useRef } from 'react';
import { useAudit } from '../../api/audit.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { useCalmly } from '../../ui/calm.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { VirtualTable } from '../../ui/virtual-table.tsx';
import { FILTERS, filterOf } from './audit-values.ts';
import { auditColumns } from './columns.tsx';
import { EntryDrawer } from './entry-drawer.tsx';
import { AuditFilters } from './filters.tsx';
import { VerifyDialog } from './verify-dialog.tsx';

/** What people do makes no event. */
const NOTED_MS = 15_000;

/** Who changed what, newest first. */
export function AuditPage() {
  const address = useAddress(['open', 'verify']);
  const entries = useAudit(filterOf(address));
  const range = useRef<[number, number]>([0, 0]);
  useCalmly(NOTED_MS, () => void entries.refresh(...range.current).catch(() => undefined));
  const isNarrowed = FILTERS.some((name) => address.get(name) !== undefined);
  return (
    <Page
      title={t('audit:title')}
      actions={
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={16} />}
          onClick={() => address.set('verify', 'now')}
        >
          {t('audit:verify')}
        </Button>
      }
    >
      <AuditFilters address={address} seen={entries.items.map(({ action }) => action)} />
      {entries.error ? (
        <ErrorNotice error={entries.error} onRetry={entries.reload} />
      ) : (
        <VirtualTable
          label={t('audit:title')}
          rows={entries.items}
          columns={auditColumns()}
          rowKey={(entry) => entry.id}
          rowHeight={42}
          list={entries}
          selected={address.get('open')}
          onRange={(first, last) => {
            range.current = [first, last];
          }}
          onOpen={(entry) => address.set('open', entry.id)}
          empty={
            isNarrowed ? (
              <Notice icon={IconFilterOff} title={t('audit:noMatch')} color="gray">
                {t('list.clearFilter')}
              </Notice>
            ) : (
              <Notice icon={IconClipboardText} title={t('audit:none')}>
                {t('audit:noneText')}
              </Notice>
            )
          }
        />
      )}
      <EntryDrawer id={address.get('open') ?? null} onClose={() => address.set('open', null)} />
      <VerifyDialog opened={address.get('verify') === 'now'} onClose={() => address.set('verify', null)} />
    </Page>
  );
}
