import { ActionIcon, Button, Group, Modal, SegmentedControl, Slider, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { contentUrl, variantContentUrl } from '../../api/media.ts';
import type { MediaDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { formatBytes, formatLength } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { likeness } from './likeness.ts';
import classes from './variants.module.css';

type Variant = MediaDetail['variants'][number];

interface CompareDialogProps {
  media: MediaDetail;
  variant: Variant;
  onClose(): void;
}

/** A rendered variant over its source with a slider between them, or beside it. */
export function CompareDialog({ media, variant, onClose }: CompareDialogProps) {
  const { get, set } = useAddress(['open']);
  const at = media.variants.findIndex(({ id }) => id === variant.id);
  const step = (by: number) => () => set('variant', media.variants[at + by]?.id);
  const mode = get('compare') === 'beside' ? 'beside' : 'slider';
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={variant.account?.username ?? t('media:variants.shared')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <SegmentedControl
            aria-label={t('media:compare')}
            data={[
              { value: 'slider', label: t('media:compare.slider') },
              { value: 'beside', label: t('media:compare.beside') },
            ]}
            value={mode}
            onChange={(value) => set('compare', value === 'beside' ? value : null)}
          />
          <Group gap={4}>
            <ActionIcon
              variant="default"
              aria-label={t('media:compare.previous')}
              disabled={at <= 0}
              onClick={step(-1)}
            >
              <IconArrowLeft size={16} />
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={t('media:compare.next')}
              disabled={at >= media.variants.length - 1}
              onClick={step(1)}
            >
              <IconArrowRight size={16} />
            </ActionIcon>
          </Group>
        </Group>
        <Pictures key={variant.id} media={media} variant={variant} mode={mode} />
        <Facts>
          <Fact label={t('media:compare.likeness')}>
            <b className="tabular">{likeness(variant.ssim)}</b>
            {variant.ssim === null && ` ${t('media:compare.notMeasured')}`}
          </Fact>
          <Fact label={t('media:picture')}>
            {media.width}×{media.height} → {variant.width ?? '?'}×{variant.height ?? '?'}
          </Fact>
          <Fact label={t('media:size')}>
            {formatBytes(media.bytes)} → {formatBytes(variant.bytes)}
          </Fact>
          {media.kind === 'video' && variant.durationMs !== null && (
            <Fact label={t('media:length')}>
              {formatLength(media.durationMs)} → {formatLength(variant.durationMs)}
            </Fact>
          )}
        </Facts>
        <Button
          component="a"
          href={variantContentUrl(media.id, variant.id)}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
          style={{ alignSelf: 'start' }}
        >
          {t('field.download')}
        </Button>
      </Stack>
    </Modal>
  );
}

/** Plays two videos as one. */
function useTogether(source: RefObject<HTMLVideoElement | null>, variant: RefObject<HTMLVideoElement | null>) {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    const [one, other] = [source.current, variant.current];
    if (!one || !other) return undefined;
    // Slow decoding lets them drift apart: the variant follows its source.
    const follow = (): void => {
      const { duration } = other;
      const goal = Number.isFinite(duration) ? Math.min(one.currentTime, duration) : one.currentTime;
      if (Math.abs(other.currentTime - goal) > 0.12) other.currentTime = goal;
    };
    const onPlay = (): void => {
      setPlaying(true);
      void other.play().catch(() => undefined);
    };
    const onPause = (): void => {
      setPlaying(false);
      other.pause();
    };
    one.addEventListener('timeupdate', follow);
    one.addEventListener('seeked', follow);
    one.addEventListener('play', onPlay);
    one.addEventListener('pause', onPause);
    return () => {
      one.removeEventListener('timeupdate', follow);
      one.removeEventListener('seeked', follow);
      one.removeEventListener('play', onPlay);
      one.removeEventListener('pause', onPause);
    };
  }, [source, variant]);
  const toggle = (): void => {
    if (source.current?.paused) void source.current.play().catch(() => undefined);
    else source.current?.pause();
  };
  return { playing, toggle };
}

function Pictures({ media, variant, mode }: Omit<CompareDialogProps, 'onClose'> & { mode: 'slider' | 'beside' }) {
  const [split, setSplit] = useState(50);
  const source = useRef<HTMLVideoElement>(null);
  const rendered = useRef<HTMLVideoElement>(null);
  const { playing, toggle } = useTogether(source, rendered);
  const [from, to] = [contentUrl(media.id), variantContentUrl(media.id, variant.id)];
  const isVideo = media.kind === 'video';
  const clip = mode === 'slider' ? { clipPath: `inset(0 0 0 ${split}%)` } : undefined;
  const video = { muted: true, playsInline: true, preload: 'auto' } as const;
  return (
    <div>
      <div
        className={classes.pair}
        data-mode={mode}
        style={{
          aspectRatio:
            mode === 'slider' ? `${variant.width ?? media.width} / ${variant.height ?? media.height}` : undefined,
        }}
      >
        <figure>
          {isVideo ? <video ref={source} src={from} {...video} /> : <img src={from} alt={t('media:compare.source')} />}
          <figcaption>{t('media:compare.source')}</figcaption>
        </figure>
        <figure style={clip}>
          {isVideo ? <video ref={rendered} src={to} {...video} /> : <img src={to} alt={t('media:compare.variant')} />}
          <figcaption data-right>{t('media:compare.variant')}</figcaption>
        </figure>
        {mode === 'slider' && <span className={classes.edge} style={{ left: `${split}%` }} aria-hidden />}
      </div>
      <Group mt="sm" gap="sm" wrap="nowrap">
        {isVideo && (
          <ActionIcon
            size="lg"
            aria-label={playing ? t('media:compare.pause') : t('media:compare.play')}
            onClick={toggle}
          >
            {playing ? <IconPlayerPause size={18} /> : <IconPlayerPlay size={18} />}
          </ActionIcon>
        )}
        {mode === 'slider' && (
          <>
            <Text size="xs" c="dimmed">
              {t('media:compare.source')}
            </Text>
            <Slider
              style={{ flex: 1 }}
              thumbLabel={t('media:compare.split')}
              label={null}
              value={split}
              onChange={setSplit}
            />
            <Text size="xs" c="dimmed">
              {t('media:compare.variant')}
            </Text>
          </>
        )}
      </Group>
    </div>
  );
}
