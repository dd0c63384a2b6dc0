import { ActionIcon, Alert, Button, Group, Loader, Modal, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconCircleFilled, IconHandStop, IconRefresh } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { LiveFrame, LiveMode } from '../../../contracts/live-view.ts';
import { t } from '../i18n/index.ts';
import { told } from '../i18n/told.ts';
import classes from './live-view.module.css';
import { Screen, type ScreenHandle } from './screen.tsx';
import { type Phase, useLiveSocket } from './socket.ts';

interface LiveViewProps {
  accountTaskId: string;
  username: string;
  mode: LiveMode;
  onClose(): void;
}

/** The page of an account task while a step is at it, or a parked account's page in one's own hands. */
export default function LiveView({ accountTaskId, username, mode, onClose }: LiveViewProps) {
  const takesOver = mode === 'take-over';
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(96vw, 80rem)"
      title={t(takesOver ? 'live:takingOver' : 'live:watching', { name: username })}
      closeButtonProps={{ 'aria-label': t('close') }}
      closeOnEscape={!takesOver}
      closeOnClickOutside={!takesOver}
    >
      <View accountTaskId={accountTaskId} username={username} mode={mode} onClose={onClose} />
    </Modal>
  );
}

function View({ accountTaskId, username, mode, onClose }: LiveViewProps) {
  const takesOver = mode === 'take-over';
  const screen = useRef<ScreenHandle>(null);
  const done = useRef<HTMLButtonElement>(null);
  const [address, setAddress] = useState<string | null>(null);
  const draw = async (frame: LiveFrame): Promise<void> => {
    setAddress(frame.address);
    await screen.current?.draw(frame);
  };
  const { phase, send, finish, again } = useLiveSocket(accountTaskId, mode, draw);
  const isOpen = phase.is === 'open';

  return (
    <Stack gap="sm">
      <Group gap="xs" wrap="nowrap">
        {takesOver && (
          <>
            <Tooltip label={t('live:back')}>
              <ActionIcon
                variant="default"
                aria-label={t('live:back')}
                disabled={!isOpen}
                onClick={() => send({ kind: 'navigate', to: 'back' })}
              >
                <IconArrowLeft size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('live:reload')}>
              <ActionIcon
                variant="default"
                aria-label={t('live:reload')}
                disabled={!isOpen}
                onClick={() => send({ kind: 'navigate', to: 'reload' })}
              >
                <IconRefresh size={16} />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        {isOpen && <IconCircleFilled size={10} color="var(--fl-failed)" aria-hidden />}
        <span className={classes.address}>{address ?? ' '}</span>
      </Group>
      {phase.is === 'open' && phase.note && (
        <Alert color="orange" variant="light" icon={<IconHandStop size={18} />}>
          {t('live:met', { note: told(phase.note, phase.said) })}
        </Alert>
      )}
      <div className={classes.stage}>
        <Screen
          ref={screen}
          label={t(takesOver ? 'live:page' : 'live:watched', { name: username })}
          onInput={takesOver ? send : undefined}
          onRelease={() => done.current?.focus()}
        />
        {!isOpen && <Over phase={phase} takesOver={takesOver} again={again} />}
      </div>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" maw="36rem">
          {takesOver && `${t('live:hint')} ${t('live:notKept')}`}
        </Text>
        {takesOver ? (
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {phase.is === 'ended' ? t('close') : t('live:leave')}
            </Button>
            {phase.is !== 'ended' && (
              <Button ref={done} disabled={!isOpen} loading={phase.is === 'saving'} onClick={finish}>
                {t('live:done')}
              </Button>
            )}
          </Group>
        ) : (
          <Button variant="default" onClick={onClose}>
            {t('close')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function Over({ phase, takesOver, again }: { phase: Phase; takesOver: boolean; again(): void }) {
  if (phase.is === 'ended') {
    return (
      <div className={classes.over} role="status">
        <Stack align="center" gap="sm" maw="30rem">
          <Text fw={600}>{t(`live:end.${phase.reason}`)}</Text>
          {phase.message && <Text c="dimmed">{told(phase.message, phase.said)}</Text>}
          {phase.reason !== 'finished' && (
            <Button variant="light" onClick={again}>
              {t('live:again')}
            </Button>
          )}
        </Stack>
      </div>
    );
  }
  const opening = takesOver ? t('live:opening') : t('live:connecting');
  return (
    <div className={classes.over} role="status">
      <Stack align="center" gap="sm" maw="26rem">
        <Loader size="sm" />
        <Text>{phase.is === 'waiting' ? t('live:waiting') : phase.is === 'saving' ? t('live:saving') : opening}</Text>
      </Stack>
    </div>
  );
}
