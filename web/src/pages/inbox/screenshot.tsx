import { Modal } from '@mantine/core';
import { useState } from 'react';
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
        aria-label={`Enlarge what ${username} saw`}
      >
        <img src={src} alt="" loading="lazy" />
      </button>
      <Modal opened={opened} onClose={() => setOpened(false)} size="90%" title={`What ${username} saw`}>
        <img src={src} alt={`The page that ${username} was stopped at`} className={classes.large} />
      </Modal>
    </>
  );
}
