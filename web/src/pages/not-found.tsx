import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Notice } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';

export function NotFoundPage() {
  return (
    <Page title="Not found" heading={<span />}>
      <Notice
        icon={IconMapOff}
        title="There is no such page"
        color="gray"
        action={
          <Button component={Link} to="/" variant="default">
            Go to the overview
          </Button>
        }
      >
        The address may be old, or mistyped.
      </Notice>
    </Page>
  );
}
