-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Account" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "platform" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "email" TEXT,
    "status" TEXT NOT NULL DEFAULT 'new',
    "statusReason" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "quietHours" JSONB,
    "dailyLimits" JSONB,
    "secret" BYTEA,
    "session" BYTEA,
    "sessionAt" TIMESTAMPTZ(3),
    "proxyId" UUID,
    "notes" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Proxy" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "protocol" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "username" TEXT,
    "secret" BYTEA,
    "country" TEXT,
    "status" TEXT NOT NULL DEFAULT 'unknown',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Proxy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProxyCheck" (
    "id" BIGSERIAL NOT NULL,
    "proxyId" UUID NOT NULL,
    "verdict" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "checkedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProxyCheck_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MediaAsset" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "sha256" TEXT NOT NULL,
    "fileName" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "mime" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "durationMs" INTEGER NOT NULL,
    "probe" JSONB NOT NULL,
    "thumbSha256" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MediaAsset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MediaVariant" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "assetId" UUID NOT NULL,
    "recipeHash" TEXT NOT NULL,
    "recipe" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "probe" JSONB NOT NULL,
    "ssim" DOUBLE PRECISION,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MediaVariant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BulkTask" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'draft',
    "stateReason" TEXT,
    "params" JSONB NOT NULL,
    "selection" JSONB NOT NULL,
    "pace" JSONB,
    "window" INTEGER NOT NULL,
    "total" INTEGER NOT NULL,
    "startAt" TIMESTAMPTZ(3),
    "idempotencyKey" TEXT,
    "requestHash" TEXT,
    "workflowId" TEXT NOT NULL,
    "runId" TEXT,
    "createdById" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startRequestedAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "BulkTask_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TaskTally" (
    "taskId" UUID NOT NULL,
    "slot" SMALLINT NOT NULL,
    "key" TEXT NOT NULL,
    "n" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "TaskTally_pkey" PRIMARY KEY ("taskId","slot","key")
);

-- CreateTable
CREATE TABLE "AccountTask" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "taskId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "accountId" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "stateReason" TEXT,
    "plan" JSONB NOT NULL,
    "counters" JSONB NOT NULL DEFAULT '{}',
    "errorType" TEXT,
    "errorMessage" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 0,
    "wakeAt" TIMESTAMPTZ(3),
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "AccountTask_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PostIntent" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "idempotencyKey" TEXT NOT NULL,
    "accountTaskId" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'created',
    "caption" TEXT NOT NULL,
    "mediaSha256" TEXT,
    "baseline" JSONB,
    "submits" INTEGER NOT NULL DEFAULT 0,
    "submittedAt" TIMESTAMPTZ(3),
    "postId" TEXT,
    "permalink" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "PostIntent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TaskEvent" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
    "taskId" UUID,
    "accountTaskId" UUID,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TaskEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Evidence" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "accountTaskId" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "contentType" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Evidence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Challenge" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "accountTaskId" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "taskId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "evidenceId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answeredAt" TIMESTAMPTZ(3),

    CONSTRAINT "Challenge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FollowCategory" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FollowCategory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FollowTarget" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "categoryId" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FollowTarget_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Lease" (
    "resource" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "fencingToken" BIGINT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "acquiredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Lease_pkey" PRIMARY KEY ("resource")
);

