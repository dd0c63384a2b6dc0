import { Modal } from '@mantine/core';
import { useState } from 'react';
import { t } from '../../i18n/index.ts';
import classes from './inbox.module.css';

/** What the account saw when it was stopped; large when pressed. */
export function Screenshot({ evidenceId, username }: { evidenceId: string; username: string }) {
  const [opened, setOpened] = useState(false);
  const src = `/api/evidence/${evidenceId}/content`;
  return (
    <>
      <button
        type="button"
        className={classes.shot}
        onClick={() => setOpened(true)}
        aria-label={t('inbox:enlarge', { name: username })}
      >
        <img src={src} alt="" loading="lazy" />
      </button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        size="90%"
        title={t('inbox:saw', { name: username })}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <img src={src} alt={t('inbox:stoppedAt', { name: username })} className={classes.large} />
      </Modal>
    </>
  );
}
