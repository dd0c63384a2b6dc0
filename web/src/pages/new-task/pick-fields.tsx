import { Anchor, Select, Text } from '@mantine/core';
import { Link } from 'react-router';
import { usePlatforms } from '../../api/accounts.ts';
import { useKinds, useTasks } from '../../api/bulk.ts';
import { useFollowCategories } from '../../api/follow.ts';
import { messageOf } from '../../api/problem.ts';
import { shared, t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import type { CommonProps } from './schema-form.tsx';

interface PickProps extends CommonProps {
  value: unknown;
  onChange(value: string | undefined): void;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Picks a follow category by name; the way to make one is beside it. */
export function CategoryField({ value, onChange, ...common }: PickProps) {
  const categories = useFollowCategories();
  const none = !categories.isPending && !categories.error && categories.items.length === 0;
  return (
    <div>
      <Select
        {...common}
        maw={420}
        searchable
        data={categories.items.map(({ id, name, targets }) => ({
          value: id,
          label: t('newTask:category.option', { name, targets: t('newTask:targets', { count: targets }) }),
        }))}
        value={textOf(value)}
        onChange={(next) => onChange(next ?? undefined)}
        placeholder={none ? t('newTask:noneYet') : t('newTask:pickCategory')}
        nothingFoundMessage={t('newTask:noCategory')}
        disabled={none}
        error={common.error ?? (categories.error ? messageOf(categories.error) : undefined)}
      />
      <Text size="sm" mt={6}>
        <Anchor component={Link} to="/follow" size="sm">
          {none ? t('newTask:makeCategory') : t('newTask:changeCategories')}
        </Anchor>
      </Text>
    </div>
  );
}

const ENDED = 'completed,completed_with_failures';

/** Picks an ended bulk task of a kind. */
export function TaskField({ kind, value, onChange, ...common }: PickProps & { kind: string | undefined }) {
  const tasks = useTasks({ kind, state: ENDED });
  const kinds = useKinds();
  const title = kinds.data?.find((one) => one.name === kind)?.title;
  const none = !tasks.isPending && !tasks.error && tasks.items.length === 0;
  return (
    <Select
      {...common}
      maw={520}
      searchable
      clearable={!common.withAsterisk}
      data={tasks.items.map((task) => ({
        value: task.id,
        label: t('newTask:task.option', {
          name: task.name,
          accounts: t('count.accounts', { count: task.total }),
          date: formatDate(Date.parse(task.createdAt), { dateStyle: 'medium' }),
        }),
      }))}
      value={textOf(value)}
      onChange={(next) => onChange(next ?? undefined)}
      placeholder={
        !none
          ? t('newTask:pickTask')
          : title
            ? t('newTask:task.noneOf', { kind: shared(title) })
            : t('newTask:noTaskYet')
      }
      nothingFoundMessage={t('newTask:noTask')}
      disabled={none}
      error={common.error ?? (tasks.error ? messageOf(tasks.error) : undefined)}
    />
  );
}

/** Picks one of the platforms that this installation knows. */
export function PlatformField({ value, onChange, ...common }: PickProps) {
  const platforms = usePlatforms();
  return (
    <Select
      {...common}
      maw={320}
      data={platforms}
      value={textOf(value)}
      onChange={(next) => onChange(next ?? undefined)}
      clearable={!common.withAsterisk}
      placeholder={t('newTask:pickPlatform')}
    />
  );
}
