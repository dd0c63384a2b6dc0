-- CreateIndex
CREATE INDEX "AccountTask_finishedAt_idx" ON "AccountTask"("finishedAt");