-- CreateTable
CREATE TABLE "WorkerHost" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "taskQueues" TEXT[],
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "detail" JSONB NOT NULL DEFAULT '{}',
    "registeredAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeatAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkerHost_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WorkerMetric" (
    "id" BIGSERIAL NOT NULL,
    "workerId" UUID NOT NULL,
    "metrics" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WorkerMetric_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ErrorLog" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "taskId" UUID,
    "accountTaskId" UUID,
    "workerId" UUID,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ErrorLog_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "passwordHash" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebSession" (
    "id" TEXT NOT NULL,
    "userId" UUID NOT NULL,
    "csrf" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" BIGSERIAL NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "prevHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Account_createdAt_id_idx" ON "Account"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Account_tags_idx" ON "Account" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "Account_status_idx" ON "Account"("status");

-- CreateIndex
CREATE INDEX "Account_username_idx" ON "Account"("username");

-- CreateIndex
CREATE INDEX "Account_proxyId_idx" ON "Account"("proxyId");

-- CreateIndex
CREATE UNIQUE INDEX "Account_platform_username_key" ON "Account"("platform", "username");

-- CreateIndex
CREATE INDEX "Proxy_createdAt_id_idx" ON "Proxy"("createdAt", "id");

-- CreateIndex
CREATE INDEX "ProxyCheck_proxyId_checkedAt_idx" ON "ProxyCheck"("proxyId", "checkedAt");

-- CreateIndex
CREATE UNIQUE INDEX "MediaAsset_sha256_key" ON "MediaAsset"("sha256");

-- CreateIndex
CREATE INDEX "MediaAsset_createdAt_id_idx" ON "MediaAsset"("createdAt", "id");

-- CreateIndex
CREATE INDEX "MediaVariant_sha256_idx" ON "MediaVariant"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "MediaVariant_assetId_recipeHash_key" ON "MediaVariant"("assetId", "recipeHash");

-- CreateIndex
CREATE INDEX "BulkTask_kind_createdAt_id_idx" ON "BulkTask"("kind", "createdAt", "id");

-- CreateIndex
CREATE INDEX "BulkTask_createdAt_id_idx" ON "BulkTask"("createdAt", "id");

-- CreateIndex
CREATE INDEX "BulkTask_state_idx" ON "BulkTask"("state");

-- CreateIndex
CREATE UNIQUE INDEX "BulkTask_idempotencyKey_key" ON "BulkTask"("idempotencyKey");

-- CreateIndex
CREATE INDEX "AccountTask_taskId_state_ordinal_idx" ON "AccountTask"("taskId", "state", "ordinal");

-- CreateIndex
CREATE INDEX "AccountTask_accountId_idx" ON "AccountTask"("accountId");

-- CreateIndex
CREATE UNIQUE INDEX "AccountTask_taskId_accountId_key" ON "AccountTask"("taskId", "accountId");

-- CreateIndex
CREATE UNIQUE INDEX "AccountTask_taskId_ordinal_key" ON "AccountTask"("taskId", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "PostIntent_idempotencyKey_key" ON "PostIntent"("idempotencyKey");

-- CreateIndex
CREATE INDEX "PostIntent_accountId_submittedAt_idx" ON "PostIntent"("accountId", "submittedAt");

-- CreateIndex
CREATE UNIQUE INDEX "PostIntent_accountTaskId_index_key" ON "PostIntent"("accountTaskId", "index");

-- CreateIndex
CREATE INDEX "TaskEvent_xid_id_idx" ON "TaskEvent"("xid", "id");

-- CreateIndex
CREATE INDEX "TaskEvent_accountTaskId_id_idx" ON "TaskEvent"("accountTaskId", "id");

-- CreateIndex
CREATE INDEX "TaskEvent_taskId_id_idx" ON "TaskEvent"("taskId", "id");

-- CreateIndex
CREATE INDEX "Evidence_accountTaskId_createdAt_idx" ON "Evidence"("accountTaskId", "createdAt");

-- CreateIndex
CREATE INDEX "Evidence_createdAt_idx" ON "Evidence"("createdAt");

-- CreateIndex
CREATE INDEX "Challenge_state_createdAt_idx" ON "Challenge"("state", "createdAt");

-- CreateIndex
CREATE INDEX "Challenge_accountTaskId_idx" ON "Challenge"("accountTaskId");

-- CreateIndex
CREATE UNIQUE INDEX "FollowCategory_name_key" ON "FollowCategory"("name");

-- CreateIndex
CREATE UNIQUE INDEX "FollowTarget_categoryId_username_key" ON "FollowTarget"("categoryId", "username");

-- CreateIndex
CREATE INDEX "Lease_expiresAt_idx" ON "Lease"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "WorkerHost_name_role_key" ON "WorkerHost"("name", "role");

-- CreateIndex
CREATE INDEX "WorkerMetric_workerId_at_idx" ON "WorkerMetric"("workerId", "at");

-- CreateIndex
CREATE INDEX "ErrorLog_at_idx" ON "ErrorLog"("at");

-- CreateIndex
CREATE UNIQUE INDEX "User_name_key" ON "User"("name");

-- CreateIndex
CREATE INDEX "WebSession_expiresAt_idx" ON "WebSession"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_hash_key" ON "ApiToken"("hash");

-- AddForeignKey
ALTER TABLE "Account" ADD CONSTRAINT "Account_proxyId_fkey" FOREIGN KEY ("proxyId") REFERENCES "Proxy"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProxyCheck" ADD CONSTRAINT "ProxyCheck_proxyId_fkey" FOREIGN KEY ("proxyId") REFERENCES "Proxy"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MediaVariant" ADD CONSTRAINT "MediaVariant_assetId_fkey" FOREIGN KEY ("assetId") REFERENCES "MediaAsset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TaskTally" ADD CONSTRAINT "TaskTally_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "BulkTask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountTask" ADD CONSTRAINT "AccountTask_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "BulkTask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AccountTask" ADD CONSTRAINT "AccountTask_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PostIntent" ADD CONSTRAINT "PostIntent_accountTaskId_fkey" FOREIGN KEY ("accountTaskId") REFERENCES "AccountTask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PostIntent" ADD CONSTRAINT "PostIntent_accountId_fkey" FOREIGN KEY ("accountId") REFERENCES "Account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_accountTaskId_fkey" FOREIGN KEY ("accountTaskId") REFERENCES "AccountTask"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FollowTarget" ADD CONSTRAINT "FollowTarget_categoryId_fkey" FOREIGN KEY ("categoryId") REFERENCES "FollowCategory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WorkerMetric" ADD CONSTRAINT "WorkerMetric_workerId_fkey" FOREIGN KEY ("workerId") REFERENCES "WorkerHost"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebSession" ADD CONSTRAINT "WebSession_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
