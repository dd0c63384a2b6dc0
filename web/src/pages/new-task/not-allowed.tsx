import { IconLock } from '@tabler/icons-react';
import { Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';

export function NotAllowed() {
  return (
    <Page title="New bulk task" parent={{ to: '/tasks', label: 'Bulk tasks' }}>
      <Notice icon={IconLock} title="Not allowed" color="orange">
        Starting bulk tasks needs the role operator. Ask an administrator for it.
      </Notice>
    </Page>
  );
}
