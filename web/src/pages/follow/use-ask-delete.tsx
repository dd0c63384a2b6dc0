import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useNavigate } from 'react-router';
import { useDeleteCategory } from '../../api/follow.ts';
import type { FollowCategory } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

/** Asks before a follow category goes, and says why when it has to stay. */
export function useAskDelete(category: FollowCategory): () => void {
  const remove = useDeleteCategory();
  const navigate = useNavigate();
  return () => {
    modals.openConfirmModal({
      title: `Delete ${category.name}?`,
      children: (
        <Text size="sm">
          The category and its {plural(category.targets, 'user name')} are deleted here. Nobody is unfollowed.
        </Text>
      ),
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () =>
        remove.mutate(category.id, {
          onSuccess: () => {
            sayDone(`${category.name} was deleted.`);
            void navigate('/follow');
          },
          onError: (error) => sayFailed(error, 'The category stays'),
        }),
    });
  };
}
