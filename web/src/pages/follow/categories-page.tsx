import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUserPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useCreateCategory, useFollowCategories } from '../../api/follow.ts';
import { useMay } from '../../api/session.tsx';
import type { FollowCategory } from '../../api/types.ts';
import { formatCount, plural } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { NameDialog } from './name-dialog.tsx';

const COLUMNS: Column<FollowCategory>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(0, 1fr)',
    cell: (category, compact) => (
      <Stack gap={2}>
        <Text fw={550} size="sm" truncate>
          {category.name}
        </Text>
        {compact && (
          <Text size="xs" c="dimmed">
            {plural(category.targets, 'target')}
          </Text>
        )}
      </Stack>
    ),
  },
  {
    key: 'targets',
    title: 'Targets',
    width: '110px',
    align: 'right',
    from: 'sm',
    cell: (category) => formatCount(category.targets),
  },
  {
    key: 'created',
    title: 'Created',
    width: '120px',
    align: 'right',
    from: 'sm',
    cell: (category) => <Ago at={category.createdAt} />,
  },
];

export function CategoriesPage() {
  const categories = useFollowCategories();
  const create = useCreateCategory();
  const navigate = useNavigate();
  const mayEdit = useMay('operator');
  const [asking, { open, close }] = useDisclosure();

  const button = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      New category
    </Button>
  );
  return (
    <Page title="Follow categories" actions={button}>
      {categories.error ? (
        <ErrorNotice error={categories.error} onRetry={categories.reload} />
      ) : (
        <VirtualTable
          label="Follow categories"
          rows={categories.items}
          columns={COLUMNS}
          rowKey={(category) => category.id}
          list={categories}
          onOpen={(category) => void navigate(`/follow/${category.id}`)}
          empty={
            <Notice icon={IconUserPlus} title="No follow categories yet" action={<Group gap="xs">{button}</Group>}>
              A category is a list of user names. A bulk task of the kind Follow lets each account follow some of them.
            </Notice>
          }
        />
      )}
      <NameDialog
        opened={asking}
        title="New follow category"
        name=""
        action="Make it"
        error={create.error}
        busy={create.isPending}
        onClose={() => {
          close();
          create.reset();
        }}
        onSubmit={(name) => create.mutate(name, { onSuccess: ({ id }) => void navigate(`/follow/${id}?import=1`) })}
      />
    </Page>
  );
}
