import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import { At } from '../../ui/time.tsx';
import type { Column } from '../../ui/virtual-table.tsx';

const THERE: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };

/** When something happened: in the viewer's time, and beside it in the account's where that is another. */
export function whenColumns<Row>(atOf: (row: Row) => string, timeZone: string): Column<Row>[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const when: Column<Row> = {
    key: 'when',
    title: t('account:when'),
    width: '110px',
    align: 'right',
    from: 'sm',
    cell: (row) => <At at={atOf(row)} />,
  };
  const there: Column<Row> = {
    key: 'there',
    title: t('account:there'),
    width: '120px',
    align: 'right',
    from: 'lg',
    cell: (row) => <span className="tabular">{formatDate(Date.parse(atOf(row)), { ...THERE, timeZone })}</span>,
  };
  return timeZone === own ? [when] : [when, there];
}
