import { Anchor, Text } from '@mantine/core';
import { IconExternalLink, IconSend } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useAccountPosts } from '../../api/accounts.ts';
import type { AccountPost } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { accountTaskPath } from '../../ui/evidence.ts';
import { NameCell } from '../../ui/name-cell.tsx';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { At } from '../../ui/time.tsx';
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx';
import { intentWords } from '../task/posts.tsx';
import { whenColumns } from './when-columns.tsx';

function PostLink({ post }: { post: AccountPost }) {
  if (!post.permalink) return null;
  return (
    <Anchor
      href={post.permalink}
      target="_blank"
      rel="noreferrer"
      size="sm"
      onClick={(event) => event.stopPropagation()}
    >
      {t('account:openPost')} <IconExternalLink size={13} aria-hidden />
    </Anchor>
  );
}

const captionOf = (post: AccountPost) => post.caption || <i>{t('post.noCaption')}</i>;

function columns(timeZone: string): Column<AccountPost>[] {
  return [
    {
      key: 'caption',
      title: t('account:posts'),
      width: 'minmax(0, 2fr)',
      cell: (post, compact) => (
        <NameCell
          name={captionOf(post)}
          compact={compact}
          state={<PostLink post={post} />}
          below={
            <Text size="xs" c="dimmed" truncate component="div">
              {intentWords(post.state)} · <At at={post.submittedAt ?? post.createdAt} />
            </Text>
          }
        />
      ),
    },
    { key: 'state', title: t('field.state'), width: '150px', from: 'sm', cell: (post) => intentWords(post.state) },
    { key: 'task', title: t('account:where'), width: 'minmax(0, 1fr)', from: 'md', cell: (post) => post.taskName },
    { key: 'link', title: '', width: '140px', from: 'sm', cell: (post) => <PostLink post={post} /> },
    ...whenColumns((post: AccountPost) => post.submittedAt ?? post.createdAt, timeZone),
  ];
}

/** What the account has published, with the address of each post; a row leads to the account task behind it. */
export function AccountPosts({ accountId, timeZone }: { accountId: string; timeZone: string }) {
  const list = useAccountPosts(accountId);
  const navigate = useNavigate();
  if (list.error) return <ErrorNotice error={list.error} onRetry={list.reload} />;
  return (
    <VirtualTable
      label={t('account:posts')}
      rows={list.items}
      columns={columns(timeZone)}
      rowKey={(post) => post.id}
      list={list}
      onOpen={(post) => void navigate(accountTaskPath(post.taskKind, post.taskId, post.accountTaskId))}
      empty={
        <Notice icon={IconSend} title={t('account:noPosts')} color="gray">
          {t('account:noPostsText')}
        </Notice>
      }
    />
  );
}
