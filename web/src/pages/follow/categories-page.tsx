import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUserPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useCreateCategory, useFollowCategories } from '../../api/follow.ts';
import { useMay } from '../../api/session.tsx';
import type { FollowCategory } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { NameDialog } from './name-dialog.tsx';

const columns = (): Column<FollowCategory>[] => [
  {
    key: 'name',
    title: t('field.name'),
    width: 'minmax(0, 1fr)',
    cell: (category, compact) => (
      <Stack gap={2}>
        <Text fw={550} size="sm" truncate>
          {category.name}
        </Text>
        {compact && (
          <Text size="xs" c="dimmed">
            {t('follow:targets', { count: category.targets })}
          </Text>
        )}
      </Stack>
    ),
  },
  {
    key: 'targets',
    title: t('follow:targetsTitle'),
    width: '110px',
    align: 'right',
    from: 'sm',
    cell: (category) => formatCount(category.targets),
  },
  {
    key: 'created',
    title: t('field.created'),
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
      {t('follow:new')}
    </Button>
  );
  return (
    <Page title={t('follow:title')} actions={button}>
      {categories.error ? (
        <ErrorNotice error={categories.error} onRetry={categories.reload} />
      ) : (
        <VirtualTable
          label={t('follow:title')}
          rows={categories.items}
          columns={columns()}
          rowKey={(category) => category.id}
          list={categories}
          onOpen={(category) => void navigate(`/follow/${category.id}`)}
          empty={
            <Notice icon={IconUserPlus} title={t('follow:none')} action={<Group gap="xs">{button}</Group>}>
              {t('follow:noneText')}
            </Notice>
          }
        />
      )}
      <NameDialog
        opened={asking}
        title={t('follow:newTitle')}
        name=""
        action={t('follow:make')}
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
