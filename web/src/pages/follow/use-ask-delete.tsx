import { useNavigate } from 'react-router';
import { useDeleteCategory } from '../../api/follow.ts';
import type { FollowCategory } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { askDelete } from '../../ui/confirm.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

/** Asks before a follow category goes, and says why when it has to stay. */
export function useAskDelete(category: FollowCategory): () => void {
  const remove = useDeleteCategory();
  const navigate = useNavigate();
  return () => {
    askDelete({
      title: t('follow:delete.title', { name: category.name }),
      text: t('follow:delete.text', { count: category.targets }),
      onConfirm: () =>
        remove.mutate(category.id, {
          onSuccess: () => {
            sayDone(t('follow:deleted', { name: category.name }));
            void navigate('/follow');
          },
          onError: (error) => sayFailed(error, t('follow:stays')),
        }),
    });
  };
}
