import { Button, Group, UnstyledButton } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { IconArrowLeft, IconArrowRight, IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation, useParams } from 'react-router';
import { findKind } from '../../../../kinds/index.ts';
import { useKinds } from '../../api/bulk.ts';
import { ApiError } from '../../api/problem.ts';
import { useMay } from '../../api/session.tsx';
import type { AccountFilter, DryRun, Kind } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { ErrorNotice, PageLoader } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { AccountsStep } from './accounts-step.tsx';
import { type Draft, emptyDraft, selectionOf } from './draft.ts';
import classes from './new-task.module.css';
import { NotAllowed } from './not-allowed.tsx';
import { PaceStep, paceProblems } from './pace-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { type FieldErrors, SchemaForm } from './schema-form.tsx';

const STEPS = ['accounts', 'params', 'pace', 'review'] as const;

const kindsParent = () => ({ to: '/tasks/new', label: t('nav.newTask') });

export function NewTaskPage() {
  const { kind: name = '' } = useParams();
  const { key } = useLocation();
  const kinds = useKinds();
  const mayOrder = useMay('operator');
  const kind = kinds.data?.find((one) => one.name === name);
  if (!mayOrder) return <NotAllowed />;
  if (kinds.isPending) return <PageLoader />;
  if (!kind) {
    const error = kinds.error ?? new ApiError(404, t('newTask:noKind', { name }));
    return (
      <Page title={t('nav.newTask')} parent={kindsParent()} heading={<span />}>
        <ErrorNotice error={error} onRetry={() => void kinds.refetch()} />
      </Page>
    );
  }
  // Asked for again, it begins at its first step; what was filled in is still there.
  return <Wizard key={`${kind.name}/${key}`} kind={kind} />;
}

interface HandedOver {
  draft: Partial<Draft>;
  /** Where the form opens. */
  step: number;
  /** The page that a made task leads back to, in place of the task's own. */
  backTo?: string;
}

/** What another page hands over: accounts that were picked there or match its filter, or all but the start. */
function handedOver(state: unknown): HandedOver | null {
  if (typeof state !== 'object' || state === null) return null;
  if ('draft' in state) {
    const draft = state.draft as Partial<Draft>;
    const step = 'step' in state && typeof state.step === 'number' ? state.step : undefined;
    const backTo = 'backTo' in state && typeof state.backTo === 'string' ? { backTo: state.backTo } : {};
    return { draft, step: step ?? (draft.params ? STEPS.length - 1 : 0), ...backTo };
  }
  if ('filter' in state && typeof state.filter === 'object' && state.filter !== null) {
    return { draft: { mode: 'filter', filter: state.filter as AccountFilter }, step: 0 };
  }
  const ids = 'accountIds' in state ? state.accountIds : undefined;
  if (!Array.isArray(ids) || ids.length === 0) return null;
  return { draft: { mode: 'ids', ids: ids.filter((id): id is string => typeof id === 'string') }, step: 0 };
}

/** The kind's own schema judges the params, the same one that the API uses. */
function paramProblems(kind: Kind, params: Record<string, unknown>): FieldErrors {
  const parsed = findKind(kind.name)?.params.safeParse(params);
  if (!parsed || parsed.success) return {};
  return Object.fromEntries(
    parsed.error.issues.map(({ path, message }) => [
      path.join('.'),
      message.endsWith('received undefined') ? t('newTask:needed') : message,
    ]),
  );
}

function Wizard({ kind }: { kind: Kind }) {
  const handed = handedOver(useLocation().state);
  // Survives a reload of the page, and is gone with the tab.
  const [stored, setDraft, clearDraft] = useSessionStorage<Draft>({
    key: `flotilla-new-${kind.name}`,
    defaultValue: emptyDraft(),
    getInitialValueInEffect: false,
  });
  const [startedWith] = useState(handed);
  const [own, setOwn] = useState(startedWith === null);
  const draft: Draft = own ? stored : { ...stored, ...startedWith?.draft };
  const [step, setStep] = useState(startedWith?.step ?? 0);
  const [reached, setReached] = useState(step);
  const [showProblems, setShowProblems] = useState(false);

  const [checked, setChecked] = useState<{ selection: string; found: DryRun }>();
  const selection = JSON.stringify(selectionOf(draft) ?? null);

  const change = (changes: Partial<Draft>): void => {
    setOwn(true);
    setDraft({ ...draft, ...changes });
  };
  const problems = paramProblems(kind, draft.params);
  const ready = [
    selectionOf(draft) !== undefined,
    Object.keys(problems).length === 0,
    Object.keys(paceProblems(draft)).length === 0,
  ];
  const mayEnter = (index: number): boolean => index <= reached && ready.slice(0, index).every(Boolean);
  const go = (index: number): void => {
    setShowProblems(false);
    setStep(index);
    setReached((before) => Math.max(before, index));
    window.scrollTo({ top: 0 });
  };
  const next = (): void => {
    if (ready[step]) go(step + 1);
    else setShowProblems(true);
  };

  return (
    <Page title={t('newTask:newOf', { kind: shared(kind.title) })} parent={kindsParent()}>
      <ol className={classes.steps} aria-label={t('newTask:steps')}>
        {STEPS.map((label, index) => (
          <li key={label}>
            <UnstyledButton
              className={classes.step}
              disabled={!mayEnter(index)}
              aria-current={index === step ? 'step' : undefined}
              onClick={() => go(index)}
            >
              <span className={classes.number}>
                {index < step && ready[index] ? <IconCheck size={14} aria-label={t('done')} /> : index + 1}
              </span>
              <span className={classes.stepLabel}>{t(`newTask:step.${label}`)}</span>
            </UnstyledButton>
          </li>
        ))}
      </ol>
      <div className={step === 0 ? undefined : classes.body}>
        {step === 0 && (
          <AccountsStep
            kind={kind}
            draft={draft}
            found={checked && checked.selection === selection ? checked.found : undefined}
            onChange={change}
            showProblems={showProblems}
          />
        )}
        {step === 1 && (
          <SchemaForm
            schema={kind.params}
            value={draft.params}
            errors={showProblems ? problems : {}}
            onChange={(params) => change({ params })}
          />
        )}
        {step === 2 && <PaceStep draft={draft} onChange={change} />}
        {step === 3 && (
          <ReviewStep
            kind={kind}
            draft={draft}
            onChange={change}
            onChecked={(found) => setChecked({ selection, found })}
            onBack={() => go(2)}
            backTo={startedWith?.backTo}
            onDone={clearDraft}
          />
        )}
      </div>
      {step < 3 && (
        <Group className={classes.foot}>
          {step > 0 && (
            <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={() => go(step - 1)}>
              {t('newTask:back')}
            </Button>
          )}
          <Button rightSection={<IconArrowRight size={16} />} onClick={next}>
            {step === 2 ? t('newTask:check') : t('newTask:next')}
          </Button>
        </Group>
      )}
    </Page>
  );
}
